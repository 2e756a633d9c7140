/* oxlint-disable typescript/unbound-method -- Methods are taken from prototypes on purpose, before those are pruned, and only ever applied. */
import type {Meter} from './meter.ts'
import type {Promises} from './promises.ts'

/**
 * The APIs that need nothing of the host: they work on the template's own values and so live beside them.
 * Sent into the realm as text: it may use nothing from around it. Keep `ownApiNames` in step.
 */
export function createOwnApis(meter: Meter, promises: Promises): Readonly<Record<string, unknown>> {
  const {Array, JSON, Math, Number, Object, Set, String, RangeError, Reflect} = globalThis
  const {decodeURI, decodeURIComponent, encodeURI, encodeURIComponent} = globalThis
  const {apply} = Reflect
  const {entries, freeze, hasOwn, isFrozen, keys, values} = Object
  const {add, delete: remove, has} = Set.prototype
  type Row = Readonly<Record<string, unknown>>
  const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null

  /** Charges for a value's size before native code walks it; true if it has cycles. */
  const measure = (value: unknown, above: Set<unknown>): boolean => {
    if (!isObject(value)) return false
    if (apply(has, above, [value])) return true
    if (above.size > 500) throw new RangeError('A value is nested too deeply.')
    apply(add, above, [value])
    const list = Array.isArray(value) ? (value as unknown[]) : undefined
    meter.charge(1 + (list ? list.length : 0))
    const parts = list ?? values(value)
    for (let index = 0; index < parts.length; index++) {
      meter.charge(1)
      if (measure(parts[index], above)) return true
    }
    apply(remove, above, [value])
    return false
  }
  /** Undefined for what cannot be converted. What a template's `toString` was in the middle of is over then. */
  const attempt = <T>(convert: () => T): T | undefined => {
    const depth = meter.d
    try {
      return convert()
    } catch {
      meter.d = depth
      return undefined
    }
  }
  const text = (value: unknown): string => {
    const converted = String(value)
    meter.charge(converted.length >>> 3)
    return converted
  }
  const charged = <T>(list: T[]): T[] => {
    meter.charge(1 + list.length * 4)
    return list
  }
  const typeOf = (value: unknown): string => {
    if (value === null) return 'null'
    return Array.isArray(value) ? 'array' : typeof value
  }

  const apis: Record<string, unknown> = {
    JSON: {
      parse: (value: unknown): unknown => attempt((): unknown => JSON.parse(text(value))),
      stringify: (value: unknown): string | undefined => {
        if (measure(value, new Set())) return undefined
        // A template's `toJSON` may give anything, so each step of the walk is charged for.
        const json: unknown = meter.nest(() =>
          JSON.stringify(value, (_, part: unknown) => {
            meter.charge(1)
            return part
          }),
        )
        return typeof json === 'string' ? meter.weigh(json) : undefined
      },
    },
    Object: {
      keys: (value: unknown) => charged(keys(value as object)),
      values: (value: unknown) => charged(values(value as object)),
      entries: (value: unknown) => charged(entries(value as object)),
      freeze: (value: unknown) => freeze(value),
      delete: (value: unknown, key: unknown) => {
        if (!isObject(value) || Array.isArray(value) || isFrozen(value)) return false
        return Reflect.deleteProperty(value, String(key))
      },
    },
    Math: {
      abs: Math.abs,
      ceil: Math.ceil,
      floor: Math.floor,
      max: (...numbers: number[]) => Math.max(...numbers),
      min: (...numbers: number[]) => Math.min(...numbers),
      pow: (base: number, exponent: number) => Math.pow(base, exponent),
      round: Math.round,
      sqrt: Math.sqrt,
    },
    Promise: {create: promises.create, all: promises.all},
    decodeUri: (value: unknown) => attempt(() => decodeURI(text(value))),
    decodeUriComponent: (value: unknown) => attempt(() => decodeURIComponent(text(value))),
    encodeUri: (value: unknown) => attempt(() => encodeURI(text(value))),
    encodeUriComponent: (value: unknown) => attempt(() => encodeURIComponent(text(value))),
    getType: typeOf,
    // Rounds, and gives 0 for what is no number, as the same function does in web containers.
    makeInteger: (value: unknown) => Math.round(Number(value)) || 0,
    makeNumber: (value: unknown) => Number(value),
    makeString: (value: unknown) => String(value),
    makeTableMap: (rows: unknown, keyColumn: unknown, valueColumn: unknown) => {
      if (!Array.isArray(rows)) return null
      const map: Record<string, unknown> = {}
      let found = false
      for (const row of rows as unknown[]) {
        meter.charge(1)
        const complete = isObject(row) && hasOwn(row, String(keyColumn)) && hasOwn(row, String(valueColumn))
        if (!complete) continue
        map[String(row[String(keyColumn)])] = row[String(valueColumn)]
        found = true
      }
      return found ? map : null
    },
  }
  const seal = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) for (const part of values(value)) seal(part)
    freeze(value)
  }
  seal(apis)
  return apis
}

/** The names of the above and of `createRegexes`, known without a realm. */
export const ownApiNames: readonly string[] = [
  'JSON',
  'Object',
  'Math',
  'Promise',
  'decodeUri',
  'decodeUriComponent',
  'encodeUri',
  'encodeUriComponent',
  'getType',
  'makeInteger',
  'makeNumber',
  'makeString',
  'makeTableMap',
  'createRegex',
  'testRegex',
]
