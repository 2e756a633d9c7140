import {covers, intersectPaths, mergePaths, overlaps, parseFieldPath} from './field-path.ts'
import type {FieldPath} from './ports.ts'
import type {Destination, Rules} from './rules.ts'
import type {Drop} from './trace.ts'
import {emptyRecord, type Fields, type Value} from './value.ts'

/** What one destination may see of one kind, of what was asked for. */
export type View = {
  readonly destination: Destination
  readonly asked: readonly FieldPath[] | undefined
  readonly allowed: readonly FieldPath[]
  /** `asked` ∩ `allowed`; the empty path is everything. */
  readonly shown: readonly FieldPath[]
}

/** `fields` undefined asks for all that is allowed. A kind without a list shows nothing. */
export function createView(
  rules: Rules,
  kind: string,
  destination: Destination,
  fields: readonly string[] | undefined,
): View {
  const allowed = rules.allowed(kind, destination)
  const asked = fields?.flatMap((field) => {
    const path = parseFieldPath(field)
    return path ? [path] : []
  })
  return {destination, asked, allowed, shown: asked ? intersectPaths(asked, allowed) : mergePaths(allowed)}
}

/** The parts of a document that `shown` names; maps stay maps, and what is not there is left out. */
export function project(fields: Fields, shown: readonly FieldPath[]): Fields {
  if (shown.some((path) => path.length === 0)) return fields
  const result = emptyRecord<Value>()
  for (const [name, rests] of Map.groupBy(shown, ([head = '']) => head)) {
    const value = fields[name]
    if (!value || !Object.hasOwn(fields, name)) continue
    const part = projectValue(
      value,
      rests.map((path) => path.slice(1)),
    )
    if (part) result[name] = part
  }
  return result
}

function projectValue(value: Value, shown: readonly FieldPath[]): Value | undefined {
  if (shown.some((path) => path.length === 0)) return value
  if (!('mapValue' in value)) return undefined
  const fields = project(value.mapValue.fields, shown)
  return Object.keys(fields).length > 0 ? {mapValue: {fields}} : undefined
}

/**
 * Why attributes are not in the answer. What was asked for is always accounted for; what the configuration names, only
 * where it was read and is there, or was not read at all. Names that nobody named stay unmentioned.
 * `read` is what the database was asked for; undefined means everything.
 */
export function explainDrops(
  view: View,
  fields: Fields,
  known: readonly FieldPath[],
  read: readonly FieldPath[] | undefined,
): readonly Drop[] {
  const drops = new Map<string, string>()
  const drop = (path: FieldPath, reason: string): void => {
    if (!drops.has(path.join('.'))) drops.set(path.join('.'), reason)
  }
  for (const path of view.asked ?? []) {
    if (!view.allowed.some((allowed) => overlaps(allowed, path))) drop(path, 'not on the allow-list')
    else if (!isThere(fields, path)) drop(path, 'no such attribute')
  }
  const names: readonly FieldPath[] =
    read === undefined ? [...known, ...Object.keys(fields).map((name) => [name])] : known
  for (const path of names) {
    const wasRead = read === undefined || read.some((other) => covers(other, path))
    if ((wasRead && !isThere(fields, path)) || view.shown.some((shown) => overlaps(shown, path))) continue
    const isAsked = !view.asked || view.asked.some((asked) => overlaps(asked, path))
    if (isAsked) drop(path, 'not on the allow-list')
    else if (view.allowed.some((allowed) => covers(allowed, path))) drop(path, 'not asked for')
  }
  return [...drops].map(([attribute, reason]) => ({attribute, destination: view.destination, reason}))
}

function isThere(fields: Fields, path: FieldPath): boolean {
  const [head, ...rest] = path
  if (head === undefined) return true
  const value = Object.hasOwn(fields, head) ? fields[head] : undefined
  if (!value) return false
  return rest.length === 0 || ('mapValue' in value && isThere(value.mapValue.fields, rest))
}
