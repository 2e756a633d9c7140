import type {Json, Rpc} from './rpc.ts'

/** In one commit: the official emulator takes requests of up to 4 MiB, and production once took 500 writes. */
const MOST_WRITES = 500
const MOST_BYTES = 2 * 1024 * 1024

/** Commits under way at a time. */
const AT_ONCE = 4

/** Takes documents and writes them in batches, over what has their names. */
export type DocumentWriter = {
  readonly add: (document: Json, bytes: number) => Promise<void>
  /** Resolves when all are written. */
  readonly finish: () => Promise<void>
}

export function createDocumentWriter(firestore: Rpc): DocumentWriter {
  let batch: Json[] = []
  let database = ''
  let size = 0
  const underWay = new Set<Promise<void>>()

  const flush = async (): Promise<void> => {
    if (batch.length === 0) return
    const writes = batch.map((update) => ({update}))
    const commit = firestore
      .call('google.firestore.v1.Firestore/Commit', {database, writes})
      .then(() => void underWay.delete(commit))
    // Told by whoever waits next; until then it must not count as an unhandled rejection.
    commit.catch(() => undefined)
    underWay.add(commit)
    batch = []
    size = 0
    if (underWay.size >= AT_ONCE) await Promise.race(underWay)
  }
  return {
    add: async ({name, fields}, bytes) => {
      const own = String(name).split('/').slice(0, 4).join('/')
      if (own !== database || batch.length === MOST_WRITES || size + bytes > MOST_BYTES) await flush()
      database = own
      size += bytes
      batch.push({name, fields: fields ?? {}})
    },
    finish: async () => {
      await flush()
      await Promise.all(underWay)
    },
  }
}
