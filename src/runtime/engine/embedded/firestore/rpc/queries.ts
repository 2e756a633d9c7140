import {unimplemented, invalidArgument} from '../errors.ts'
import {parseParent} from '../paths/names.ts'
import {runAggregations} from '../query/aggregate.ts'
import type {Aggregation} from '../query/aggregate.ts'
import {decodeAggregationQuery} from '../query/decode-aggregation.ts'
import {decodeQuery} from '../query/decode-query.ts'
import type {Query} from '../query/query.ts'
import {runQuery} from '../query/run-query.ts'
import {writeFields} from '../values/encode.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {Writer} from '../values/writer.ts'
import {afterTurn} from './batch-get.ts'
import {consistencyReaders, findTransaction, openView} from './consistency.ts'
import type {Consistency, View} from './consistency.ts'
import type {ServiceContext} from './context.ts'
import {writeDocument, writeTime} from './encode.ts'

type Answer = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

const writer = new Writer()

/** RunQuery: one message per document, or one with the read time where there is none. */
export function runQueryRpc(context: ServiceContext, request: Buffer): Answer {
  const {parent, body, consistency} = readQueryRequest(request, {
    explain: 0x52,
    consistency: {transaction: 0x2a, newTransaction: 0x32, readTime: 0x3a},
  })
  const query = decodeQuery(body, parent)
  return inView(context, {query, consistency}, (view) => answerQuery(context, query, view))
}

/** RunAggregationQuery: one message with all results. */
export function runAggregationRpc(context: ServiceContext, request: Buffer): Answer {
  const {parent, body, consistency} = readQueryRequest(request, {
    explain: 0x42,
    consistency: {transaction: 0x22, newTransaction: 0x2a, readTime: 0x32},
  })
  const {query, aggregations} = decodeAggregationQuery(body, parent)
  return inView(context, {query, consistency}, (view) => answerAggregation(context, {query, aggregations}, view))
}

type QueryTags = {readonly explain: number; readonly consistency: Parameters<typeof consistencyReaders>[1]}

function readQueryRequest(request: Buffer, tags: QueryTags): {parent: string; body: Reader; consistency: Consistency} {
  const consistency: Consistency = {}
  let parent = ''
  let body: Reader | undefined
  readMessage(new Reader(request), {
    0x0a: (field) => (parent = field.string()),
    0x12: (field) => (body = field.message()),
    [tags.explain]: () => {
      throw unimplemented('explain_options')
    },
    ...consistencyReaders(consistency, tags.consistency),
  })
  parseParent(parent)
  if (!body) throw invalidArgument('only structured queries are supported')
  return {parent, body, consistency}
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
  return turn ? afterTurn(turn, open) : open()
}

function* answerQuery({store}: ServiceContext, query: Query, view: View): Generator<Uint8Array> {
  const documents = runQuery(store, query, view.at)
  if (view.begun) yield writer.uint(0x12).bytes(view.begun).finish()
  for (const [at, document] of documents.entries()) {
    writer.uint(0x0a).message(() => writeDocument(writer, document, query.select))
    writeTime(writer, 0x1a, view.readTime)
    if (at === documents.length - 1) writer.uint(0x30).uint(1)
    yield writer.finish()
  }
  if (documents.length > 0) return
  writeTime(writer, 0x1a, view.readTime)
  yield writer.uint(0x30).uint(1).finish()
}

function* answerAggregation(
  {store}: ServiceContext,
  {query, aggregations}: {readonly query: Query; readonly aggregations: readonly Aggregation[]},
  view: View,
): Generator<Uint8Array> {
  const results = runAggregations(store, query, aggregations, view.at)
  if (view.begun) yield writer.uint(0x12).bytes(view.begun).finish()
  writer.uint(0x0a).message(() => writeFields(writer, results))
  writeTime(writer, 0x1a, view.readTime)
  yield writer.finish()
}
