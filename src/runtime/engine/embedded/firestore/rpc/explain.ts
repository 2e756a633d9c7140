import type {UsedIndex} from '../query/explain.ts'
import type {QueryTrace} from '../query/run-query.ts'
import {readMessage} from '../values/read-message.ts'
import type {Reader} from '../values/reader.ts'
import type {Writer} from '../values/writer.ts'

/** ExplainOptions: the plan alone, or the results with what they took as well. */
export type Explain = {readonly analyze: boolean}

export type ExecutionStats = QueryTrace & {
  readonly results: number
  /** What a run took, in milliseconds. */
  readonly milliseconds: number
}

export function decodeExplain(reader: Reader): Explain {
  let analyze = false
  readMessage(reader, {0x08: (field) => (analyze = field.uint() !== 0)})
  return {analyze}
}

/** The body of an ExplainMetrics message; numbers of google/firestore/v1/query_profile.proto. */
export function writeExplainMetrics(
  writer: Writer,
  indexes: readonly UsedIndex[],
  stats: ExecutionStats | undefined,
): void {
  writer.uint(0x0a).message(() => {
    for (const index of indexes) writer.uint(0x0a).message(() => writeStruct(writer, index))
  })
  if (!stats) return
  const nanos = Math.max(1, Math.round(stats.milliseconds * 1_000_000))
  const {results, documents, indexes: read, scans} = stats
  writer.uint(0x12).message(() => {
    writer.uint(0x08).int64(BigInt(results))
    writer.uint(0x1a).message(() => {
      writer.uint(0x08).uint(Math.floor(nanos / 1_000_000_000))
      writer.uint(0x10).uint(nanos % 1_000_000_000)
    })
    // A query that finds nothing counts as one read (https://firebase.google.com/docs/firestore/pricing).
    writer.uint(0x20).int64(BigInt(Math.max(1, results)))
    writer.uint(0x2a).message(() =>
      writeStruct(writer, {
        documents_scanned: String(documents),
        indexes_read: String(read),
        collections_scanned: String(scans),
      }),
    )
  })
}

/** A google.protobuf.Struct of texts. */
function writeStruct(writer: Writer, texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    writer.uint(0x0a).message(() => {
      writer.uint(0x0a).string(name)
      writer.uint(0x12).message(() => writer.uint(0x1a).string(text))
    })
  }
}
