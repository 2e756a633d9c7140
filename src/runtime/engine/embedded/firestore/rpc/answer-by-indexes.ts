import {untilAborted} from '../../grpc/until-aborted.ts'
import type {DocumentStore} from '../../store/store.ts'

/**
 * Answers from a store whose indexes must all be there: where one is missing, the answer is begun anew when it is built.
 * For what only learns while it runs which indexes it wants; nothing may be written or sent before all is read.
 */
export async function* answerByIndexes(
  store: DocumentStore,
  signal: AbortSignal,
  answer: (store: DocumentStore) => Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const demanding: DocumentStore = {
    ...store,
    openIndex: (collection, index) => {
      const built = store.buildIndex(collection, index)
      if (built) throw new IndexMissing(built)
      return store.openIndex(collection, index)
    },
  }
  for (;;) {
    try {
      yield* answer(demanding)
      return
    } catch (error) {
      if (!(error instanceof IndexMissing)) throw error
      await untilAborted(error.built, signal)
    }
  }
}

class IndexMissing extends Error {
  readonly built: Promise<void>

  constructor(built: Promise<void>) {
    super('the index is not there yet')
    this.built = built
  }
}
