import {setTimeout as sleep} from 'node:timers/promises'

/** Who takes turns: one transaction. */
export type Contender = {readonly retried: boolean}

/**
 * Lets transactions that lost a conflict go one after another, so that all of them get through at their second attempt
 * instead of colliding again. A courtesy only: whoever waited long enough goes ahead, and the check at commit decides.
 */
export type Turns = {
  /** Resolves when it is the contender's turn for all keys; undefined where it need not wait for anybody. */
  readonly take: (contender: Contender, keys: readonly string[], signal: AbortSignal) => Promise<void> | undefined
  /** Gives up every turn the contender has or waits for. */
  readonly leave: (contender: Contender) => void
}

/** How long anybody waits for a turn, in milliseconds. */
const PATIENCE_MS = 1000

type Place = {readonly contender: Contender; readonly arrive: () => void}

export function createTurns(): Turns {
  const queues = new Map<string, Place[]>()
  const held = new Map<Contender, Set<string>>()

  const step = (contender: Contender, key: string): Promise<void> => {
    const {promise, resolve} = Promise.withResolvers<void>()
    const queue = queues.get(key) ?? []
    queues.set(key, queue)
    queue.push({contender, arrive: resolve})
    const keys = held.get(contender) ?? new Set()
    held.set(contender, keys.add(key))
    if (queue.length === 1) resolve()
    return promise
  }

  const takeAll = async (contender: Contender, keys: readonly string[], signal: AbortSignal): Promise<void> => {
    const patience = new AbortController()
    const enough = sleep(PATIENCE_MS, undefined, {signal: AbortSignal.any([patience.signal, signal])}).catch(() => {})
    // One order of keys for all, and only before the first read: nobody holds a turn while waiting in a circle.
    for (const key of keys.toSorted()) await Promise.race([step(contender, key), enough])
    patience.abort()
  }

  return {
    take: (contender, keys, signal) => {
      if (held.has(contender)) return undefined
      if (!contender.retried && !keys.some((key) => queues.has(key))) return undefined
      return takeAll(contender, keys, signal)
    },
    leave: (contender) => {
      for (const key of held.get(contender) ?? []) {
        const queue = queues.get(key)!.filter((place) => place.contender !== contender)
        if (queue.length === 0) queues.delete(key)
        else queues.set(key, queue)
        queue[0]?.arrive()
      }
      held.delete(contender)
    },
  }
}
