import {untilAborted} from '../../grpc/until-aborted.ts'
import type {DocumentStore} from '../../store/store.ts'
import {buildIndexes} from '../query/build-indexes.ts'
import type {Query} from '../query/query.ts'

/**
 * Makes attempts at something that only learns while it runs what it has to wait for: an index, or the write of somebody
 * else. Where it throws NotReady it is begun anew when that is there; nothing may be written or sent before all is read.
 * None is made once the signal has aborted.
 */
export async function whenReady<T>(signal: AbortSignal, attempt: () => T): Promise<T> {
  for (;;) {
    signal.throwIfAborted()
    try {
      return attempt()
    } catch (error) {
      if (!(error instanceof NotReady)) throw error
      await untilAborted(error.ready, signal)
    }
  }
}

/** For an attempt that cannot go on before `ready` resolves. */
export class NotReady extends Error {
  readonly ready: Promise<unknown>

  constructor(ready: Promise<unknown>) {
    super('something has to be waited for')
    this.ready = ready
  }
}

/** Throws NotReady where a query's indexes are not all there, those of all its collections at once. */
export function demandIndexes(store: DocumentStore, query: Query): void {
  const built = buildIndexes(store, query)
  if (built) throw new NotReady(built)
}
