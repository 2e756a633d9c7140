import type {FunctionsConfig} from './config.ts'
import type {HttpResponse} from './http.ts'
import {startHop, type Hop, type HopDeps, type HopEnd, type TraceContext} from './trace.ts'
import type {OwnHandlers} from './own-handlers.ts'
import type {Clock, Log, Publisher, Random, Store} from './ports.ts'
import type {HmacKeys} from './signature.ts'

/** What both functions are made of. */
export type HandlerDeps = {
  readonly config: FunctionsConfig
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly random: Random
  readonly keys: HmacKeys
  /** Key of identity ids and of pick-up secrets. */
  readonly pepper: Uint8Array
  /** Absent where the project has no logic of its own. */
  readonly own?: OwnHandlers | undefined
}

export type LookupDeps = HandlerDeps & {readonly publisher: Publisher}

/** An answer and what its hop says; facts hold counts, kinds and statuses only. */
export type Answered = {readonly response: HttpResponse; readonly hop: HopEnd}

/** The hop of a whole request. */
export function startRequestHop(deps: HandlerDeps, lane: 'lookup' | 'worker', parent: TraceContext | undefined): Hop {
  const hopDeps: HopDeps = {clock: deps.clock, log: deps.log, random: deps.random, project: deps.config.project}
  return startHop(hopDeps, lane, lane, parent)
}

/** A failure that nobody foresaw, as one log line: its name and where it was thrown, without its message. */
export function logBug(log: Log, error: unknown, now: number): void {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  const name = error instanceof Error ? error.name : typeof error
  log({
    severity: 'ERROR',
    message: `${name} was not foreseen`,
    time: new Date(now).toISOString(),
    stack_trace: [name, ...frames.slice(0, 10)].join('\n'),
  })
}
