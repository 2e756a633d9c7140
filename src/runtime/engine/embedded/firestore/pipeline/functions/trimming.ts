import type {FunctionCompiler} from '../outcome.ts'
import {optional} from './parameters.ts'
import {strict} from './strict.ts'
import {refuseMixed, STRING_OR_BYTES, writeStringValue} from './string-value.ts'
import type {StringValue} from './string-value.ts'

/** Unicode's own list, which is not the one that JavaScript trims by. */
const WHITE_SPACE = /^\p{White_Space}$/u
const ASCII_SPACE = /^[\t-\r ]$/

function createTest(kind: StringValue['kind'], set: StringValue | undefined): (character: string) => boolean {
  if (set) {
    const characters = new Set(set.text)
    return (character) => characters.has(character)
  }
  const space = kind === 'bytes' ? ASCII_SPACE : WHITE_SPACE
  return (character) => space.test(character)
}

/** Takes characters of the set away from the ends, white space where no set is given. */
function trimming(name: string, ends: {readonly start: boolean; readonly end: boolean}): FunctionCompiler {
  return strict(name, [STRING_OR_BYTES, optional(STRING_OR_BYTES)], (value, set) => {
    const mixed = refuseMixed(name, [value, set])
    if (mixed) return mixed
    const goes = createTest(value.kind, set)
    const characters = Array.from(value.text)
    const first = ends.start ? characters.findIndex((character) => !goes(character)) : 0
    const last = ends.end ? characters.findLastIndex((character) => !goes(character)) : characters.length - 1
    return writeStringValue(value.kind, first < 0 ? '' : characters.slice(first, last + 1).join(''))
  })
}

export const TRIMMING: Readonly<Record<string, FunctionCompiler>> = {
  trim: trimming('trim', {start: true, end: true}),
  ltrim: trimming('ltrim', {start: true, end: false}),
  rtrim: trimming('rtrim', {start: false, end: true}),
}
