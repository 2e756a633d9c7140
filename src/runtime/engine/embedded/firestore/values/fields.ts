import type {FieldPath} from '../paths/field-path.ts'
import type {Fields, Value} from './value.ts'

/** The value at a path through nested maps, or undefined. */
export function getField(fields: Fields, path: FieldPath): Value | undefined {
  let value: Value | undefined = fields.get(path[0]!)
  for (let at = 1; at < path.length; at++) {
    if (value?.kind !== 'map') return undefined
    value = value.fields.get(path[at]!)
  }
  return value
}

/** Fields with the value at `path` replaced; what stands in the way and is no map becomes one. */
export function setField(fields: Fields, path: FieldPath, value: Value): Fields {
  const [name, ...rest] = path
  const changed = new Map(fields)
  const inner = fields.get(name!)
  changed.set(
    name!,
    rest.length === 0
      ? value
      : {kind: 'map', fields: setField(inner?.kind === 'map' ? inner.fields : new Map(), rest, value)},
  )
  return changed
}

/** Fields without what is at `path`; the maps around it stay. */
export function deleteField(fields: Fields, path: FieldPath): Fields {
  const [name, ...rest] = path
  const inner = fields.get(name!)
  if (inner === undefined || (rest.length > 0 && inner.kind !== 'map')) return fields
  const changed = new Map(fields)
  if (rest.length === 0) changed.delete(name!)
  else if (inner.kind === 'map') changed.set(name!, {kind: 'map', fields: deleteField(inner.fields, rest)})
  return changed
}

/** Only what the paths name, as masks and projections ask; `__name__` names no field. */
export function projectFields(fields: Fields, paths: readonly FieldPath[]): Fields {
  let projected: Fields = new Map()
  for (const path of paths) {
    const value = getField(fields, path)
    if (value) projected = setField(projected, path, value)
  }
  return projected
}
