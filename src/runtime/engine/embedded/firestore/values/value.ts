/**
 * A Firestore value as this engine computes with it. Integers are bigint, so that all of int64 survives and comparing
 * with a double stays exact; a timestamp is microseconds since the epoch, the precision Firestore keeps.
 */
export type Value =
  | {readonly kind: 'null'}
  | {readonly kind: 'boolean'; readonly value: boolean}
  | {readonly kind: 'integer'; readonly value: bigint}
  | {readonly kind: 'double'; readonly value: number}
  | {readonly kind: 'timestamp'; readonly value: bigint}
  | {readonly kind: 'string'; readonly value: string}
  | {readonly kind: 'bytes'; readonly value: Uint8Array}
  | {readonly kind: 'reference'; readonly value: string}
  | {readonly kind: 'geopoint'; readonly latitude: number; readonly longitude: number}
  | {readonly kind: 'array'; readonly values: readonly Value[]}
  | {readonly kind: 'map'; readonly fields: Fields}

/** The fields of a document or of a map value. */
export type Fields = ReadonlyMap<string, Value>

export const NULL: Value = {kind: 'null'}

/** The elements of a vector, which travels as a map marked with `__type__`; undefined for every other value. */
export function vectorElements(value: Value): readonly Value[] | undefined {
  if (value.kind !== 'map' || value.fields.size !== 2) return undefined
  const marker = value.fields.get('__type__')
  if (marker?.kind !== 'string' || marker.value !== '__vector__') return undefined
  const elements = value.fields.get('value')
  return elements?.kind === 'array' ? elements.values : undefined
}

/** Not a number, which equals nothing that a query compares it with. */
export function isNaNValue(value: Value): boolean {
  return value.kind === 'double' && Number.isNaN(value.value)
}
