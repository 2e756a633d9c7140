/**
 * One Firestore value as the REST API writes it
 * (https://cloud.google.com/firestore/docs/reference/rest/v1/Value): every type keeps its name, so nothing is lost
 * between the database and a `types=1` answer.
 */
export type Value =
  | {readonly nullValue: null}
  | {readonly booleanValue: boolean}
  | {readonly integerValue: string}
  | {readonly doubleValue: number | 'NaN' | 'Infinity' | '-Infinity' | '-0'}
  | {readonly timestampValue: string}
  | {readonly stringValue: string}
  | {readonly bytesValue: string}
  | {readonly referenceValue: string}
  | {readonly geoPointValue: {readonly latitude: number; readonly longitude: number}}
  | {readonly arrayValue: {readonly values: readonly Value[]}}
  | {readonly mapValue: {readonly fields: Fields}}

/** The fields of a document or of a map value. Built on null prototypes, so that no name has a special meaning. */
export type Fields = Readonly<Record<string, Value>>

/** An object without a prototype. */
export function emptyRecord<V>(): Record<string, V> {
  return Object.create(null) as Record<string, V>
}

/**
 * Fields as plain JSON:
 * timestamp → RFC 3339 in UTC with as many digits as it has; geopoint → `{lat, lng}`; reference → path below the
 * database; bytes → base64; int64 beyond ±(2^53 − 1) → string; NaN and infinities → null, with the path in `lossy`;
 * vector → array of numbers. Everything else is what JSON calls it.
 */
export function encodePlain(fields: Fields, lossy: string[], prefix = ''): Record<string, unknown> {
  const result = emptyRecord<unknown>()
  for (const [name, value] of Object.entries(fields)) result[name] = plainValue(value, lossy, `${prefix}${name}`)
  return result
}

function plainValue(value: Value, lossy: string[], path: string): unknown {
  if ('mapValue' in value) return plainMap(value.mapValue.fields, lossy, path)
  if ('arrayValue' in value) {
    return value.arrayValue.values.map((entry, index) => plainValue(entry, lossy, `${path}.${index}`))
  }
  if ('integerValue' in value) {
    const number = Number(value.integerValue)
    return Number.isSafeInteger(number) ? number : value.integerValue
  }
  if ('doubleValue' in value) {
    if (value.doubleValue === '-0') return 0
    if (typeof value.doubleValue === 'number') return value.doubleValue
    lossy.push(path)
    return null
  }
  if ('geoPointValue' in value) return {lat: value.geoPointValue.latitude, lng: value.geoPointValue.longitude}
  if ('referenceValue' in value)
    return value.referenceValue.replace(/^projects\/[^/]+\/databases\/[^/]+\/documents\//, '')
  if ('stringValue' in value) return value.stringValue
  if ('booleanValue' in value) return value.booleanValue
  if ('timestampValue' in value) return value.timestampValue
  if ('bytesValue' in value) return value.bytesValue
  return null
}

/** Firestore keeps a vector as a map with this type name. */
function plainMap(fields: Fields, lossy: string[], path: string): unknown {
  const {__type__: type, value} = fields
  if (type && 'stringValue' in type && type.stringValue === '__vector__' && value) return plainValue(value, lossy, path)
  return encodePlain(fields, lossy, `${path}.`)
}

/** The RFC 3339 text of a timestamp: 0, 3, 6 or 9 fraction digits, as Google's JSON mapping writes them. */
export function formatTimestamp(seconds: number, nanos: number): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, -5)
  if (nanos === 0) return `${whole}Z`
  const digits = String(nanos).padStart(9, '0')
  return `${whole}.${digits.replace(/(?:000){1,2}$/, '')}Z`
}

/** Milliseconds since the Unix epoch of a timestamp value; undefined for any other type. */
export function readTime(value: Value | undefined): number | undefined {
  return value && 'timestampValue' in value ? Date.parse(value.timestampValue) : undefined
}

/** The text of a string value; undefined for any other type. */
export function readText(value: Value | undefined): string | undefined {
  return value && 'stringValue' in value ? value.stringValue : undefined
}

/** True only for the boolean value true. */
export function isTrue(value: Value | undefined): boolean {
  return value !== undefined && 'booleanValue' in value && value.booleanValue
}
