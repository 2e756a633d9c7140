import type {createInstantPromises} from './instant-promises.ts'
import type {createComparison, createMatchers, Tools} from './matchers.ts'

type Callable = (...args: readonly unknown[]) => unknown

/** What the bench tells the host, in values that cross the wall: text and numbers. */
export type BenchHost = {
  /** An expectation that was not met, at the moment when it was found out, whoever catches the error. */
  readonly failed: (failure: BenchFailure) => void
  /** Promises that are settled call back at once. */
  readonly instant: boolean
}

export type BenchFailure = {
  readonly message: string
  /** Both sides with a key per line, where the check compares two values. */
  readonly sides?: {readonly expected: string; readonly actual: string}
  /** The realm's stack. */
  readonly stack: string
  /** Found out in a promise's callback that was called at once. */
  readonly inCallback: boolean
}

/** What the host gets from a bench. */
export type Bench = {
  /** Runs the test up to its end; what it began goes on later. */
  readonly run: () => void
  /** How often each counted statement of the template ran, by its number. */
  readonly counts: () => Readonly<Record<string, number>>
}

type Factory = (meter: unknown, ...offered: unknown[]) => Callable
type Parts = {
  readonly createComparison: typeof createComparison
  readonly createMatchers: typeof createMatchers
  readonly createInstantPromises: typeof createInstantPromises
}

/**
 * The test API, in the realm and in one run with template and test: values are shared and not copied, so that a mock
 * may return what cannot cross a wall, and calls of the realm's own APIs are seen too. Sent into the realm as text: it
 * may use nothing from around it.
 */
