import type {WaitingCall} from '../../grpc/service.ts'
import {streamWhenThere} from '../../grpc/when-there.ts'
import type {NamedDocument} from '../../store/store.ts'
import {invalidArgument} from '../errors.ts'
import {parseParent} from '../paths/names.ts'
import {orderByFields, runAggregations} from '../query/aggregate.ts'
import type {Aggregation} from '../query/aggregate.ts'
import {decodeAggregationQuery} from '../query/decode-aggregation.ts'
import {decodeQuery} from '../query/decode-query.ts'
import {listUsedIndexes} from '../query/explain.ts'
import type {Query} from '../query/query.ts'
import {runQuery} from '../query/run-query.ts'
import type {QueryTrace} from '../query/run-query.ts'
import {createQueryRead} from '../transactions/reads.ts'
import {writeFields} from '../values/encode.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import type {Fields} from '../values/value.ts'
import {Writer} from '../values/writer.ts'
import {waitForIndexes} from './build-indexes.ts'
import {consistencyReaders, inView} from './consistency.ts'
import type {Consistency, Reading, View} from './consistency.ts'
import type {ServiceContext} from './context.ts'
import {writeDocument, writeTime} from './encode.ts'
import {decodeExplain, writeExplainMetrics} from './explain.ts'
import type {Explain} from './explain.ts'

type Answer = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

const writer = new Writer()

/** RunQuery: one message per document, or one with the read time where there is none. */
export function runQueryRpc(context: ServiceContext, request: Buffer, call: WaitingCall): Answer {
  const {parent, body, consistency, explain} = readQueryRequest(request, {
    explain: 0x52,
    consistency: {transaction: 0x2a, newTransaction: 0x32, readTime: 0x3a},
  })
  const query = decodeQuery(body, parent)
  if (explain?.analyze === false) return [encodePlan(query, 0x5a)]
  const read = () => inView(context, readingOf(query, consistency, call), (view) => readQuery(context, query, view))
  const built = waitForIndexes(context, query, consistency, call)
  return streamWhenThere(built ? built.then(read) : read(), (found) => answerQuery(query, found, explain))
}

/** RunAggregationQuery: one message with all results. */
export function runAggregationRpc(context: ServiceContext, request: Buffer, call: WaitingCall): Answer {
  const {parent, body, consistency, explain} = readQueryRequest(request, {
    explain: 0x42,
    consistency: {transaction: 0x22, newTransaction: 0x2a, readTime: 0x32},
  })
  const {query, aggregations} = decodeAggregationQuery(body, parent)
  if (explain?.analyze === false) return [encodePlan(query, 0x52)]
  const reading = readingOf(query, consistency, call)
  const read = () => inView(context, reading, (view) => aggregate(context, query, aggregations, view))
  const built = waitForIndexes(context, orderByFields(query, aggregations), consistency, call)
  return streamWhenThere(built ? built.then(read) : read(), (found) => answerAggregation(query, found, explain))
}

type QueryTags = {readonly explain: number; readonly consistency: Parameters<typeof consistencyReaders>[1]}

type QueryRequest = {
  readonly parent: string
  readonly body: Reader
  readonly consistency: Consistency
  readonly explain: Explain | undefined
}

function readQueryRequest(request: Buffer, tags: QueryTags): QueryRequest {
  const consistency: Consistency = {}
  let parent = ''
  let body: Reader | undefined
  let explain: Explain | undefined
  readMessage(new Reader(request), {
    0x0a: (field) => (parent = field.string()),
    0x12: (field) => (body = field.message()),
    [tags.explain]: (field) => (explain = decodeExplain(field.message())),
    ...consistencyReaders(consistency, tags.consistency),
  })
  parseParent(parent)
  if (!body) throw invalidArgument('only structured queries are supported')
  return {parent, body, consistency, explain}
}

function readingOf(query: Query, consistency: Consistency, call: WaitingCall): Reading {
  return {
    database: parseParent(query.parent).database,
    consistency,
    reads: {documents: new Set(), queries: [createQueryRead(query)]},
    turns: [`${query.parent}/${query.collectionId ?? ''}?`],
    call,
  }
}

/** The only answer of a query that is not to run; `tag` is that of `explain_metrics`. */
function encodePlan(query: Query, tag: number): Uint8Array {
  return writer
    .uint(tag)
    .message(() => writeExplainMetrics(writer, listUsedIndexes(query), undefined))
    .finish()
}

/** What a query found in a view, and what it took. */
type Found<T> = {
  readonly view: View
  readonly value: T
  readonly trace: QueryTrace
  readonly milliseconds: number
}

function measure<T>(view: View, run: (trace: QueryTrace) => T): Found<T> {
  const trace: QueryTrace = {documents: 0, indexes: 0, scans: 0, skipped: 0}
  const began = performance.now()
  const value = run(trace)
  return {view, value, trace, milliseconds: performance.now() - began}
}

function readQuery({store, transactions}: ServiceContext, query: Query, view: View): Found<readonly NamedDocument[]> {
  const found = measure(view, (trace) => runQuery(store, query, view.at, trace))
  if (view.transaction) transactions.note(view.transaction, {query: createQueryRead(query, found.value)})
  return found
}

function aggregate(
  {store, transactions}: ServiceContext,
  query: Query,
  aggregations: readonly Aggregation[],
  view: View,
): Found<Fields> {
  const found = measure(view, (trace) => runAggregations(store, query, aggregations, view.at, trace))
  if (view.transaction) transactions.note(view.transaction, {query: createQueryRead(query)})
  return found
}

function* answerQuery(
  query: Query,
  {view, value: documents, trace, milliseconds}: Found<readonly NamedDocument[]>,
  explain: Explain | undefined,
): Generator<Uint8Array> {
  const finish = (): Uint8Array => {
    writeTime(writer, 0x1a, view.readTime)
    // Without `done`: the Node client then lets go of the query while the status is still under way, and its call stays open.
    if (explain) {
      const stats = {...trace, results: documents.length, milliseconds}
      writer.uint(0x5a).message(() => writeExplainMetrics(writer, listUsedIndexes(query), stats))
    }
    return writer.finish()
  }
  if (view.begun) yield writer.uint(0x12).bytes(view.begun).finish()
  if (trace.skipped > 0) writer.uint(0x20).uint(trace.skipped)
  for (const [at, document] of documents.entries()) {
    writer.uint(0x0a).message(() => writeDocument(writer, document, query.select))
    if (at === documents.length - 1) {
      yield finish()
      return
    }
    writeTime(writer, 0x1a, view.readTime)
    yield writer.finish()
  }
  yield finish()
}

function* answerAggregation(
  query: Query,
  {view, value, trace, milliseconds}: Found<Fields>,
  explain: Explain | undefined,
): Generator<Uint8Array> {
  if (view.begun) yield writer.uint(0x12).bytes(view.begun).finish()
  writer.uint(0x0a).message(() => writeFields(writer, value))
  writeTime(writer, 0x1a, view.readTime)
  if (explain) {
    const stats = {...trace, results: 1, milliseconds}
    writer.uint(0x52).message(() => writeExplainMetrics(writer, listUsedIndexes(query), stats))
  }
  yield writer.finish()
}
