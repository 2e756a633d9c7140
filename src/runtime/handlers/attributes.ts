import {emptyRecord, formatTimestamp, type Fields, type Value} from './value.ts'

/** What own logic returned cannot be an attribute. The message names the attribute and never its value. */
export class AttributesFault extends Error {
  override readonly name = 'AttributesFault'
}

/** Deeper than any document of Firestore; what refers to itself ends here. */
const MOST_LEVELS = 20
const INT64 = {least: -(2n ** 63n), most: 2n ** 63n - 1n}

/**
 * Attributes as own logic returns them, in the form of a document's fields, so that all that follows treats both alike.
 * Whole numbers are integers, dates timestamps; undefined is left out; other objects are what JSON makes of them.
 * Throws AttributesFault.
 */
export function readAttributes(source: unknown): Fields {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    throw new AttributesFault('the result must be an object of attributes, or undefined')
  }
  return readObject(source, '', 1)
}

function readObject(source: object, path: string, level: number): Fields {
  if (level > MOST_LEVELS) throw new AttributesFault(`${path} has more than ${MOST_LEVELS} levels`)
  const fields = emptyRecord<Value>()
  for (const [name, entry] of Object.entries(source)) {
    if (entry !== undefined) fields[name] = readValue(entry, path === '' ? name : `${path}.${name}`, level + 1)
  }
  return fields
}

function readValue(value: unknown, path: string, level: number): Value {
  switch (typeof value) {
    case 'string':
      return {stringValue: value}
    case 'boolean':
      return {booleanValue: value}
    case 'number':
      return readNumber(value)
    case 'bigint':
      if (value < INT64.least || value > INT64.most) throw new AttributesFault(`${path} is no 64-bit integer`)
      return {integerValue: String(value)}
    case 'object':
      return value === null ? {nullValue: null} : readComplex(value, path, level)
    default:
      throw new AttributesFault(`${path} is a ${typeof value}`)
  }
}

function readNumber(value: number): Value {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return {integerValue: String(value)}
  if (Number.isFinite(value)) return {doubleValue: Object.is(value, -0) ? '-0' : value}
  return {doubleValue: Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'}
}

function readComplex(value: object, path: string, level: number): Value {
  if (value instanceof Date) return readDate(value, path)
  if (value instanceof Uint8Array) return {bytesValue: Buffer.from(value).toString('base64')}
  if (Array.isArray(value)) {
    if (level > MOST_LEVELS) throw new AttributesFault(`${path} has more than ${MOST_LEVELS} levels`)
    const values = value.map((entry: unknown, index) => readValue(entry ?? null, `${path}.${index}`, level + 1))
    return {arrayValue: {values}}
  }
  const {toJSON} = value as {readonly toJSON?: unknown}
  if (typeof toJSON === 'function' && level <= MOST_LEVELS) {
    return readValue(Reflect.apply(toJSON, value, []) as unknown, path, level + 1)
  }
  return {mapValue: {fields: readObject(value, path, level)}}
}

function readDate(value: Date, path: string): Value {
  const time = value.getTime()
  if (Number.isNaN(time)) throw new AttributesFault(`${path} is not a valid date`)
  const seconds = Math.floor(time / 1000)
  return {timestampValue: formatTimestamp(seconds, (time - seconds * 1000) * 1_000_000)}
}