export function createBench(
  parts: Parts,
  meter: unknown,
  requireApi: (name: unknown) => unknown,
  template: Factory,
  test: Factory,
): (host: BenchHost) => Bench {
  const objects = requireApi('Object') as {keys: Tools['keys']; freeze: (value: unknown) => unknown}
  const json = requireApi('JSON') as {stringify: Tools['quote']}
  const typeOf = requireApi('getType') as Tools['typeOf']
  const tools: Tools = {typeOf, keys: (value) => objects.keys(value), quote: (text) => json.stringify(text)}
  const comparison = parts.createComparison(tools)
  const matchers = parts.createMatchers(tools, comparison)
  const {isEqual, show, brief} = comparison
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : brief(value))
  /** Keys never meet those of a prototype. */
  const slot = (name: unknown): string => `:${textOf(name)}`

  return (host) => {
    const mocks: Record<string, {readonly value: unknown; made?: {readonly object: unknown}}> = {}
    const calls: Record<string, unknown[][]> = {}
    const apis: Record<string, unknown> = {}
    const counts: Record<string, number> = {}
    /** Mocks that run now: what they call of the same name is the live API, so that they may build on it. */
    const running: Record<string, boolean> = {}
    let callbacks = 0
    const enter = (callback: () => unknown): unknown => {
      callbacks += 1
      try {
        return callback()
      } finally {
        callbacks -= 1
      }
    }
    const instant = host.instant ? parts.createInstantPromises(typeOf, enter) : undefined

    const refuse = (message: string, expected?: string, actual?: string): never => {
      const error = new Error(message)
      const sides = expected === undefined || actual === undefined ? {} : {sides: {expected, actual}}
      host.failed({message, stack: `${error.stack}`, inCallback: callbacks > 0, ...sides})
      throw error
    }
    const snapshot = (value: unknown, depth = 0): unknown => {
      const type = typeOf(value)
      const isOpen = type === 'array' || (type === 'object' && typeof (value as {then?: unknown}).then !== 'function')
      if (!isOpen || depth > 50) return value
      if (type === 'array') return (value as unknown[]).map((item) => snapshot(item, depth + 1))
      const copy: Record<string, unknown> = {}
      for (const key of tools.keys(value)) copy[key] = snapshot((value as Record<string, unknown>)[key], depth + 1)
      return copy
    }
    const record = (name: string, args: readonly unknown[]): void => {
      const made = calls[slot(name)] ?? []
      made.push(args.map((arg) => snapshot(arg)))
      calls[slot(name)] = made
    }

    const call = (key: string, mock: unknown, real: unknown, args: readonly unknown[]): unknown => {
      if (typeof mock !== 'function') return mock
      if (running[key]) return (real as Callable)(...args)
      running[key] = true
      try {
        return (mock as Callable)(...args)
      } finally {
        running[key] = false
      }
    }
    /** Looks the mock up at the call, so that one set after `require` counts too. */
    const spy =
      (name: string, real: unknown): Callable =>
      (...args) => {
        const key = slot(name)
        if (!running[key]) record(name, args)
        const mock = mocks[key]
        if (mock) return call(key, mock.value, real, args)
        return typeof real === 'function' ? (real as Callable)(...args) : real
      }
    /** The object that stands for an API's own: a function given to `mock` makes it, once. */
    const mockedObject = (name: string): Record<string, unknown> | undefined => {
      const mock = mocks[slot(name)]
      if (!mock) return undefined
      if (!mock.made) {
        mock.made = {object: typeof mock.value === 'function' ? (mock.value as Callable)() : mock.value}
      }
      const {object} = mock.made
      return typeOf(object) === 'object' ? (object as Record<string, unknown>) : undefined
    }
    const spyObject = (name: string, real: Record<string, unknown>): unknown => {
      const isFunction = typeof mocks[slot(name)]?.value === 'function'
      // A function replaces the API, and published templates call it in their tests; others use what it returns as
      // the object. Both work on a function that has the object's members.
      const object = (isFunction ? spy(name, undefined) : {}) as Record<string, unknown>
      const mocked = mockedObject(name)
      for (const key of tools.keys(real).concat(mocked ? tools.keys(mocked) : [])) {
        const own = real[key]
        if (typeof own !== 'function' && typeof mocked?.[key] !== 'function') {
          object[key] = mocked?.[key] ?? own
          continue
        }
        object[key] = (...args: unknown[]): unknown => {
          const now = mockedObject(name)
          if (now && tools.keys(now).indexOf(key) >= 0) return call(`${slot(name)}.${key}`, now[key], own, args)
          return (own as Callable)(...args)
        }
      }
      return objects.freeze(object)
    }
    const find = (name: unknown): unknown => {
      const key = slot(name)
      if (apis[key] !== undefined) return apis[key]
      const real = instant && name === 'Promise' ? instant : requireApi(name)
      if (typeOf(real) === 'object') return spyObject(textOf(name), real as Record<string, unknown>)
      return (apis[key] = spy(textOf(name), real))
    }

    const assertApi = (name: unknown): unknown => {
      const label = textOf(name)
      const made = (): unknown[][] => calls[slot(name)] ?? []
      const was = (args: unknown[]): boolean => made().some((call) => isEqual(call, args))
      const times = (): string => (made().length === 1 ? 'once' : `${made().length} times`)
      const all = (): unknown => (made().length === 1 ? made()[0] : made())
      return {
        wasCalled: () => {
          if (made().length === 0) refuse(`${label} was not called`)
        },
        wasNotCalled: () => {
          if (made().length > 0) refuse(`${label} was called ${times()}, with ${brief(all())}`)
        },
        wasCalledWith: (...args: unknown[]) => {
          if (was(args)) return
          if (made().length === 0) refuse(`${label} was not called; expected a call with ${brief(args)}`)
          // Compared with the call that comes closest: the last with as many arguments.
          const near = made().filter((call) => call.length === args.length)
          const shown = near.length > 0 ? near[near.length - 1] : made()[made().length - 1]
          refuse(`${label} was called ${times()}, but not with ${brief(args)}`, show(args), show(shown))
        },
        wasNotCalledWith: (...args: unknown[]) => {
          if (was(args)) refuse(`${label} was called with ${brief(args)}`)
        },
      }
    }
    const assertThat = (actual: unknown, message: unknown): unknown => {
      const prefix = message === undefined ? '' : `${textOf(message)}: `
      const bound: Record<string, unknown> = {}
      for (const name of objects.keys(matchers)) {
        bound[name] = (...args: unknown[]): void => {
          const {passes, wanted, other} = matchers[name]!(actual, args)
          if (passes) return
          const text = `${prefix}expected ${wanted}, got ${brief(actual)}`
          if (other) refuse(text, show(other[0]), show(actual))
          else refuse(text)
        }
      }
      return bound
    }
    const runCode = (data: unknown): unknown => {
      const own: Record<string, unknown> = {}
      const given = (typeOf(data) === 'object' ? data : {}) as Record<string, unknown>
      for (const key of tools.keys(given)) own[key] = given[key]
      for (const name of ['gtmOnSuccess', 'gtmOnFailure']) own[name] = spy(name, own[name])
      const count = (statement: number): void => void (counts[statement] = (counts[statement] ?? 0) + 1)
      return template(meter, find, count)(own)
    }
    const set = (name: unknown, value: unknown): void => void (mocks[slot(name)] = {value})
    const fail = (message: unknown): never => refuse(message === undefined ? 'the test called fail' : textOf(message))
    const api = {runCode, mock: set, mockObject: set, assertApi, assertThat, fail}
    return {run: () => void test(meter, find)(api), counts: () => counts}
  }
}
