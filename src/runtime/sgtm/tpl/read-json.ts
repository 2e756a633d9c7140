import {findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode} from 'jsonc-parser'
import type {ParseError} from 'jsonc-parser'
import {isMap, isNode, isScalar, isSeq, parseDocument} from 'yaml'

/** Something about a text, where it is found. */
type Remark = {readonly message: string; readonly offset: number}

/** What a text says, or the first thing that keeps it from being read. */
type ReadJson = {
  readonly value: unknown
  readonly problem: Remark | undefined
  /** What JSON forbids and was read all the same. */
  readonly oddities: readonly Remark[]
  /** Where the value at a path begins, or the innermost one above it. */
  readonly offsetOf: (path: readonly (string | number)[]) => number
}

type Path = readonly (string | number)[]

/**
 * Reads JSON as leniently as published templates need, each leniency with a remark: control characters and line breaks
 * inside strings, commas before a closing bracket, names without quotes. Where the text is not strict JSON it is read
 * as YAML, of which JSON is a part; what is no YAML either is told as the JSON it was meant to be.
 */
export function readJson(text: string): ReadJson {
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, {allowTrailingComma: false, disallowComments: true})
  const [first] = errors
  if (tree && !first) {
    const offsetOf = (path: Path): number => {
      for (let length = path.length; length > 0; length--) {
        const node = findNodeAtLocation(tree, path.slice(0, length))
        if (node) return node.offset
      }
      return tree.offset
    }
    return {value: getNodeValue(tree), problem: undefined, oddities: [], offsetOf}
  }
  const odd = looksLikeJson(text) ? readAsYaml(text, first) : undefined
  if (odd) return odd
  const problem = {
    message: `This is not valid JSON: ${first ? sentence(first) : 'it is empty'}.`,
    offset: first?.offset ?? 0,
  }
  return {value: undefined, problem, oddities: [], offsetOf: () => 0}
}

function readAsYaml(text: string, first: ParseError | undefined): ReadJson | undefined {
  const {masked, found, unmask} = maskControlCharacters(text)
  const document = parseDocument(masked, {uniqueKeys: false, strict: false})
  if (document.errors.length > 0 || !document.contents || !isLikeJson(document.contents)) return undefined
  const offsetOf = (path: Path): number => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node)) return node.range?.[0] ?? 0
    }
    return document.contents?.range?.[0] ?? 0
  }
  return {
    value: unmask(document.toJS()),
    problem: undefined,
    // A line that breaks inside a string makes everything after it look broken.
    oddities:
      found.length > 0 || !first
        ? found.map((offset) => ({message: 'A control character stands unescaped in a string.', offset}))
        : [{message: `This is not strict JSON: ${sentence(first)}.`, offset: first.offset}],
    offsetOf,
  }
}

/** YAML would take nearly any text for something; JSON that is merely odd still has its brackets. */
function looksLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text) && /[\]}]\s*$/.test(text)
}

/** Values without quotes and names without values are more than odd. */
function isLikeJson(node: unknown): boolean {
  if (isMap(node)) return node.items.every(({key, value}) => isScalar(key) && isLikeJson(value))
  if (isSeq(node)) return node.items.every(isLikeJson)
  if (!isScalar(node)) return false
  return node.type === 'QUOTE_DOUBLE' || (typeof node.value !== 'string' && node.source !== '')
}

type Masked = {
  readonly masked: string
  /** Offsets of the control characters. */
  readonly found: readonly number[]
  readonly unmask: (value: unknown) => unknown
}

/** Puts characters of the private use area in the place of control characters in strings, so that offsets stay. */
function maskControlCharacters(text: string): Masked {
  const found: number[] = []
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!
    if (inString && character === '\\') index++
    else if (character === '"') inString = !inString
    else if (inString && character < ' ') found.push(index)
  }
  let base = 0xe0_00
  const isTaken = (start: number): boolean =>
    [...Array(32).keys()].some((code) => text.includes(String.fromCharCode(start + code)))
  while (isTaken(base)) base += 32
  const characters = text.split('')
  for (const index of found) characters[index] = String.fromCharCode(base + text.charCodeAt(index))

  const pattern = new RegExp(`[${String.fromCharCode(base)}-${String.fromCharCode(base + 31)}]`, 'g')
  const restore = (part: string): string =>
    part.replace(pattern, (mask) => String.fromCharCode(mask.charCodeAt(0) - base))
  const unmask = (value: unknown): unknown => {
    if (typeof value === 'string') return restore(value)
    if (Array.isArray(value)) return value.map(unmask)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [restore(key), unmask(part)]))
  }
  return {masked: characters.join(''), found, unmask}
}

/** `CommaExpected` reads as "comma expected". */
function sentence({error}: ParseError): string {
  return printParseErrorCode(error)
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .toLowerCase()
}
