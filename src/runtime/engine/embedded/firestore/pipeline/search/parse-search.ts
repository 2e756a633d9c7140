import {invalidArgument, unimplemented} from '../../errors.ts'
import {splitWords} from './words.ts'

/** A search query: words that stand one behind the other, or a combination of queries. */
export type Search =
  | {readonly kind: 'words'; readonly words: readonly string[]}
  | {readonly kind: 'not'; readonly search: Search}
  | {readonly kind: 'and' | 'or'; readonly searches: readonly Search[]}

const TOKEN = /\s*(?:(-?)"([^"]*)"|([()])|([^\s()"]+))/y

type Token = {readonly text: string; readonly phrase: boolean; readonly negated: boolean}

/**
 * Reads the language of `document_matches`: all words must occur, `-word` must not, `"several words"` one behind the other,
 * with OR between alternatives and parentheses. Throws INVALID_ARGUMENT.
 */
export function parseSearch(text: string): Search {
  const tokens = readTokens(text)
  let at = 0
  const isWord = (word: string): boolean => tokens[at]?.text === word && !tokens[at]!.phrase
  const parseAlternatives = (): Search => {
    const searches = [parseAll()]
    while (isWord('OR')) {
      at++
      searches.push(parseAll())
    }
    return searches.length === 1 ? searches[0]! : {kind: 'or', searches}
  }
  const parseAll = (): Search => {
    const searches: Search[] = []
    while (at < tokens.length && !isWord('OR') && !isWord(')')) {
      if (isWord('AND')) at++
      else searches.push(parseOne())
    }
    if (searches.length === 0) throw invalidArgument(`The search query "${text}" lacks a word.`)
    return searches.length === 1 ? searches[0]! : {kind: 'and', searches}
  }
  const parseOne = (): Search => {
    const token = tokens[at++]!
    if (token.text !== '(' || token.phrase) return readToken(token)
    const search = parseAlternatives()
    if (!isWord(')')) throw invalidArgument(`The search query "${text}" lacks a closing parenthesis.`)
    at++
    return search
  }
  const search = parseAlternatives()
  if (at < tokens.length) throw invalidArgument(`The search query "${text}" lacks an opening parenthesis.`)
  return search
}

function readTokens(text: string): readonly Token[] {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end;) {
    const match = TOKEN.exec(text)
    if (!match) throw invalidArgument(`The search query "${text}" lacks a closing quotation mark.`)
    const [, minus, phrase, parenthesis, word] = match
    if (phrase !== undefined) tokens.push({text: phrase, phrase: true, negated: minus === '-'})
    else if (word !== undefined && word.length > 1 && word.startsWith('-')) {
      tokens.push({text: word.slice(1), phrase: false, negated: true})
    } else tokens.push({text: parenthesis ?? word!, phrase: false, negated: false})
  }
  return tokens
}

function readToken({text, phrase, negated}: Token): Search {
  if (!phrase && /^[\w.]+:/.test(text)) throw unimplemented(`A search in one field ("${text}")`)
  const search: Search = {kind: 'words', words: splitWords(text)}
  return negated ? {kind: 'not', search} : search
}
