import type {Reader} from './reader.ts'

/**
 * Reads a message field by field: `readers` are keyed by tag (`field number << 3 | wire type`) and take their field;
 * fields without a reader are passed over.
 */
export function readMessage(reader: Reader, readers: Readonly<Record<number, (reader: Reader) => void>>): void {
  while (reader.position < reader.end) {
    const tag = reader.uint()
    const read = readers[tag]
    if (read) read(reader)
    else reader.skip(tag)
  }
}
