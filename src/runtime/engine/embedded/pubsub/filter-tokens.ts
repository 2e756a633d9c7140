import {invalid} from './names.ts'

/** A piece of a filter; of strings the value without quotes and escapes. */
export type Token = {readonly kind: 'word' | 'string' | 'symbol' | 'end'; readonly text: string}

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|([A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*)|(!=|[().,:=-]))/suy
const PLAIN: Readonly<Record<string, string>> = {a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v'}
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{3})|(.))/gsu

/** The tokens of a filter, `end` last. Throws INVALID_ARGUMENT at what is none. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = []
  const end = filter.trimEnd().length
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex
    const [, text, word, symbol] = TOKEN.exec(filter) ?? []
    if (text !== undefined) tokens.push({kind: 'string', text: unescape(text.slice(1, -1))})
    else if (word !== undefined) tokens.push({kind: 'word', text: word})
    else if (symbol !== undefined) tokens.push({kind: 'symbol', text: symbol})
    else throw invalid(`Invalid filter: there is no token at character ${at + 1} of: ${filter}`)
  }
  return [...tokens, {kind: 'end', text: ''}]
}

function unescape(text: string): string {
  return text.replaceAll(ESCAPE, (_, short?: string, long?: string, hex?: string, octal?: string, plain = '') => {
    const code = parseInt(short ?? long ?? hex ?? '', 16)
    if (!Number.isNaN(code)) return String.fromCodePoint(Math.min(code, 0x10ffff))
    return octal === undefined ? (PLAIN[plain] ?? plain) : String.fromCodePoint(parseInt(octal, 8))
  })
}
