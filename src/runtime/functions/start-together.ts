import {startChild} from './child.ts'
import type {Child, ChildOptions} from './child.ts'

/**
 * Starts several processes at once, in the order given. When one does not start, the others are ended and its error is
 * thrown.
 */
export async function startTogether(all: readonly ChildOptions[]): Promise<readonly Child[]> {
  const giveUp = new AbortController()
  const settled = await Promise.allSettled(
    all.map(async (options) => {
      try {
        return await startChild({...options, signal: AbortSignal.any([options.signal, giveUp.signal])})
      } catch (error) {
        giveUp.abort(error)
        throw error
      }
    }),
  )
  const started = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  if (started.length === all.length) return started
  await Promise.all(started.map((child) => child.stop()))
  throw giveUp.signal.reason
}
