/** Who takes turns: one transaction. */
type Contender = {readonly retried: boolean}

/**
 * Lets transactions that read the same thing go one after another, so that they need not collide: a collision costs the
 * Node client about a second, because that is how long it waits before it tries again. A courtesy only: nobody keeps
 * others waiting for longer than its lease, and the check at commit decides.
 */
export type Turns = {
  /** Resolves when it is the contender's turn for all keys; undefined where it need not wait for anybody. */
  readonly take: (contender: Contender, keys: readonly string[]) => Promise<void> | undefined
  /** Gives up every turn the contender has or waits for. */
  readonly leave: (contender: Contender) => void
}

/** How long a turn lasts at most, in milliseconds. Who lost before gets longer, so that it gets through. */
const LEASE_MS = 100
const RETRIED_LEASE_MS = 1000

type Place = {readonly contender: Contender; readonly arrive: () => void; lease?: NodeJS.Timeout}

export function createTurns(): Turns {
  const queues = new Map<string, Place[]>()
  const taken = new Map<Contender, Set<string>>()

  const remove = (key: string, contender: Contender): void => {
    const queue = queues.get(key) ?? []
    const at = queue.findIndex((place) => place.contender === contender)
    if (at < 0) return
    const [place] = queue.splice(at, 1)
    clearTimeout(place!.lease)
    // Whoever still waits, because its transaction ended meanwhile, learns that by going on.
    place!.arrive()
    if (queue.length === 0) queues.delete(key)
    else if (at === 0) start(key, queue[0]!)
  }
  const start = (key: string, place: Place): void => {
    place.lease = setTimeout(remove, place.contender.retried ? RETRIED_LEASE_MS : LEASE_MS, key, place.contender)
    place.lease.unref()
    place.arrive()
  }
  const join = (contender: Contender, key: string): Promise<void> | undefined => {
    const queue = queues.get(key)
    if (queue?.some((place) => place.contender === contender)) return undefined
    const {promise, resolve} = Promise.withResolvers<void>()
    const place: Place = {contender, arrive: resolve}
    if (queue) {
      queue.push(place)
      return promise
    }
    queues.set(key, [place])
    start(key, place)
    return undefined
  }
  const joinAll = async (contender: Contender, keys: readonly string[], first: Promise<void>): Promise<void> => {
    await first
    for (const key of keys) if (taken.has(contender)) await join(contender, key)
  }

  return {
    take: (contender, keys) => {
      // Only before the first read, and in one order of keys: nobody has a turn while it waits in a circle.
      if (taken.has(contender) || keys.length === 0) return undefined
      const ordered = keys.toSorted()
      taken.set(contender, new Set(ordered))
      for (const [at, key] of ordered.entries()) {
        const wait = join(contender, key)
        if (wait) return joinAll(contender, ordered.slice(at + 1), wait)
      }
      return undefined
    },
    leave: (contender) => {
      const keys = taken.get(contender)
      taken.delete(contender)
      for (const key of keys ?? []) remove(key, contender)
    },
  }
}
