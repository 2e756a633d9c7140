/**
 * Does `work` for every item, at most `atMost` at a time and begun in their order; resolves to the results in that order.
 * The first rejection rejects at once and nothing further is begun.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  atMost: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const entries = items.entries()
  let failed = false
  const lane = async (): Promise<void> => {
    for (const [index, item] of entries) {
      if (failed) return
      try {
        results[index] = await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({length: Math.min(atMost, items.length)}, lane))
  return results
}
