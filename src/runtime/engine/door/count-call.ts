import {Reader} from '../embedded/firestore/values/reader.ts'
import {createMessageCutter} from '../embedded/grpc/frames.ts'
import {createPipelineCounter} from './count-pipeline.ts'
import {fields} from './wire-fields.ts'

/** What a call did to the database or the topic, as far as its messages tell. */
export type CallCounts = {reads: number; writes: number; deletes: number; messages: number}

type Counter = {
  readonly request?: (message: Reader, counts: CallCounts) => void
  readonly response?: (message: Reader, counts: CallCounts) => void
}

/** Field numbers are those of google/firestore/v1/firestore.proto, write.proto and google/pubsub/v1/pubsub.proto. */
const COUNTERS: Readonly<Record<string, Counter | (() => Counter)>> = {
  // Missing documents (2) are read, and billed, like those that were found (1).
  BatchGetDocuments: {response: (message, counts) => (counts.reads += fields(message, [1, 2]).length)},
  GetDocument: {response: (_, counts) => counts.reads++},
  RunQuery: {response: (message, counts) => (counts.reads += fields(message, [1]).length)},
  RunAggregationQuery: {response: (message, counts) => (counts.reads += fields(message, [1]).length)},
  ExecutePipeline: createPipelineCounter,
  ListDocuments: {response: (message, counts) => (counts.reads += fields(message, [1]).length)},
  Commit: {request: (message, counts) => countWrites(fields(message, [2]), counts)},
  BatchWrite: {request: (message, counts) => countWrites(fields(message, [2]), counts)},
  CreateDocument: {request: (_, counts) => counts.writes++},
  UpdateDocument: {request: (_, counts) => counts.writes++},
  DeleteDocument: {request: (_, counts) => counts.deletes++},
  Publish: {request: (message, counts) => (counts.messages += fields(message, [2]).length)},
}

/** A document of a Write is field 1, the name of one to delete field 2. */
function countWrites(writes: readonly Buffer[], counts: CallCounts): void {
  for (const write of writes) {
    if (fields(new Reader(write), [2]).length > 0) counts.deletes++
    else counts.writes++
  }
}

/** The `traceparent` among the attributes of the first message of a PublishRequest. */
export function readTraceparent(request: Buffer): string | undefined {
  const [first] = fields(new Reader(request), [2])
  for (const entry of first ? fields(new Reader(first), [2]) : []) {
    const [key, value] = [fields(new Reader(entry), [1])[0], fields(new Reader(entry), [2])[0]]
    if (key?.toString() === 'traceparent') return value?.toString()
  }
  return undefined
}

/** Reads along with a call's bytes. What cannot be read is not counted; the call itself is none of its business. */
export type CallReader = {
  readonly counts: CallCounts
  readonly request: (chunk: Buffer) => void
  readonly response: (chunk: Buffer) => void
  /** Of the first message of a publish, once it has passed. */
  readonly traceparent: () => string | undefined
}

const MOST_BYTES = 32 * 1024 * 1024

export function createCallReader(rpc: string): CallReader {
  const counts: CallCounts = {reads: 0, writes: 0, deletes: 0, messages: 0}
  const found = COUNTERS[rpc] ?? {}
  const counter = typeof found === 'function' ? found() : found
  let traceparent: string | undefined
  const follow = (count: Counter['request'], look?: (message: Buffer) => void) => {
    const cutter = count ? createMessageCutter(MOST_BYTES) : undefined
    let readable = true
    return (chunk: Buffer): void => {
      if (!cutter || !count || !readable) return
      try {
        for (const message of cutter.push(chunk)) {
          look?.(message)
          count(new Reader(message), counts)
        }
      } catch {
        readable = false
      }
    }
  }
  return {
    counts,
    request: follow(
      counter.request,
      rpc === 'Publish' ? (message) => (traceparent ??= readTraceparent(message)) : undefined,
    ),
    response: follow(counter.response),
    traceparent: () => traceparent,
  }
}
