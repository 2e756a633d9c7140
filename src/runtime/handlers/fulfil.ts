import {judgeItem, planShown, summarise} from './answer.ts'
import {describeRequest, listLoggable} from './answer-sync.ts'
import type {Callback} from './callback.ts'
import {claimRecord, createRecords, type Records} from './claim.ts'
import type {HandlerDeps} from './deps.ts'
import type {ErrorCode} from './errors.ts'
import {lookUpTargets} from './look-up.ts'
import type {Delivery} from './message.ts'
import {writeRecord, type RecordState} from './record.ts'
import type {Rules} from './rules.ts'
import {planTargets} from './targets.ts'
import type {Drop, Hop} from './trace.ts'

export type FulfilContext = HandlerDeps & {
  readonly rules: Rules
  readonly callback: Callback
  readonly hop: Hop
  /** Milliseconds since the Unix epoch. */
  readonly start: number
}

/** Without `code` the message is done with; `conflict` says that it had no effect. */
export type Fulfilled = {
  readonly code?: ErrorCode
  readonly conflict?: true
  readonly facts: Readonly<Record<string, string | number | boolean>>
  readonly dropped?: readonly Drop[]
}

/**
 * Looks up, stores and calls back, once per request id however often the message comes: the record is created if
 * absent, and whoever created it or took over an abandoned one holds a lease while it calls.
 * Rejects with StoreError where the record cannot be read or written.
 */
export async function fulfil(delivery: Delivery, context: FulfilContext): Promise<Fulfilled> {
  const {config, start} = context
  const {order, attempt} = delivery
  const records = createRecords(context)
  // A first delivery finds no record, so it saves the read; a later one may save all the others.
  if (attempt > 1) {
    const state = await records.inspect(order)
    if (state !== undefined && state !== 'open') return conclude(state, records, order.request.requestId)
  }
  const result = await lookUp(delivery, context)
  if (result.isDegraded) return {code: 'store_unavailable', facts: result.facts}
  const {firestoreMs, callbackMs} = config.deadlines
  const now = context.clock.now()
  const lease = {now, leaseUntil: now + callbackMs + 2 * firestoreMs}
  const record = writeRecord({order, ...result, ...lease, ttlSeconds: config.requests.ttlSeconds})
  const state = await claimRecord(records, order, record)
  if (state !== 'mine') return conclude(state, records, order.request.requestId)
  const refused = await context.callback(result.body, delivery, context.hop)
  await records.settle(order.request.requestId, refused === undefined)
  const facts = {...result.facts, latencyMs: Math.round((context.clock.now() - start) * 10) / 10}
  return refused === undefined ? {facts, dropped: result.drops} : {code: refused, facts, dropped: result.drops}
}

async function lookUp({order, messageId}: Delivery, context: FulfilContext) {
  const {rules, clock, config, start} = context
  const {request} = order
  const targets = planTargets(request, context, order.acceptedAt)
  const deadline = start + 4 * config.deadlines.firestoreMs
  const outcomes = await lookUpTargets(targets, planShown(request, rules, ['browser', 'server']), {
    ...context,
    deadline,
  })
  const latencyMs = Math.round((clock.now() - start) * 10) / 10
  const judge = (destination: 'browser' | 'server') =>
    targets.map((target, index) => judgeItem(target, outcomes[index]!, {request, rules, destination, latencyMs}))
  const [forBrowser, forServer] = [judge('browser'), judge('server')]
  const [shown, sent] = [forBrowser.map(({item}) => item), forServer.map(({item}) => item)]
  const status = summarise(sent)
  const {requestId} = request
  return {
    isDegraded: outcomes.some((outcome) => outcome.status === 'degraded'),
    kind: request.batch ? null : (sent[0]?.kind ?? null),
    status,
    browser: request.batch ? {status: summarise(shown), results: shown} : shown[0]!,
    body: request.batch ? {requestId, status, results: sent, messageId} : {requestId, ...sent[0], messageId},
    drops: listLoggable([...forBrowser, ...forServer], request, rules),
    facts: {...describeRequest(request, sent), status},
  }
}

/** What a delivery ends with that finds the work done, under way, or its request id used for something else. */
async function conclude(state: Exclude<RecordState, 'open'>, records: Records, requestId: string): Promise<Fulfilled> {
  const facts = {requestId, record: state}
  if (state === 'delivered') return {facts: {...facts, duplicate: true}}
  if (state === 'busy') return {code: 'delivery_in_progress', facts}
  await records.noteConflict(requestId)
  return {conflict: true, facts}
}
