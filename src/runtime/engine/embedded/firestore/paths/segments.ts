import {invalidArgument} from '../errors.ts'
import {numericId} from '../values/compare-text.ts'

const RESERVED = /^__.*__$/s
const NUMERIC = /^__id-?[0-9]+__$/
const MAX_ID_BYTES = 1500
const MAX_INT64 = 2n ** 63n

/**
 * Refuses an id Firestore does not accept (https://firebase.google.com/docs/firestore/quotas): empty, with a slash,
 * `.`, `..`, longer than 1,500 bytes of UTF-8, `__reserved__`. Throws INVALID_ARGUMENT. `what` starts the sentence.
 */
export function checkId(id: string, what: 'Resource id' | 'Collection id'): void {
  if (id === '') throw invalidArgument(`${what} is empty.`)
  if (id.includes('/')) throw invalidArgument(`${what} "${id}" is invalid because it contains "/".`)
  if (id === '.' || id === '..') throw invalidArgument(`${what} "${id}" is invalid because it is reserved.`)
  if (id.length * 3 > MAX_ID_BYTES && Buffer.byteLength(id) > MAX_ID_BYTES) {
    throw invalidArgument('The key path element name is longer than 1500 bytes.')
  }
  if (!id.startsWith('__') || id.length < 5 || !RESERVED.test(id)) return
  const number = what === 'Resource id' ? numericId(id) : undefined
  if (number !== undefined && number >= -MAX_INT64 && number < MAX_INT64) return
  const because = number === undefined || !NUMERIC.test(id) ? 'it is reserved' : 'it is not a 64 bit integer'
  throw invalidArgument(`${what} "${id}" is invalid because ${because}.`)
}
