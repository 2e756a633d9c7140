import type {Call} from '../../grpc/service.ts'
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
import {writeFields} from '../values/encode.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {Writer} from '../values/writer.ts'
import {answerAfter} from './batch-get.ts'
import {waitForIndexes} from './build-indexes.ts'
import {consistencyReaders, findTransaction, openView} from './consistency.ts'
import type {Consistency, View} from './consistency.ts'
import type {ServiceContext} from './context.ts'
import {writeDocument, writeTime} from './encode.ts'
import {decodeExplain, writeExplainMetrics} from './explain.ts'
import type {Explain} from './explain.ts'

type Answer = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

const writer = new Writer()

/** RunQuery: one message per document, or one with the read time where there is none. */
export function runQueryRpc(context: ServiceContext, request: Buffer, call: Pick<Call, 'signal'>): Answer {
  const {parent, body, consistency, explain} = readQueryRequest(request, {
    explain: 0x52,
    consistency: {transaction: 0x2a, newTransaction: 0x32, readTime: 0x3a},
  })
  const query = decodeQuery(body, parent)
  if (explain?.analyze === false) return [encodePlan(query, 0x5a)]
  const open = (): Answer => inView(context, {query, consistency}, (view) => answerQuery(context, query, view, explain))
  const built = waitForIndexes(context, query, consistency, call.signal)
  return built ? answerAfter(built, open) : open()
}

/** RunAggregationQuery: one message with all results. */
export function runAggregationRpc(context: ServiceContext, request: Buffer, call: Pick<Call, 'signal'>): Answer {
  const {parent, body, consistency, explain} = readQueryRequest(request, {
    explain: 0x42,
    consistency: {transaction: 0x22, newTransaction: 0x2a, readTime: 0x32},
  })
  const {query, aggregations} = decodeAggregationQuery(body, parent)
  if (explain?.analyze === false) return [encodePlan(query, 0x52)]
  const open = (): Answer =>
    inView(context, {query, consistency}, (view) => answerAggregation(context, {query, aggregations}, view, explain))
  const built = waitForIndexes(context, orderByFields(query, aggregations), consistency, call.signal)
  return built ? answerAfter(built, open) : open()
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

type QueryCall = {readonly query: Query; readonly consistency: Consistency}

function inView(
  context: ServiceContext,
  {query, consistency}: QueryCall,
  answer: (view: View) => Iterable<Uint8Array>,
): Answer {
  const transaction = findTransaction(context, parseParent(query.parent).database, consistency)
  const open = (): Iterable<Uint8Array> => {
    const view = openView(context, consistency, transaction)
    transaction?.queries.push(query)
    return answer(view)
  }
  if (!transaction || transaction.readOnly) return open()
  const key = `${query.parent}/${query.collectionId ?? ''}?`
  const turn = context.transactions.turns.take(transaction, [key])
  return turn ? answerAfter(turn, open) : open()
}

/** The only answer of a query that is not to run; `tag` is that of `explain_metrics`. */
function encodePlan(query: Query, tag: number): Uint8Array {
  return writer
    .uint(tag)
    .message(() => writeExplainMetrics(writer, listUsedIndexes(query), undefined))
    .finish()
}

/** Runs a query and tells what it took. */
function measure<T>(run: (trace: QueryTrace) => T): {
  readonly value: T
  readonly trace: QueryTrace
  readonly milliseconds: number
} {
  const trace: QueryTrace = {documents: 0, indexes: 0, scans: 0, skipped: 0}
  const began = performance.now()
  const value = run(trace)
  return {value, trace, milliseconds: performance.now() - began}
}

function* answerQuery(
  {store}: ServiceContext,
  query: Query,
  view: View,
  explain: Explain | undefined,
): Generator<Uint8Array> {
  const {value: documents, trace, milliseconds} = measure((own) => runQuery(store, query, view.at, own))
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
  {store}: ServiceContext,
  {query, aggregations}: {readonly query: Query; readonly aggregations: readonly Aggregation[]},
  view: View,
  explain: Explain | undefined,
): Generator<Uint8Array> {
  const {value, trace, milliseconds} = measure((own) => runAggregations(store, query, aggregations, view.at, own))
  if (view.begun) yield writer.uint(0x12).bytes(view.begun).finish()
  writer.uint(0x0a).message(() => writeFields(writer, value))
  writeTime(writer, 0x1a, view.readTime)
  if (explain) {
    const stats = {...trace, results: 1, milliseconds}
    writer.uint(0x52).message(() => writeExplainMetrics(writer, listUsedIndexes(query), stats))
  }
  yield writer.finish()
}
