type Callable = (...args: readonly unknown[]) => unknown

/**
 * The Promise API as some published suites expect Tag Manager's test runner to have it: a callback of a promise that is
 * settled already is called at once. One suite says so and asserts right after `runCode`; no official word was found, so
 * only the compatible mode has it. Sent into the realm as text: it may use nothing from around it.
 */
export function createInstantPromises(
  typeOf: (value: unknown) => string,
  enter: (callback: () => unknown) => unknown,
): Readonly<Record<string, Callable>> {
  type State = {settled: boolean; failed: boolean; value: unknown; readonly waiting: (() => void)[]}

  const settle = (state: State, failed: boolean, value: unknown): void => {
    if (state.settled) return
    const then: unknown =
      !failed && (typeOf(value) === 'object' || typeOf(value) === 'function')
        ? (value as {then?: unknown}).then
        : undefined
    if (typeof then === 'function') {
      const inner = value as {then: Callable}
      inner.then(
        (result: unknown) => settle(state, false, result),
        (reason: unknown) => settle(state, true, reason),
      )
      return
    }
    state.settled = true
    state.failed = failed
    state.value = value
    for (const callback of state.waiting) callback()
  }
  const newState = (): State => ({settled: false, failed: false, value: undefined, waiting: []})
  const whenSettled = (state: State, callback: () => void): void => {
    if (state.settled) callback()
    else state.waiting.push(callback)
  }
  const toPromise = (state: State): Readonly<Record<string, unknown>> => {
    const chain = (onValue: unknown, onReason: unknown): unknown => {
      const next = newState()
      whenSettled(state, () => {
        const handler = state.failed ? onReason : onValue
        if (typeof handler !== 'function') return settle(next, state.failed, state.value)
        try {
          settle(
            next,
            false,
            enter(() => (handler as Callable)(state.value)),
          )
        } catch (error) {
          settle(next, true, error)
        }
      })
      return toPromise(next)
    }
    const atEnd = (onEnd: unknown): unknown => {
      const pass = (go: (next: State) => void): unknown => {
        const next = newState()
        const step = newState()
        settle(step, false, (onEnd as Callable)())
        whenSettled(step, () => (step.failed ? settle(next, true, step.value) : go(next)))
        return toPromise(next)
      }
      return chain(
        (value: unknown) => pass((next) => settle(next, false, value)),
        (reason: unknown) => pass((next) => settle(next, true, reason)),
      )
    }
    // oxlint-disable-next-line unicorn/no-thenable
    return {then: chain, catch: (onReason: unknown) => chain(undefined, onReason), finally: atEnd}
  }
  return {
    create: (resolver) => {
      const state = newState()
      try {
        enter(() =>
          (resolver as Callable)(
            (value: unknown) => settle(state, false, value),
            (reason: unknown) => settle(state, true, reason),
          ),
        )
      } catch (error) {
        settle(state, true, error)
      }
      return toPromise(state)
    },
    all: (list) => {
      const state = newState()
      const values = (list as unknown[]).map(() => undefined as unknown)
      let missing = values.length
      if (missing === 0) settle(state, false, values)
      values.forEach((_, index) => {
        const item = newState()
        settle(item, false, (list as unknown[])[index])
        whenSettled(item, () => {
          if (item.failed) return settle(state, true, item.value)
          values[index] = item.value
          missing -= 1
          if (missing === 0) settle(state, false, values)
        })
      })
      return toPromise(state)
    },
  }
}
