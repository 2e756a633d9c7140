import {createBus} from '#runtime/kernel/bus.ts'
import type {Emit, Lane, RunEvent} from '#runtime/kernel/events.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import type {RunView} from '#runtime/trace/view.ts'

export type RecordedStep = {
  readonly step: string
  readonly scenario?: string
  readonly mode: 'sync' | 'async'
  /** Collection and number of documents of each read, in their order. */
  readonly reads: readonly (readonly [collection: string, documents: number])[]
  readonly status?: number
  /** Of the function's answer. */
  readonly answer?: object
  /** What the container sends to the function; absent: the container answers alone. */
  readonly forwarded?: object | false
  /** The browser's own body. */
  readonly body?: object
  readonly signed?: boolean
  readonly picksUp?: boolean
}

export const RECORDED_ID = '11111111-1111-4111-8111-111111111111'
export const RECORDED_PICKUP = 'AAAAAAAAAAAAAAAAAAAAAA'
export const SHA256 = 'ab'.repeat(32)

/** A run as simulate records it, folded. */
export function recordRun(steps: readonly RecordedStep[]): RunView {
  return foldEvents(recordEvents(steps))
}

/** The log of a run, with the hops and exchanges of the real one. One millisecond per event. */
export function recordEvents(steps: readonly RecordedStep[]): readonly RunEvent[] {
  let now = Date.UTC(2026, 10, 24, 9)
  let ids = 0
  const bus = createBus({now: () => ++now})
  bus.emit({type: 'log.opened', version: 1, stitch: '0.1.0'})
  bus.emit({
    type: 'run.started',
    command: 'simulate',
    engine: 'embedded',
    async: true,
    bundle: {sha256: SHA256, bytes: 1},
    scenarios: [],
  })
  for (const step of steps)
    tellStep(
      step,
      bus.emit,
      () => ++now,
      () => (++ids).toString(16),
    )
  return bus.events
}

type Span = {readonly id: string; readonly end: (facts?: Record<string, string | number | boolean>) => void}

function tellStep(step: RecordedStep, emit: Emit, now: () => number, nextId: () => string): void {
  const {mode, reads, scenario = 'story', answer = {status: 'found', kind: 'product', attributes: {}}} = step
  const trace = nextId().padStart(32, '0')
  const status = step.status ?? (mode === 'async' ? 202 : 200)
  const open = (lane: Lane, name: string, parent?: string): Span => {
    const id = nextId().padStart(16, '0')
    const ids = {trace, span: id}
    emit({type: 'span.started', ...ids, ...(parent === undefined ? {} : {parent}), name, lane, start: now()})
    return {id, end: (facts = {}) => emit({type: 'span.ended', ...ids, end: now(), ok: true, facts})}
  }
  const exchange = (span: string, url: string, sent: object, received: object, code: number): void => {
    const headers = {'content-type': 'application/json', ...(step.signed ? {'x-stitch-sig': 'old'} : {})}
    const request = {method: 'POST', url, headers, body: JSON.stringify(sent)}
    emit({
      type: 'http.exchanged',
      trace,
      span,
      exchange: {request, response: {status: code, headers: {}, body: JSON.stringify(received)}},
    })
  }
  const read = (parent: string): void => {
    for (const [collection, documents] of reads)
      open('firestore', `read ${collection}`, parent).end({documents, found: documents})
  }
  const path = '/stitch'
  emit({type: 'request.started', trace, scenario, step: step.step, title: step.step, method: 'POST', path, mode})
  const client = open('client', 'POST /stitch')
  const body = {
    requestId: RECORDED_ID,
    ...answer,
    ...(mode === 'async' ? {status: 'pending', pickup: RECORDED_PICKUP} : {}),
  }
  const container = open('sgtm', 'request /stitch', client.id)
  if (step.forwarded !== false) {
    const forward = open('sgtm', 'forward POST /v1/stitch', container.id)
    const lookup = open('lookup', 'lookup', forward.id)
    let publish: Span | undefined
    if (mode === 'async') {
      publish = open('pubsub', 'publish', lookup.id)
      publish.end({bytes: 500})
    } else read(lookup.id)
    lookup.end({requestId: RECORDED_ID, mode, http: status})
    exchange(
      forward.id,
      'http://127.0.0.1:1/v1/stitch',
      step.forwarded ?? {id: 'P-1', requestId: RECORDED_ID},
      body,
      status,
    )
    forward.end({status})
    if (publish) tellWorker(publish.id)
  }
  container.end({status})
  exchange(client.id, 'http://127.0.0.1:8888/stitch', step.body ?? {id: 'P-1'}, body, status)
  client.end({status})
  if (step.picksUp) tellPickup()
  emit({type: 'request.ended', trace, status, outcome: 'found'})

  function tellWorker(parent: string): void {
    const delivery = open('pubsub', 'delivery 1', parent)
    const worker = open('worker', 'worker', delivery.id)
    read(worker.id)
    open('firestore', 'write requests', worker.id).end({written: true})
    open('worker', 'callback', worker.id).end({status: 204})
    open('firestore', 'write requests', worker.id).end({written: true})
    worker.end({status: 'found', http: 204})
    delivery.end({status: 204})
  }

  function tellPickup(): void {
    const asked = open('client', 'GET /stitch/result')
    const claimed = open('sgtm', 'request /stitch/result', asked.id)
    const forward = open('sgtm', 'forward POST /v1/result', claimed.id)
    const lookup = open('lookup', 'lookup', forward.id)
    open('firestore', 'read requests', lookup.id).end({documents: 1, found: 1})
    lookup.end({http: 200})
    const sent = {requestId: RECORDED_ID, pickup: RECORDED_PICKUP}
    exchange(forward.id, 'http://127.0.0.1:1/v1/result', sent, {requestId: RECORDED_ID, ...answer}, 200)
    for (const span of [forward, claimed, asked]) span.end({status: 200})
  }
}
