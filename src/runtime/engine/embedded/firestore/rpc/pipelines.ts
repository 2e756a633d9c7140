import type {WaitingCall} from '../../grpc/service.ts'
import {GrpcStatus} from '../../grpc/status.ts'
import {whenThere} from '../../grpc/when-there.ts'
import {invalidArgument} from '../errors.ts'
import {createBudget, holdRows} from '../pipeline/budget.ts'
import {deferModifications, modifyDocuments} from '../pipeline/modify/apply.ts'
import type {Row} from '../pipeline/outcome.ts'
import type {ReadListener} from '../pipeline/read-documents.ts'
import {decodePipelineRequest} from '../pipeline/request.ts'
import type {PipelineRequest} from '../pipeline/request.ts'
import {collectResults, encodeResult} from '../pipeline/result.ts'
import type {Result} from '../pipeline/result.ts'
import {rowWith} from '../pipeline/row.ts'
import {refuseOverflow} from '../pipeline/overflow.ts'
import {preparePipeline} from '../pipeline/run-pipeline.ts'
import type {Query} from '../query/query.ts'
import type {QueryTrace} from '../query/run-query.ts'
import {createQueryRead} from '../transactions/reads.ts'
import type {Reads} from '../transactions/reads.ts'
import type {Transaction} from '../transactions/transaction.ts'
import {Writer} from '../values/writer.ts'
import {applyTogether} from './apply.ts'
import {findTransaction, giveUp, openView, takeTurn} from './consistency.ts'
import type {View} from './consistency.ts'
import type {ServiceContext} from './context.ts'
import {writeTime} from './encode.ts'
import {encodeExplainStats, explainedStatus} from './explain-pipeline.ts'
import {listTurns} from './pipeline-turns.ts'
import {demandIndexes, NotReady, whenReady} from './when-ready.ts'

/** Results go out so many at a time, or as many as take so many bytes: clients need not take messages beyond 4 MiB. */
const BATCH = 100
const BATCH_BYTES = 1024 * 1024

const writer = new Writer()

/** ExecutePipeline. */
export function executePipeline(
  context: ServiceContext,
  request: Buffer,
  call: WaitingCall,
): AsyncIterable<Uint8Array> {
  const pipeline = decodePipelineRequest(request)
  const {database, consistency, autoCommit} = pipeline
  const transaction = findTransaction(context, database, consistency)
  if (autoCommit && !transaction) throw invalidArgument('auto_commit_transaction needs a transaction.')
  return answer(context, {request: pipeline, transaction, call})
}

type Execution = {
  readonly request: PipelineRequest
  readonly transaction: Transaction | undefined
  readonly call: WaitingCall
}

async function* answer(context: ServiceContext, execution: Execution): AsyncGenerator<Uint8Array, void> {
  const {request, transaction, call} = execution
  const {explain, consistency} = request
  if (transaction) await takeTurn(context, transaction, listTurns(request), call)
  let began = performance.now()
  let trace: QueryTrace = {documents: 0, skipped: 0, indexes: 0, scans: 0}
  const measure = (count: number) => ({...trace, results: count, milliseconds: performance.now() - began})
  let view: View
  let results: readonly Result[]
  try {
    const ran = await whenReady(call.signal, () => {
      began = performance.now()
      trace = {documents: 0, skipped: 0, indexes: 0, scans: 0}
      return runRequest(context, execution, trace)
    })
    view = ran.view
    results = await ran.results
  } catch (thrown) {
    const error = refuseOverflow(thrown)
    if (transaction) giveUp(context, consistency, transaction)
    if (explain === 'execute' || !(error instanceof GrpcStatus)) throw error
    throw explainedStatus(error, request, measure(0))
  }
  const stats = explain === 'execute' ? undefined : encodeExplainStats(request, measure(results.length))
  if (view.begun) yield writer.uint(0x0a).bytes(view.begun).finish()
  let at = 0
  do {
    let bytes = 0
    for (const end = at + BATCH; at < Math.min(end, results.length) && bytes < BATCH_BYTES; at++) {
      bytes += writeResult(results[at]!)
    }
    writeTime(writer, 0x1a, view.readTime)
    if (stats && at >= results.length) writer.uint(0x22).bytes(stats)
    yield writer.finish()
  } while (at < results.length)
}

