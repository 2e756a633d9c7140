import {setTimeout as sleep} from 'node:timers/promises'

/** What `promise` resolves to, or undefined when it takes longer. */
export async function firstOf<T>(promise: Promise<T>, withinMs: number): Promise<T | undefined> {
  const timer = new AbortController()
  const timeout = sleep(withinMs, undefined, {signal: timer.signal}).catch(() => undefined)
  try {
    return await Promise.race([promise, timeout])
  } finally {
    timer.abort()
  }
}
