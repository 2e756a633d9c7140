import type {Clock, Log, Random} from './ports.ts'

/** W3C Trace Context: 32 hex digits for the request, 16 for the span that is the parent of what comes next. */
export type TraceContext = {readonly trace: string; readonly span: string}

type Lane = 'lookup' | 'firestore' | 'pubsub' | 'worker'
type Facts = Readonly<Record<string, string | number | boolean>>
/** Why an attribute is not in an answer. */
export type Drop = {readonly attribute: string; readonly destination: string; readonly reason: string}

export type HopEnd = {
  readonly ok: boolean
  /** Counts, statuses, kinds: never ids or attributes. */
  readonly facts?: Facts
  readonly error?: string | undefined
  readonly dropped?: readonly Drop[]
  readonly severity?: 'INFO' | 'WARNING' | 'ERROR'
}

export type Hop = TraceContext & {
  readonly end: (end: HopEnd) => void
  /** A hop within this one. */
  readonly child: (lane: Lane, name: string) => Hop
}

export type HopDeps = {readonly clock: Clock; readonly log: Log; readonly random: Random; readonly project: string}

/** Continues the first `traceparent` that is well-formed (https://www.w3.org/TR/trace-context/), else begins a trace. */
export function parseTraceparent(value: string | undefined): TraceContext | undefined {
  const [, trace, span] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(value ?? '') ?? []
  return trace && span && !/^0+$/.test(trace) && !/^0+$/.test(span) ? {trace, span} : undefined
}

/** Version 00, sampled. */
export function formatTraceparent({trace, span}: TraceContext): string {
  return `00-${trace}-${span}-01`
}

/**
 * Begins a hop. When it ends, one line goes to the log in the form that Cloud Logging reads
 * (https://cloud.google.com/logging/docs/structured-logging), with the hop's times in `stitch.hop`.
 */
export function startHop(deps: HopDeps, lane: Lane, name: string, parent: TraceContext | undefined): Hop {
  const trace = parent?.trace ?? deps.random(16).toString('hex')
  const span = deps.random(8).toString('hex')
  const start = deps.clock.now()
  return {
    trace,
    span,
    child: (childLane, childName) => startHop(deps, childLane, childName, {trace, span}),
    end({ok, facts, error, dropped, severity}) {
      const end = deps.clock.now()
      deps.log({
        severity: severity ?? (ok ? 'INFO' : 'WARNING'),
        message: name,
        time: new Date(end).toISOString(),
        'logging.googleapis.com/trace': `projects/${deps.project}/traces/${trace}`,
        'logging.googleapis.com/spanId': span,
        stitch: {
          hop: {
            lane,
            ...(parent ? {parent: parent.span} : {}),
            start,
            end,
            ok,
            facts: facts ?? {},
            ...(error === undefined ? {} : {error}),
          },
          ...(dropped && dropped.length > 0 ? {dropped} : {}),
        },
      })
    },
  }
}
