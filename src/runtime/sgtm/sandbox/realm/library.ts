/* oxlint-disable typescript/unbound-method, typescript/no-base-to-string -- Methods are taken from prototypes on purpose, before those are pruned, and only ever applied. */
import type {standardLibrary} from '../standard-library.ts'
import type {Backtrack} from './backtrack.ts'
import type {Meter} from './meter.ts'
import type {TranslateRegex} from './regexes.ts'

/** Opaque handles that templates hold, and the regular expressions they stand for. */
type RegexHandles = WeakMap<object, RegExp>

/**
 * Leaves of the realm's built-ins only the documented library, with methods that take steps by the size of what they
 * work on, and freezes all of it. Afterwards no literal leads to a constructor, and the global object is empty.
 * Sent into the realm as text: it may use nothing from around it.
 */
export function pruneLibrary(
  meter: Meter,
  library: typeof standardLibrary,
  regexes: RegexHandles,
  translate: TranslateRegex,
  backtrack: Backtrack,
): void {
  const {Array, Boolean, Error, Math, Number, Object, Promise, Reflect, RegExp, String, Symbol, BigInt} = globalThis
  const errors = [globalThis.TypeError, globalThis.RangeError, globalThis.SyntaxError, globalThis.ReferenceError]
  const otherErrors = [globalThis.EvalError, globalThis.URIError, globalThis.AggregateError]
  const {apply, defineProperty, deleteProperty, getPrototypeOf, ownKeys} = Reflect
  const {freeze} = Object
  type Method = (this: unknown, ...args: unknown[]) => unknown
  const methodsOf = (prototype: object): Record<string, Method> => prototype as unknown as Record<string, Method>

  const lengthOf = (value: unknown): number => {
    const length: unknown = typeof value === 'string' || Array.isArray(value) ? value.length : 0
    return typeof length === 'number' ? length : 0
  }
  const replaceMethod = (prototype: object, name: string, body: (self: unknown, args: unknown[]) => unknown): void => {
    const {method} = {
      method(this: unknown, ...args: unknown[]) {
        return body(this, args)
      },
    }
    defineProperty(method, 'name', {value: name})
    defineProperty(prototype, name, {value: method, writable: false, enumerable: false, configurable: false})
    freeze(method)
  }
  const meterMethod = (prototype: object, name: string, cost: (self: unknown, args: unknown[]) => number): void => {
    const native = methodsOf(prototype)[name]!
    replaceMethod(prototype, name, (self, args) => {
      meter.charge(cost(self, args))
      const result = apply(native, self, args)
      if (typeof result === 'string' && result.length > 4096) meter.weigh(result)
      else if (Array.isArray(result)) meter.charge(result.length)
      return result
    })
  }

  const sumOf = (values: unknown[]): number => {
    let sum = 0
    for (const value of values) sum += lengthOf(value)
    return sum
  }
  const byLength = (self: unknown): number => 1 + lengthOf(self)
  const byText = (self: unknown): number => 1 + (lengthOf(self) >>> 5)
  /** V8 searches in texts times pattern at worst (44 s were measured for 1 MB), but quickly for short patterns. */
  const bySearch = (self: unknown, [pattern]: unknown[]): number => {
    const long = lengthOf(pattern)
    return byText(self) + (long > 64 ? Math.ceil((lengthOf(self) * long) / 64) : 0)
  }
  /** Each element may be a long text that has to be compared with another, or copied. */
  const byElements = (self: unknown, limit: number): number => {
    let sum = byLength(self)
    if (Array.isArray(self)) {
      for (let index = 0; index < self.length && sum < limit; index++) sum += lengthOf(self[index]) >>> 9
    }
    return sum
  }
  for (const name of library.array) {
    if (name === 'push' || name === 'pop' || name === 'toString') continue
    if (name === 'concat') meterMethod(Array.prototype, name, (self, args) => byLength(self) + sumOf(args))
    else if (name === 'sort')
      meterMethod(Array.prototype, name, (self) => {
        meter.charge(byLength(self))
        return byElements(self, 1e9) * (1 + Math.ceil(Math.log2(byLength(self))))
      })
    else if (name === 'indexOf' || name === 'lastIndexOf')
      meterMethod(Array.prototype, name, (self, [item]) => byLength(self) * (1 + (lengthOf(item) >>> 9)))
    else if (name === 'join') {
      meterMethod(Array.prototype, name, (self, args) => {
        meter.charge(byLength(self))
        const separators = lengthOf(self) * lengthOf(args[0])
        const texts = byElements(self, 1e9)
        if (separators + (texts - byLength(self)) * 512 > 16_777_216)
          throw new errors[1]!('A string grew longer than a template may make one.')
        return texts + (separators >>> 5)
      })
    } else meterMethod(Array.prototype, name, byLength)
  }
  const special = new Set(['match', 'search', 'replace', 'split', 'charAt', 'toString'])
  for (const name of [...library.string, ...library.tolerated])
    if (!special.has(name)) meterMethod(String.prototype, name, name.endsWith('ndexOf') ? bySearch : byText)

  const patterns = RegExp.prototype as unknown as Record<symbol, Method>
  const searchCost = (self: unknown, {source}: RegExp): number =>
    source.length + Math.ceil((lengthOf(self) * (1 + source.length)) / 32)
  /**
   * A pattern given as text runs on V8's linear engine, so that no search is exponential. That engine refuses long counts
   * as in `[a-f0-9]{64}`, which are written out for it, and look-around and back-references, which are searched for step
   * by step, at the run's expense: published templates use them all.
   */
  const compile = (source: string): RegExp => {
    meter.charge(source.length * 10)
    if (source.length > 1000) throw new errors[2]!('A regular expression is longer than 1,000 characters.')
    try {
      // oxlint-disable-next-line eslint/no-invalid-regexp
      return new RegExp(source, 'l')
    } catch (error) {
      const translated = translate(source, false)
      const slash = translated === undefined ? -1 : translated.indexOf('/')
      if (translated === undefined || slash < 0) {
        // It is compiled only, which tells what JavaScript itself does not understand.
        // oxlint-disable-next-line eslint/no-invalid-regexp, eslint/no-new
        new RegExp(source)
        const searcher = backtrack(source)
        if (!searcher) throw error
        return searcher as unknown as RegExp
      }
      return new RegExp(translated.slice(slash + 1), `l${translated.slice(0, slash)}`)
    }
  }
  const toRegex = (self: unknown, pattern: unknown): RegExp => {
    const known = typeof pattern === 'object' && pattern !== null ? regexes.get(pattern) : undefined
    const regex = known ?? compile(pattern === undefined ? '' : String(pattern))
    meter.charge(searchCost(self, regex))
    return regex
  }
  for (const [name, symbol] of [
    ['match', Symbol.match],
    ['search', Symbol.search],
  ] as const) {
    replaceMethod(String.prototype, name, (self, [pattern]) =>
      apply(patterns[symbol]!, toRegex(self, pattern), [String(self)]),
    )
  }
  for (const [name, symbol] of [
    ['replace', Symbol.replace],
    ['split', Symbol.split],
  ] as const) {
    const native = methodsOf(String.prototype)[name]!
    replaceMethod(String.prototype, name, (self, [pattern, second]) => {
      meter.charge(bySearch(self, [pattern]))
      const isHandle = typeof pattern === 'object' && pattern !== null && regexes.has(pattern)
      const result = isHandle
        ? apply(patterns[symbol]!, toRegex(self, pattern), [String(self), second])
        : apply(native, self, [pattern === undefined ? undefined : String(pattern), second])
      if (typeof result === 'string' && result.length > 4096) meter.weigh(result)
      else if (Array.isArray(result)) meter.charge(result.length)
      return result
    })
  }

  const keep = (object: object, names: readonly (string | symbol)[] = []): void => {
    const kept: Record<string | symbol, boolean> = Object.create(null)
    for (const name of names) kept[name] = true
    for (const key of ownKeys(object)) if (!kept[key]) deleteProperty(object, key)
    for (const key of ownKeys(object)) {
      const value: unknown = Reflect.getOwnPropertyDescriptor(object, key)?.value
      if (typeof value === 'function') freeze(value)
    }
    freeze(object)
  }
  // As frozen values they could be no keys of other objects: assigning a name that a prototype has would fail.
  for (const name of library.object) {
    const method = freeze(methodsOf(Object.prototype)[name])
    const set = function (this: object, value: unknown): void {
      if (!defineProperty(this, name, {value, writable: true, enumerable: true, configurable: true}))
        throw new errors[0]!(`Cannot add property ${name}, object is not extensible`)
    }
    defineProperty(Object.prototype, name, {get: () => method, set})
  }
  keep(Object.prototype, library.object)
  keep(Function.prototype)
  keep(Array.prototype, [...library.array, Symbol.iterator])
  keep(String.prototype, [...library.string, ...library.tolerated, Symbol.iterator])
  keep(Number.prototype, library.number)
  keep(Boolean.prototype, library.boolean)
  keep(Promise.prototype, library.promise)
  for (const kind of [Error, ...errors, ...otherErrors]) keep(kind.prototype, library.error)
  for (const value of [Symbol.prototype, BigInt.prototype]) keep(value)
  for (const iterator of [[][Symbol.iterator](), ''[Symbol.iterator](), new RegExp('')[Symbol.matchAll]('')]) {
    keep(getPrototypeOf(iterator)!, ['next'])
  }
  keep(getPrototypeOf(getPrototypeOf([][Symbol.iterator]())!)!, [Symbol.iterator])
  for (const callable of [async () => {}, function* () {}, async function* () {}]) {
    const prototype = getPrototypeOf(callable)!
    deleteProperty(prototype, 'constructor')
    freeze(prototype)
  }
  freeze(RegExp.prototype)
  const root = globalThis
  // Error stays for Node, which looks there for the way to write a stack; templates cannot name it.
  for (const key of ownKeys(root)) if (key !== 'Error') deleteProperty(root, key)
  freeze(Error)
  freeze(root)
}
