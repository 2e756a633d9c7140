import {StoreError} from './ports.ts'

/** The work's result, or StoreError deadline_exceeded after `timeoutMs`; the work is then left alone, not awaited. */
export async function within<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  if (timeoutMs <= 0) throw new StoreError('deadline_exceeded')
  const {promise, reject} = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new StoreError('deadline_exceeded')), timeoutMs)
  try {
    return await Promise.race([work(), promise])
  } finally {
    clearTimeout(timer)
  }
}
