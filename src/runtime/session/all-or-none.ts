/**
 * Waits for things that start at the same time. When one cannot start, `giveUp` tells the others, those that started
 * are disposed of, and the first error is thrown; so nothing half-open is left.
 */
export async function allOrNone<T extends readonly Promise<AsyncDisposable>[]>(
  starting: readonly [...T],
  giveUp: (reason: unknown) => void,
): Promise<{-readonly [K in keyof T]: Awaited<T[K]>}> {
  let failed = false
  let first: unknown
  const settled = await Promise.allSettled(
    starting.map(async (start) => {
      try {
        return await start
      } catch (error) {
        if (!failed) {
          failed = true
          first = error
          giveUp(error)
        }
        throw error
      }
    }),
  )
  if (failed) {
    const started = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    await Promise.allSettled(started.map(async (each) => await each[Symbol.asyncDispose]()))
    throw first
  }
  return settled.map((result) => (result as PromiseFulfilledResult<AsyncDisposable>).value) as {
    -readonly [K in keyof T]: Awaited<T[K]>
  }
}
