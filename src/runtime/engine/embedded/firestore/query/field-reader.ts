import type {NamedDocument} from '../../store/store.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {decodeValue} from '../values/decode.ts'
import {getField} from '../values/fields.ts'
import {Reader} from '../values/reader.ts'
import type {Value} from '../values/value.ts'
import {isName} from './decode-filter.ts'

type FieldReader = (document: NamedDocument) => Value | undefined

/** Reads one path, which may be the name, out of documents. */
export function createFieldReader(path: FieldPath): FieldReader {
  if (isName(path)) return ({name}) => ({kind: 'reference', value: name})
  const read = createValueReader(path)
  return ({fields}) => read(fields)
}

/**
 * Reads one path out of a document's encoded fields and decodes nothing else, which is what makes a scan fast. Relies
 * on the stored form: entries with the key first, then the value.
 */
export function createValueReader(path: FieldPath): (fields: Uint8Array) => Value | undefined {
  const wanted = Buffer.from(path[0]!)
  const rest = path.slice(1)
  return (fields) => {
    const value = findEntry(fields, wanted)
    if (rest.length === 0 || !value) return value
    return value.kind === 'map' ? getField(value.fields, rest) : undefined
  }
}

function findEntry(fields: Uint8Array, wanted: Buffer): Value | undefined {
  const reader = new Reader(fields)
  while (reader.position < reader.end) {
    reader.uint()
    const length = reader.uint()
    const end = reader.position + length
    reader.uint()
    const nameLength = reader.uint()
    const start = reader.position
    if (nameLength === wanted.length && reader.bytes.compare(wanted, 0, nameLength, start, start + nameLength) === 0) {
      reader.position = start + nameLength
      reader.uint()
      return decodeValue(reader.message())
    }
    reader.position = end
  }
  return undefined
}
