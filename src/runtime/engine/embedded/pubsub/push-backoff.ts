/** Bounds of the pause after refusals (https://cloud.google.com/pubsub/docs/push#push_backoff). */
const FIRST_MS = 100
const LONGEST_MS = 60_000

/**
 * How long a subscription without a retry policy pushes nothing after `refusals` in a row, in milliseconds: it keeps an
 * endpoint that is down from being asked thousands of times per second. The service's own curve is not published.
 */
export function pushPauseMs(refusals: number): number {
  return refusals === 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(refusals - 1, 20))
}