type Ran = {readonly view: View; readonly results: readonly Result[] | Promise<readonly Result[]>}

/** One attempt, which reads and modifies at once, but for what has to wait for locks. Throws NotReady. */
function runRequest(context: ServiceContext, execution: Execution, trace: QueryTrace): Ran {
  const {request, transaction, call} = execution
  const {memoryLimit} = request
  const view = openView(context, request.consistency, transaction)
  const {store} = context
  const listener = listenFor(context, view, call)
  const surroundings = {store, at: view.at, now: view.readTime, trace}
  const budget = createBudget(memoryLimit)
  const {run, modification} = preparePipeline(request, {...surroundings, listener, budget})
  if (request.explain === 'explain') return {view, results: []}
  if (modification && request.consistency.readTime !== undefined) throw invalidArgument('The past cannot be modified.')
  if (!modification) return {view, results: finish(context, execution, collectResults(run(), budget.keep))}
  const rows = [...holdRows(run(), budget.hold)]
  if (transaction) {
    const count = deferModifications(context, transaction, {modification, rows, time: view.readTime, listener})
    return {view, results: finish(context, execution, countRows(count, view))}
  }
  const again = (): readonly Row[] => {
    const other = createBudget(memoryLimit)
    const anew = preparePipeline(request, {...surroundings, listener: undefined, budget: other})
    return [...holdRows(anew.run(), other.hold)]
  }
  const modified = modifyDocuments(context, modification, {rows, again, call})
  return {view, results: whenThere(modified, (count) => countRows(count, view))}
}

/** Commits the transaction first, where that is asked for. */
function finish(
  context: ServiceContext,
  {request, transaction, call}: Execution,
  results: readonly Result[],
): readonly Result[] | Promise<readonly Result[]> {
  if (!transaction || !request.autoCommit) return results
  return whenThere(applyTogether(context, [], call, transaction), () => results)
}

/**
 * Has a pipeline wait for the indexes of its queries, of which those of the past use none, and what it reads belong to its
 * transaction, each of its reads when the writes before it are done.
 */
function listenFor({store, transactions}: ServiceContext, {at, transaction}: View, call: WaitingCall): ReadListener {
  const {locks, note} = transactions
  const prepare = (query: Query): void => {
    if (at === undefined) demandIndexes(store, query)
  }
  if (!transaction) return {prepare, query: () => undefined, document: () => undefined}
  const wait = (reads: Reads): void => {
    const ready = locks.read(transaction, reads, call)
    if (ready) throw new NotReady(ready)
  }
  return {
    prepare,
    query: (query) => {
      const read = createQueryRead(query)
      wait({documents: new Set(), queries: [read]})
      note(transaction, {query: read})
    },
    document: (name) => {
      wait({documents: new Set([name]), queries: []})
      note(transaction, {documents: [name]})
    },
  }
}

/** The only result of a pipeline that modifies: how many documents it has modified. */
function countRows(count: number, {readTime}: View): readonly Result[] {
  const fields = new Map([['documents_modified', {kind: 'integer' as const, value: BigInt(count)}]])
  return [encodeResult(rowWith(fields, {variables: new Map(), now: readTime, spend: () => undefined}))]
}

/** A Document message. Returns what its fields take. */
function writeResult({name, fields, createTime, updateTime}: Result): number {
  writer.uint(0x12).message(() => {
    if (name !== undefined) writer.uint(0x0a).string(name)
    writer.raw(fields)
    if (createTime !== undefined) writeTime(writer, 0x1a, createTime)
    if (updateTime !== undefined) writeTime(writer, 0x22, updateTime)
  })
  return fields.length
}
