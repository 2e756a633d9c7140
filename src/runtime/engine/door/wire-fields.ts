import type {Reader} from '../embedded/firestore/values/reader.ts'

/** The length-delimited fields of a message with these numbers. */
export function fields(message: Reader, numbers: readonly number[]): Buffer[] {
  const found: Buffer[] = []
  while (message.position < message.end) {
    const tag = message.uint()
    if ((tag & 7) === 2 && numbers.includes(tag >>> 3)) found.push(message.slice())
    else message.skip(tag)
  }
  return found
}
