import type {Call} from '../../grpc/service.ts'
import {GrpcStatus} from '../../grpc/status.ts'
import {invalidArgument} from '../errors.ts'
import {deferModifications, modifyDocuments} from '../pipeline/modify/apply.ts'
import type {Row} from '../pipeline/outcome.ts'
import {decodePipelineRequest} from '../pipeline/request.ts'
import type {PipelineRequest} from '../pipeline/request.ts'
import {encodeRow, rowWith} from '../pipeline/row.ts'
import {preparePipeline} from '../pipeline/run-pipeline.ts'
import type {PreparedPipeline} from '../pipeline/run-pipeline.ts'
import type {QueryTrace} from '../query/run-query.ts'
import type {Transaction} from '../transactions/transaction.ts'
import {Writer} from '../values/writer.ts'
import {commitWrites} from '../writes/commit.ts'
import {answerByIndexes} from './answer-by-indexes.ts'
import {answerAfter} from './batch-get.ts'
import {findTransaction, openView} from './consistency.ts'
import type {View} from './consistency.ts'
import type {ServiceContext} from './context.ts'
import {writeTime} from './encode.ts'
import {encodeExplainStats, explainedStatus} from './explain-pipeline.ts'
import {listTurns} from './pipeline-turns.ts'

type Answer = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** Results go out so many at a time. */
const BATCH = 100

const writer = new Writer()

/** ExecutePipeline. */
export function executePipeline(context: ServiceContext, request: Buffer, {signal}: Pick<Call, 'signal'>): Answer {
  const pipeline = decodePipelineRequest(request)
  const {database, consistency, autoCommit} = pipeline
  const transaction = findTransaction(context, database, consistency)
  if (autoCommit && !transaction) throw invalidArgument('auto_commit_transaction needs a transaction.')
  const open = (): Answer =>
    answerByIndexes(context.store, signal, (store) =>
      answer({...context, store}, pipeline, openView(context, consistency, transaction)),
    )
  if (!transaction || transaction.readOnly) return open()
  const turn = context.transactions.turns.take(transaction, listTurns(pipeline))
  return turn ? answerAfter(turn, open) : open()
}

function* answer(context: ServiceContext, request: PipelineRequest, view: View): Generator<Uint8Array> {
  const trace: QueryTrace = {documents: 0, skipped: 0, indexes: 0, scans: 0}
  const began = performance.now()
  const {explain} = request
  const measure = (results: number) => ({...trace, results, milliseconds: performance.now() - began})
  let rows: readonly Row[]
  try {
    rows = runRequest(context, request, {view, trace})
  } catch (error) {
    if (explain === 'execute' || !(error instanceof GrpcStatus)) throw error
    throw explainedStatus(error, request, measure(0))
  }
  const stats = explain === 'execute' ? undefined : encodeExplainStats(request, measure(rows.length))
  if (view.begun) yield writer.uint(0x0a).bytes(view.begun).finish()
  for (let at = 0; at === 0 || at < rows.length; at += BATCH) {
    for (const row of rows.slice(at, at + BATCH)) writer.uint(0x12).message(() => writeRow(row))
    writeTime(writer, 0x1a, view.readTime)
    if (stats && at + BATCH >= rows.length) writer.uint(0x22).bytes(stats)
    yield writer.finish()
  }
}

type Moment = {readonly view: View; readonly trace: QueryTrace}

function runRequest(context: ServiceContext, request: PipelineRequest, {view, trace}: Moment): readonly Row[] {
  const {transaction} = view
  const prepared = preparePipeline(request, {
    store: context.store,
    at: view.at,
    now: view.readTime,
    trace,
    listener: transaction && listenFor(transaction),
  })
  if (request.explain === 'explain') return []
  const rows = modify(context, prepared, {request, view})
  if (transaction && request.autoCommit) {
    context.transactions.startCommit(transaction, transaction.writes.length)
    commitWrites(context, transaction.writes, context.timeline.commitTime())
  }
  return rows
}

function listenFor(transaction: Transaction) {
  return {
    query: (query: Transaction['queries'][number]) => void transaction.queries.push(query),
    document: (name: string) => void transaction.documents.add(name),
  }
}

/** The rows of a pipeline that reads, or the only row of one that modifies: how many documents it has modified. */
function modify(
  context: ServiceContext,
  {run, modification}: PreparedPipeline,
  {request, view}: {readonly request: PipelineRequest; readonly view: View},
): readonly Row[] {
  if (!modification) return run()
  const {transaction, readTime: time} = view
  if (request.consistency.readTime !== undefined) throw invalidArgument('The past cannot be modified.')
  const rows = run()
  const count = transaction
    ? deferModifications(context, transaction, {modification, rows, time})
    : modifyDocuments(context, modification, rows)
  const fields = new Map([['documents_modified', {kind: 'integer' as const, value: BigInt(count)}]])
  return [rowWith(fields, {variables: new Map(), now: time})]
}

/** The body of a Document message, with a name and times only where the pipeline has kept them. */
function writeRow(row: Row): void {
  const encoded = encodeRow(row)
  if (row.name !== undefined) writer.uint(0x0a).string(row.name)
  writer.raw(encoded)
  if (row.createTime !== undefined) writeTime(writer, 0x1a, row.createTime)
  if (row.updateTime !== undefined) writeTime(writer, 0x22, row.updateTime)
}
