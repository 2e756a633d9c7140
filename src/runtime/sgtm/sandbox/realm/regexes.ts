/* oxlint-disable typescript/unbound-method -- Methods are taken from prototypes on purpose, before those are pruned, and only ever applied. */
import type {Meter} from './meter.ts'

/**
 * Puts a pattern of RE2's syntax into JavaScript's, as flags, a slash and the source; undefined for one that RE2
 * refuses. Only texts cross the wall.
 */
export type TranslateRegex = (pattern: string, ignoreCase: boolean) => string | undefined

/**
 * Gives `createRegex` and `testRegex`. A template holds an empty object that stands for the regular expression, which
 * runs on V8's linear engine, as RE2 does. Sent into the realm as text: it may use nothing from around it.
 */
export function createRegexes(
  meter: Meter,
  handles: WeakMap<object, RegExp>,
  translate: TranslateRegex,
): Readonly<Record<string, unknown>> {
  const {Object, Reflect, RegExp, String, TypeError} = globalThis
  const {apply} = Reflect
  const {freeze} = Object
  const {indexOf, slice} = String.prototype
  const {test} = RegExp.prototype
  const {get: find, set: keep} = handles
  const call = (method: unknown, self: unknown, ...args: readonly unknown[]): unknown =>
    apply(method as (...all: unknown[]) => unknown, self, args)
  const has = (text: string, part: string): boolean => (call(indexOf, text, part) as number) >= 0

  return {
    createRegex: (pattern: unknown, flags: unknown) => {
      const text = String(pattern)
      const wanted = typeof flags === 'string' ? flags : ''
      meter.charge(100 + text.length * 10)
      const translated = translate(text, has(wanted, 'i'))
      if (translated === undefined) return null
      meter.charge(translated.length)
      const slash = call(indexOf, translated, '/') as number
      let regex: RegExp
      try {
        const source = call(slice, translated, slash + 1) as string
        regex = new RegExp(source, `l${call(slice, translated, 0, slash) as string}${has(wanted, 'g') ? 'g' : ''}`)
      } catch {
        return null
      }
      const handle = freeze({})
      call(keep, handles, handle, regex)
      return handle
    },
    testRegex: (handle: unknown, value: unknown) => {
      const regex =
        typeof handle === 'object' && handle !== null ? (call(find, handles, handle) as RegExp | undefined) : undefined
      if (!regex) throw new TypeError('testRegex needs what createRegex gave.')
      const text = String(value)
      meter.charge(regex.source.length + ((text.length * (1 + regex.source.length)) >>> 5))
      return call(test, regex, text)
    },
  }
}
