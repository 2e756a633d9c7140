type Callable = (...args: readonly unknown[]) => unknown

/** Turns whatever was thrown into an error of the realm. */
export type ToRealmError = (error: unknown) => Error

/**
 * The host's functions, none of which can throw an object of the host's into the realm. They all can, for the stack may
 * end in the middle of any of them, and the error that says so leads from its constructor to the host's `Function`.
 * Sent into the realm as text: it may use nothing from around it.
 */
export function guardHost<Host extends {readonly messageOf: (error: unknown) => string}>(
  host: Host,
): {readonly host: Host; readonly toRealmError: ToRealmError} {
  const {Error, Object, Reflect} = globalThis
  const {apply} = Reflect
  const toRealmError: ToRealmError = (error) => {
    if (error instanceof Error) return error
    let message = 'The stack of calls ended.'
    try {
      message = host.messageOf(error)
    } catch {
      // That is where it ended, and nothing more can be asked of the host.
    }
    return new Error(message)
  }
  const guard =
    (target: Callable): Callable =>
    (...args) => {
      try {
        return apply(target, undefined, args)
      } catch (error) {
        throw toRealmError(error)
      }
    }
  const guarded: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(host)) guarded[name] = typeof value === 'function' ? guard(value) : value
  // A timer is called off by a function of the host's as well.
  const {later} = guarded as {later?: Callable}
  if (later) guarded['later'] = (...args: readonly unknown[]): Callable => guard(later(...args) as Callable)
  return {host: guarded as unknown as Host, toRealmError}
}
