/* oxlint-disable typescript/unbound-method -- Methods are taken from prototypes on purpose, before those are pruned, and only ever applied. */
import type {Meter, RunState} from './meter.ts'

type Callback = (value?: unknown) => unknown

/** Promises as templates know them, and the ways in which trusted code makes and observes them. */
export type Promises = {
  readonly create: (resolver: unknown) => unknown
  readonly all: (list: unknown) => unknown
  /** A promise with its handles, for an API of the host that answers later. */
  readonly deferred: () => {promise: unknown; resolve: Callback; reject: Callback}
  readonly isPromise: (value: unknown) => boolean
  /** Observes without belonging to any run. */
  readonly observe: (promise: unknown, onValue: Callback, onReason: Callback) => void
}

type Host = {
  /** Calls back after `ms`; gives the way to call it off. */
  readonly later: (ms: number, callback: () => void) => () => void
  readonly unhandled: (run: RunState, reason: unknown) => void
}

/**
 * Makes `then` bind its callbacks to the run that calls it, so that each is paid for by its own run and none is called
 * after it; adopts foreign thenables under the same rule, and keeps errors' stacks, which tell of the machine, from
 * templates. Sent into the realm as text: it may use nothing from around it.
 */
export function createPromises(meter: Meter, host: Host): Promises {
  const {Array, Error, Object, Promise, Reflect, TypeError, WeakSet} = globalThis
  const {apply, defineProperty, getPrototypeOf} = Reflect
  const {create} = Object
  const nativeThen = Promise.prototype.then as (...args: unknown[]) => unknown
  const addTo = WeakSet.prototype.add
  const hasIn = WeakSet.prototype.has
  const known = new WeakSet<object>()
  const handled = new WeakSet<object>()
  /** A promise costs far more than a step: an endless chain of them must end in a fraction of a second. */
  const steps = 200
  /** Documented: "a sandboxed promise times out after five seconds". */
  const timeoutMs = 5000

  const isPromise = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && apply(hasIn, known, [value])
  /** What a template may see of an error: name and message. */
  const shield = (reason: unknown): unknown => {
    if (!(reason instanceof Error)) {
      // The wall lets no object of the host's in. Should it ever, this is where a template would get hold of it.
      if (typeof reason === 'function' || (typeof reason === 'object' && reason !== null))
        return reason instanceof Object ? reason : new Error('Something outside of the template failed.')
      return reason
    }
    const shielded = create(getPrototypeOf(reason)) as object
    defineProperty(shielded, 'message', {value: reason.message, enumerable: false})
    return shielded
  }
  const bind = (callback: unknown, prepare: (value: unknown) => unknown): unknown => {
    const run = meter.current()
    if (typeof callback !== 'function' || !run) return callback
    return (value: unknown) => {
      if (run.ended) return undefined
      return meter.enter(run, () => adopt(apply(callback as Callback, undefined, [prepare(value)])))
    }
  }
  const asIs = (value: unknown): unknown => value
  const track = (promise: object): unknown => {
    const run = meter.current()
    apply(addTo, known, [promise])
    apply(nativeThen, promise, [
      undefined,
      (reason: unknown) => {
        if (run && !apply(hasIn, handled, [promise])) host.unhandled(run, reason)
      },
    ])
    return promise
  }
  /** Wraps what merely looks like a promise, so that its `then` is called by its run and not by the engine. */
  const adopt = (value: unknown): unknown => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || isPromise(value)) return value
    const then: unknown = (value as {then?: unknown}).then
    if (typeof then !== 'function') return value
    const {promise, resolve, reject} = deferred()
    const call = bind(() => apply(then as Callback, value, [resolve, reject]), asIs) as Callback
    apply(nativeThen, Promise.resolve(), [
      () => {
        try {
          call()
        } catch (error) {
          reject(error)
        }
      },
    ])
    return promise
  }
  const deferred = (): {promise: unknown; resolve: Callback; reject: Callback} => {
    let settle: {resolve: Callback; reject: Callback} | undefined
    const promise = new Promise((resolve, reject) => {
      settle = {resolve: (value) => resolve(adopt(value)), reject: (reason) => reject(reason)}
    })
    return {promise: track(promise), ...settle!}
  }
  const then = (self: unknown, onValue: unknown, onReason: unknown): unknown => {
    if (!isPromise(self)) throw new TypeError('`then` was taken from its promise.')
    meter.charge(meter.current() ? steps : 0)
    apply(addTo, handled, [self])
    return track(apply(nativeThen, self, [bind(onValue, asIs), bind(onReason, shield)]) as object)
  }
  // A method named `then` is the point here.
  const methods = {
    // oxlint-disable-next-line unicorn/no-thenable
    then(this: unknown, onValue: unknown, onReason: unknown) {
      return then(this, onValue, onReason)
    },
    catch(this: unknown, onReason: unknown) {
      return then(this, undefined, onReason)
    },
    finally(this: unknown, onEnd: unknown) {
      if (typeof onEnd !== 'function') return then(this, onEnd, onEnd)
      const call = (): unknown => apply(onEnd as Callback, undefined, [])
      const pass = (settle: (handles: {resolve: Callback; reject: Callback}) => void): unknown => {
        const next = deferred()
        const result = adopt(call())
        if (isPromise(result)) then(result, () => settle(next), next.reject)
        else settle(next)
        return next.promise
      }
      return then(
        this,
        (value: unknown) => pass(({resolve}) => resolve(value)),
        (reason: unknown) => pass(({reject}) => reject(reason)),
      )
    },
  }
  for (const name of ['then', 'catch', 'finally'] as const) {
    defineProperty(Promise.prototype, name, {
      value: methods[name],
      writable: false,
      enumerable: false,
      configurable: false,
    })
  }

  return {
    deferred,
    isPromise,
    observe: (promise, onValue, onReason) => {
      apply(addTo, handled, [promise as object])
      apply(nativeThen, promise, [onValue, onReason])
    },
    create: (resolver) => {
      meter.charge(steps)
      if (typeof resolver !== 'function') throw new TypeError('Promise.create needs a function.')
      const {promise, resolve, reject} = deferred()
      const callOff = host.later(timeoutMs, () => reject({reason: 'timed_out'}))
      const settleWith =
        (settle: Callback): Callback =>
        (value) => {
          callOff()
          settle(value)
        }
      const depth = meter.d
      try {
        apply(resolver as Callback, undefined, [settleWith(resolve), settleWith(reject)])
      } catch (error) {
        meter.d = depth
        callOff()
        reject(error)
      }
      return promise
    },
    all: (list) => {
      if (!Array.isArray(list)) throw new TypeError('Promise.all needs an array.')
      meter.charge(steps + list.length)
      const {promise, resolve, reject} = deferred()
      const values: unknown[] = []
      let missing = list.length
      values.length = missing
      if (missing === 0) resolve(values)
      for (let index = 0; index < list.length; index++) {
        const settle = (value: unknown): void => {
          values[index] = value
          missing -= 1
          if (missing === 0) resolve(values)
        }
        const item = adopt(list[index])
        if (isPromise(item)) then(item, settle, reject)
        else settle(item)
      }
      return promise
    },
  }
}
