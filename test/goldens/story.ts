import type {Emit, Lane, RunEvent} from '#runtime/kernel/events.ts'
import {createBus} from '#runtime/kernel/bus.ts'

/** 2026-03-02T09:30:00Z, so that recorded logs are byte-equal. */
export const MORNING = Date.UTC(2026, 2, 2, 9, 30)

/** Tells a run on a frozen clock: `at` sets the time in milliseconds since the morning, `emit` states what happens then. */
export type Teller = {readonly at: (ms: number) => Emit; readonly events: readonly RunEvent[]}

export function createTeller(): Teller {
  let now = MORNING
  const bus = createBus({now: () => now})
  return {
    at: (ms) => {
      now = MORNING + ms
      return bus.emit
    },
    events: bus.events,
  }
}

export type Hop = {
  readonly id: string
  readonly parent?: string
  readonly lane: Lane
  readonly name: string
  readonly from: number
  readonly to?: number
  readonly ok?: boolean
  readonly error?: string
  readonly facts?: Record<string, string | number | boolean>
}

/** A hop that is known when it has ended, as those of other processes are. */
export function tellHop({at}: Teller, trace: string, hop: Hop): void {
  const span = hop.id.padStart(16, '0')
  const parent = hop.parent?.padStart(16, '0')
  at(hop.to ?? hop.from)({
    type: 'span.started',
    trace,
    span,
    ...(parent === undefined ? {} : {parent}),
    name: hop.name,
    lane: hop.lane,
    start: MORNING + hop.from,
    ...(hop.facts ? {facts: hop.facts} : {}),
  })
  if (hop.to === undefined) return
  at(hop.to)({
    type: 'span.ended',
    trace,
    span,
    end: MORNING + hop.to,
    ok: hop.ok ?? true,
    ...(hop.error === undefined ? {} : {error: hop.error}),
  })
}

export const SHA256 = '3f2a91c0b7de44c1a0f58a1f0c7f3d1f6b5b1f3a1f0a9c8b7d6e5f4a3b2c1d0e'

/** Head of a run: log, stages, seed. Ends at 1,020 ms. */
export function tellStart({at}: Teller, asynchronous: boolean): void {
  at(0)({type: 'log.opened', version: 1, stitch: '0.1.0'})
  at(0)({
    type: 'run.started',
    command: asynchronous ? 'simulate --async' : 'simulate',
    engine: 'embedded',
    async: asynchronous,
    bundle: {sha256: SHA256, bytes: 1_412_345},
    scenarios: [
      {id: 'visitor', title: 'A known visitor and a stranger', steps: 2},
      ...(asynchronous ? [{id: 'late', title: 'The same through Pub/Sub', steps: 1}] : []),
    ],
  })
  at(2)({type: 'stage.starting', stage: 'engine'})
  at(214)({
    type: 'stage.ready',
    stage: 'engine',
    durationMs: 212,
    detail: 'embedded, Firestore 127.0.0.1:8080, Pub/Sub 127.0.0.1:8085',
    urls: {firestore: '127.0.0.1:8080', pubsub: '127.0.0.1:8085'},
  })
  at(215)({type: 'stage.starting', stage: 'seed'})
  at(260)({type: 'seed.progress', done: 14, total: 28})
  at(301)({type: 'seed.progress', done: 28, total: 28})
  at(302)({type: 'stage.ready', stage: 'seed', durationMs: 87, detail: '28 documents, all of them new'})
  at(303)({type: 'stage.starting', stage: 'functions'})
  at(950)({type: 'stage.ready', stage: 'functions', durationMs: 647, detail: 'lookup and worker'})
  at(951)({type: 'stage.starting', stage: 'sgtm'})
  at(1000)({
    type: 'stage.ready',
    stage: 'sgtm',
    durationMs: 49,
    detail: '1 client, 1 tag',
    urls: {container: 'http://127.0.0.1:8888'},
  })
  at(1020)({type: 'stage.ready', stage: 'traffic', durationMs: 0})
}
