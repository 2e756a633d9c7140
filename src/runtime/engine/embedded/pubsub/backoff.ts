/** A subscription's retry policy, in milliseconds. */
export type RetryPolicy = {readonly minimumMs: number; readonly maximumMs: number}

/**
 * How long a message rests after its delivery number `attempt` was not acknowledged: exponential from the minimum,
 * doubled each time, never above the maximum. Without a policy it comes again at once (a push
 * subscription then pauses as a whole).
 */
export function backoffMs(policy: RetryPolicy | undefined, attempt: number): number {
  if (!policy) return 0
  return Math.min(policy.maximumMs, policy.minimumMs * 2 ** Math.min(attempt - 1, 40))
}
