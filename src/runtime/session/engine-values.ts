import type {Fields, Value as EngineValue} from '#runtime/engine/embedded/firestore/values/value.ts'
import {vectorElements} from '#runtime/engine/embedded/firestore/values/value.ts'
import type {MapValue, Value} from '#runtime/fixtures/value.ts'

/** A document's fields as the engine's protocol has them. `root` is the name of the database's root, for references. */
export function toEngineFields(fields: MapValue, root: string): Fields {
  return new Map([...fields].map(([name, value]) => [name, toEngineValue(value, root)]))
}

function toEngineValue(value: Value, root: string): EngineValue {
  if (value === null) return {kind: 'null'}
  if (typeof value === 'boolean') return {kind: 'boolean', value}
  if (typeof value === 'string') return {kind: 'string', value}
  if (typeof value === 'bigint') return {kind: 'integer', value}
  if (typeof value === 'number') return {kind: 'double', value}
  if (value instanceof Uint8Array) return {kind: 'bytes', value}
  if (value instanceof Map) return {kind: 'map', fields: toEngineFields(value as MapValue, root)}
  if (Array.isArray(value)) {
    return {kind: 'array', values: (value as readonly Value[]).map((item) => toEngineValue(item, root))}
  }
  const tagged = value as Extract<Value, {readonly type: string}>
  switch (tagged.type) {
    case 'timestamp':
      return {kind: 'timestamp', value: BigInt(tagged.seconds) * 1_000_000n + BigInt(Math.floor(tagged.nanos / 1000))}
    case 'geopoint':
      return {kind: 'geopoint', latitude: tagged.latitude, longitude: tagged.longitude}
    case 'reference':
      return {kind: 'reference', value: tagged.path.startsWith('projects/') ? tagged.path : `${root}/${tagged.path}`}
    default:
      return tagged satisfies never
  }
}

/**
 * Fields that were read, as fixtures have them. Undefined where they hold a type that no fixture can say (a vector), so
 * that they equal no fixture.
 */
export function fromEngineFields(fields: Fields): MapValue | undefined {
  const read = new Map<string, Value>()
  for (const [name, value] of fields) {
    const known = fromEngineValue(value)
    if (known === undefined) return undefined
    read.set(name, known)
  }
  return read
}

function fromEngineValue(value: EngineValue): Value | undefined {
  switch (value.kind) {
    case 'null':
      return null
    case 'boolean':
    case 'string':
    case 'integer':
    case 'double':
    case 'bytes':
      return value.value
    case 'timestamp': {
      const micros = ((value.value % 1_000_000n) + 1_000_000n) % 1_000_000n
      return {type: 'timestamp', seconds: Number((value.value - micros) / 1_000_000n), nanos: Number(micros) * 1000}
    }
    case 'geopoint':
      return {type: 'geopoint', latitude: value.latitude, longitude: value.longitude}
    case 'reference':
      return {type: 'reference', path: value.value}
    case 'array': {
      const items = value.values.map(fromEngineValue)
      return items.includes(undefined) ? undefined : (items as Value[])
    }
    case 'map':
      return vectorElements(value) ? undefined : fromEngineFields(value.fields)
    default:
      return value satisfies never
  }
}
