/** Nonces seen by this instance. Best effort: another instance has its own; answers are reads or idempotent anyway. */
export type NonceCache = {
  /** False when the nonce is known. `until` and `now` are milliseconds since the Unix epoch. */
  readonly add: (nonce: string, until: number, now: number) => boolean
}

/** Keeps at most `capacity` nonces; when full, expired ones go first, then the oldest. */
export function createNonceCache(capacity = 10_000): NonceCache {
  const seen = new Map<string, number>()
  return {
    add(nonce, until, now) {
      const known = seen.get(nonce)
      if (known !== undefined && known >= now) return false
      if (seen.size >= capacity) evict(seen, now)
      seen.set(nonce, until)
      return true
    },
  }
}

/** Insertion order is near the order of expiry, so stopping at the first live entry is enough. */
function evict(seen: Map<string, number>, now: number): void {
  let removed = 0
  for (const [nonce, until] of seen) {
    if (removed > 0 && until >= now) return
    seen.delete(nonce)
    removed++
  }
}
