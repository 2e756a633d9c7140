/* oxlint-disable typescript/unbound-method -- Methods are taken from prototypes on purpose, before those are pruned, and only ever applied. */
import type {ToRealmError} from './guard-host.ts'
import type {Meter, RunState} from './meter.ts'
import type {Promises} from './promises.ts'

type Callable = (...args: unknown[]) => unknown

/** What the host does for the membrane. Only trusted code of the realm ever holds these functions. */
export type HostSide = {
  /** Calls a host function with copies of the arguments. */
  readonly call: (run: RunState, target: Callable, args: readonly unknown[]) => unknown
  readonly isPromise: (value: unknown) => boolean
  readonly whenSettled: (promise: unknown, onValue: Callable, onReason: Callable) => void
  /** What a template may know of an error of the host's. */
  readonly messageOf: (error: unknown) => string
}

/** What the realm does for the host. */
export type RealmSide = {
  readonly newRun: (steps: number) => RunState
  /** A realm value for one of the host's: copied, with functions wrapped. */
  readonly importValue: (run: RunState, value: unknown, frozen: boolean) => unknown
  /** Calls a function of the realm at the expense of a run. The arguments are the host's, the result is the realm's. */
  readonly call: (run: RunState, target: Callable, args: readonly unknown[]) => unknown
  /** The host's function behind a wrapper, where it is one. */
  readonly unwrap: (value: object) => Callable | undefined
  readonly require: (run: RunState, resolve: (name: string) => unknown) => Callable
  readonly charge: (steps: number) => void
}

/**
 * The wall between realm and host, seen from inside. Values cross as copies, functions as functions made here, and
 * errors as errors made here, so that no object of the host is ever in a template's hands.
 * Sent into the realm as text: it may use nothing from around it.
 */
export function createMembrane(
  meter: Meter,
  promises: Promises,
  own: Readonly<Record<string, unknown>>,
  host: HostSide,
  toRealmError: ToRealmError,
): RealmSide {
  const {Array, Math, Object, Reflect, WeakMap, Map, TypeError} = globalThis
  const {apply} = Reflect
  const {freeze, keys, hasOwn} = Object
  const {get: getFrom, set: setIn} = WeakMap.prototype
  const {get: getCached, set: setCached} = Map.prototype
  const targets = new WeakMap<object, Callable>()
  const maxDepth = 100
  const freeLength = 4096

  const importValue = (run: RunState, value: unknown, frozen: boolean, depth = 0): unknown => {
    if (typeof value === 'function') return wrap(run, value as Callable)
    if (typeof value === 'string' && value.length > freeLength) return meter.current() ? meter.weigh(value) : value
    if (typeof value !== 'object' || value === null)
      return typeof value === 'symbol' || typeof value === 'bigint' ? undefined : value
    if (depth > maxDepth) throw new TypeError('A value is nested too deeply.')
    if (depth === 0 && host.isPromise(value)) return importPromise(run, value)
    let copy: unknown
    if (Array.isArray(value)) {
      const list: unknown[] = []
      for (let index = 0; index < value.length; index++) list[index] = importValue(run, value[index], frozen, depth + 1)
      copy = list
    } else {
      const record: Record<string, unknown> = {}
      for (const key of keys(value))
        record[key] = importValue(run, (value as Record<string, unknown>)[key], frozen, depth + 1)
      copy = record
    }
    return frozen ? freeze(copy) : copy
  }
  const importPromise = (run: RunState, value: unknown): unknown => {
    const {promise, resolve, reject} = promises.deferred()
    /** The host calls this from nowhere: what fails here would be nobody's, and end the process. */
    const settle = (how: Callable, prepare: () => unknown): void => {
      let prepared: unknown
      try {
        prepared = prepare()
      } catch (error) {
        reject(error)
        return
      }
      how(prepared)
    }
    host.whenSettled(
      value,
      (result) => settle(resolve, () => importValue(run, result, false)),
      (reason) =>
        settle(reject, () =>
          typeof reason === 'object' && reason !== null && hasOwn(reason, 'reason')
            ? importValue(run, reason, false)
            : toRealmError(reason),
        ),
    )
    return promise
  }
  const wrap = (run: RunState, target: Callable): Callable => {
    const wrapper = (...args: unknown[]): unknown => {
      let size = 0
      for (let index = 0; index < args.length; index++) {
        const arg = args[index]
        size += typeof arg === 'string' ? arg.length : 0
      }
      // Native code will walk over what it is given: a hash of megabytes is not one step.
      meter.charge(20 + Math.floor(size / 32))
      return importValue(
        run,
        meter.nest(() => host.call(run, target, args)),
        false,
      )
    }
    apply(setIn, targets, [wrapper, target])
    return freeze(wrapper)
  }

  return {
    newRun: meter.newRun,
    importValue,
    call: (run, target, args) =>
      meter.enter(run, () => {
        const copies: unknown[] = []
        for (let index = 0; index < args.length; index++) copies[index] = importValue(run, args[index], false)
        return apply(target, undefined, copies)
      }),
    unwrap: (value) => apply(getFrom, targets, [value]) as Callable | undefined,
    require: (run, resolve) => {
      const cache = new Map<string, unknown>()
      return freeze((name: unknown): unknown => {
        const key = typeof name === 'string' ? name : ''
        const cached: unknown = apply(getCached, cache, [key])
        if (cached !== undefined) return cached
        let found: unknown
        try {
          found = resolve(key)
        } catch (error) {
          throw toRealmError(error)
        }
        // Undefined means that the realm has its own: what needs nothing of the host never crosses the wall.
        const api = found === undefined ? own[key] : importValue(run, found, true)
        apply(setCached, cache, [key, api])
        return api
      })
    },
    charge: meter.charge,
  }
}
