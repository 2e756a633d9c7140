import type {Exchange, Lane, RunEvent, Stage} from '#runtime/kernel/events.ts'
import type {RequestList} from './request-list.ts'

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, {type: T}>

/** Small facts a hop states about itself: counts, statuses, a message id. Never personal data. */
export type Facts = Readonly<Record<string, string | number | boolean>>

/** One piece of work of one lane. Times are epoch milliseconds; `end` is missing while it runs. */
export type SpanView = {
  readonly id: string
  readonly parent: string | undefined
  readonly name: string
  readonly lane: Lane
  readonly start: number
  readonly end: number | undefined
  readonly ok: boolean
  readonly error: string | undefined
  readonly facts: Facts
}

/** One HTTP exchange and the span that sent it. */
export type ExchangeView = {readonly span: string; readonly exchange: Exchange}

/** An attribute that was found and not handed out, with the reason in words. */
export type DroppedView = {readonly attribute: string; readonly destination: string; readonly reason: string}

/** A settled expectation, `seq` is its place in the log. */
export type CheckView = Omit<EventOf<'check.settled'>, 'type' | 'at' | 'at_file'> & {
  readonly at: EventOf<'check.settled'>['at_file'] | undefined
}

/** A line that a child process or an engine wrote. `at` is epoch milliseconds. */
export type LogView = Pick<EventOf<'log.line'>, 'at' | 'source' | 'level' | 'text'>

/** One thing that the server container decided: about a client, a trigger, a tag or a permission. */
export type ContainerFact = EventOf<'client.settled' | 'trigger.settled' | 'tag.settled' | 'permission.denied'>

/**
 * Everything known about one request, its asynchronous part included. `adopted` requests were not announced by the
 * traffic stage: they came from a browser or curl in `dev`, and their state is read from their spans.
 */
export type RequestView = {
  readonly trace: string
  readonly scenario: string
  readonly step: string
  readonly title: string
  readonly method: string
  readonly path: string
  readonly mode: 'sync' | 'async'
  readonly adopted: boolean
  readonly state: 'running' | 'passed' | 'failed'
  readonly startedAt: number
  readonly endedAt: number | undefined
  readonly status: number | undefined
  readonly outcome: string | undefined
  readonly error: string | undefined
  readonly spans: readonly SpanView[]
  readonly exchanges: readonly ExchangeView[]
  readonly dropped: readonly DroppedView[]
  readonly checks: readonly CheckView[]
  readonly logs: readonly LogView[]
  /** What the server container did, in the order in which it became known. */
  readonly container: readonly ContainerFact[]
  /** Times a push subscription delivered the message of this request; 0 for a synchronous one. */
  readonly deliveries: number
}

/** One stage of the run, in the order the stages started. */
export type StageView = {
  readonly stage: Stage
  readonly state: 'starting' | 'ready' | 'stopped'
  readonly detail: string | undefined
  readonly durationMs: number | undefined
  readonly urls: Readonly<Record<string, string>>
}

/** The head of a run, from `run.started`. */
export type RunHead = Pick<EventOf<'run.started'>, 'command' | 'engine' | 'async' | 'scenarios' | 'bundle'>

/** How the run ended, from `run.ended`. */
export type Verdict = Pick<EventOf<'run.ended'>, 'passed' | 'failed' | 'durationMs' | 'exit' | 'error'>

/** A change that was picked up while running. */
export type ReloadView = Pick<EventOf<'reload.done'>, 'at' | 'what' | 'files' | 'durationMs'>

/** What a log says, folded. Every reporter and every screen draws this and nothing else. */
export type RunView = {
  /** Version of the `stitch` that wrote the log. */
  readonly stitch: string | undefined
  readonly head: RunHead | undefined
  readonly startedAt: number | undefined
  /** Time of the newest event, epoch milliseconds. */
  readonly now: number
  readonly stages: readonly StageView[]
  readonly seed: {readonly done: number; readonly total: number} | undefined
  readonly reloads: readonly ReloadView[]
  readonly requests: RequestList
  /** Checks about no single request, such as `GET and POST answer alike`. Those of a request stand in the request. */
  readonly checks: readonly CheckView[]
  /** Checks settled so far, those of requests included. */
  readonly passed: number
  readonly failed: number
  /** The newest lines that belong to no request. */
  readonly logs: readonly LogView[]
  readonly verdict: Verdict | undefined
}
