import type {Fields, Value} from '../../values/value.ts'
import type {Search} from './parse-search.ts'

/** The words of a document's texts, text by text. */
export type WordIndex = readonly (readonly string[])[]

const WORD = /[\p{L}\p{N}_]+/gu

/** Words in lower case. */
export function splitWords(text: string): readonly string[] {
  return text.toLowerCase().match(WORD) ?? []
}

export function indexWords(fields: Fields): WordIndex {
  return [...fields.values()].flatMap(textsOf).map(splitWords)
}

function textsOf(value: Value): readonly string[] {
  if (value.kind === 'string') return [value.value]
  if (value.kind === 'array') return value.values.flatMap(textsOf)
  return value.kind === 'map' ? [...value.fields.values()].flatMap(textsOf) : []
}

export function matchSearch(search: Search, index: WordIndex): boolean {
  switch (search.kind) {
    case 'words':
      return countPhrase(search.words, index) > 0
    case 'not':
      return !matchSearch(search.search, index)
    case 'and':
      return search.searches.every((each) => matchSearch(each, index))
    case 'or':
      return search.searches.some((each) => matchSearch(each, index))
    default:
      return search satisfies never
  }
}

/** How well a document answers a search: more for each thing found, and more the more often, but ever less so. */
export function scoreSearch(search: Search, index: WordIndex): number {
  switch (search.kind) {
    case 'words': {
      const count = countPhrase(search.words, index)
      return count / (count + 1)
    }
    case 'not':
      return 0
    case 'and':
    case 'or':
      return search.searches.reduce((sum, each) => sum + scoreSearch(each, index), 0)
    default:
      return search satisfies never
  }
}

function countPhrase(words: readonly string[], index: WordIndex): number {
  let count = 0
  for (const text of index) {
    for (let at = 0; at + words.length <= text.length; at++) {
      if (words.length > 0 && words.every((word, offset) => text[at + offset] === word)) count++
    }
  }
  return count
}
