import {sendTogether, type PlaceOf} from './refusal.ts'
import type {Json, Rpc} from './rpc.ts'

/** In one commit: the official emulator takes requests of up to 4 MiB, and production once took 500 writes. */
const MOST_WRITES = 500
const MOST_BYTES = 2 * 1024 * 1024

/** Commits under way at a time. */
const AT_ONCE = 4

/** Takes documents and writes them in batches, over what has their names. */
export type DocumentWriter = {
  /** Rejects with what an earlier document was refused for, and its place. */
  readonly add: (document: Json, bytes: number) => Promise<void>
  /** Resolves when all are written. */
  readonly finish: () => Promise<void>
}

export function createDocumentWriter(firestore: Rpc, placeOf: PlaceOf): DocumentWriter {
  let batch: Json[] = []
  let database = ''
  let size = 0
  const underWay = new Set<Promise<void>>()

  const write = async (to: string, documents: readonly Json[]): Promise<void> => {
    const writes = documents.map(({name, fields}) => ({update: {name, fields: fields ?? {}}}))
    await firestore.call('google.firestore.v1.Firestore/Commit', {database: to, writes})
  }
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return
    const to = database
    const commit = sendTogether(batch, placeOf, (documents) => write(to, documents)).then(
      () => void underWay.delete(commit),
    )
    // Told by whoever waits next; until then it must not count as an unhandled rejection.
    commit.catch(() => undefined)
    underWay.add(commit)
    batch = []
    size = 0
    if (underWay.size >= AT_ONCE) await Promise.race(underWay)
  }
  return {
    add: async (document, bytes) => {
      const own = String(document['name']).split('/').slice(0, 4).join('/')
      if (own !== database || batch.length === MOST_WRITES || size + bytes > MOST_BYTES) await flush()
      database = own
      size += bytes
      batch.push(document)
    },
    finish: async () => {
      await flush()
      await Promise.all(underWay)
    },
  }
}
