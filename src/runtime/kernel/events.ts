import {z} from 'zod'

/**
 * The contract of a run. Reporters, the terminal UI, `--json` and the exit code read these events and nothing else.
 * Fields are only ever added; the version stands in `log.opened`. Import types from here (`import type`) where the
 * schema itself is not needed, so that zod is loaded only by readers of recorded logs.
 */
export const LOG_VERSION = 1

/** Who does the work of a span; also the row order of a waterfall. */
export const Lane = z.enum(['client', 'sgtm', 'lookup', 'firestore', 'pubsub', 'engine', 'worker', 'tag', 'vendor'])
export type Lane = z.infer<typeof Lane>

export const Stage = z.enum(['engine', 'seed', 'functions', 'sgtm', 'traffic', 'page'])
export type Stage = z.infer<typeof Stage>

/** `seq` counts from 0; `at` is milliseconds since the Unix epoch, with fractions. */
const base = {seq: z.int().nonnegative(), at: z.number()}
const inTrace = {trace: z.string()}
const Facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/** A variable that was asked for, with its value as text, cut and hidden where its name says that it is a secret. */
const Used = z.object({name: z.string(), value: z.string(), problem: z.string().optional()})

const Message = z.object({headers: z.record(z.string(), z.string()), body: z.string()})
/** One HTTP exchange as seen by the side that sent it. Bodies are text, cut at 64 KiB by the emitter. */
export const Exchange = z.object({
  request: Message.extend({method: z.string(), url: z.string()}),
  response: Message.extend({status: z.int()}).optional(),
  error: z.string().optional(),
})
export type Exchange = z.infer<typeof Exchange>

export const RunEvent = z.discriminatedUnion('type', [
  z.object({...base, type: z.literal('log.opened'), version: z.int(), stitch: z.string()}),
  z.object({
    ...base,
    type: z.literal('run.started'),
    command: z.string(),
    engine: z.string(),
    async: z.boolean(),
    bundle: z.object({sha256: z.string(), bytes: z.int()}).optional(),
    scenarios: z.array(z.object({id: z.string(), title: z.string(), steps: z.int()})),
  }),
  z.object({...base, type: z.literal('stage.starting'), stage: Stage, detail: z.string().optional()}),
  z.object({
    ...base,
    type: z.literal('stage.ready'),
    stage: Stage,
    durationMs: z.number(),
    detail: z.string().optional(),
    urls: z.record(z.string(), z.string()).optional(),
  }),
  z.object({...base, type: z.literal('stage.stopped'), stage: Stage}),
  z.object({...base, type: z.literal('seed.progress'), done: z.int(), total: z.int()}),
  /** A change that `dev` or `--watch` picked up: what was reloaded and why. */
  z.object({
    ...base,
    type: z.literal('reload.done'),
    what: z.string(),
    files: z.array(z.string()),
    durationMs: z.number(),
  }),
  z.object({
    ...base,
    ...inTrace,
    type: z.literal('request.started'),
    scenario: z.string(),
    step: z.string(),
    title: z.string(),
    method: z.string(),
    path: z.string(),
    mode: z.enum(['sync', 'async']),
  }),
  /** The client has its last answer and, for async, the callback settled or was given up. */
  z.object({
    ...base,
    ...inTrace,
    type: z.literal('request.ended'),
    status: z.int().optional(),
    /** `found`, `not_found`, `pending`, … of the answer's body, where it has one. */
    outcome: z.string().optional(),
    error: z.string().optional(),
  }),
  /** `start` is when the work began (epoch ms), which may be earlier than `at`, when it became known. */
  z.object({
    ...base,
    ...inTrace,
    type: z.literal('span.started'),
    span: z.string(),
    parent: z.string().optional(),
    name: z.string(),
    lane: Lane,
    start: z.number(),
    facts: Facts.optional(),
  }),
  z.object({
    ...base,
    ...inTrace,
    type: z.literal('span.ended'),
    span: z.string(),
    end: z.number(),
    ok: z.boolean(),
    facts: Facts.optional(),
    error: z.string().optional(),
  }),
  z.object({...base, ...inTrace, type: z.literal('http.exchanged'), span: z.string(), exchange: Exchange}),
  z.object({
    ...base,
    ...inTrace,
    type: z.literal('attribute.dropped'),
    span: z.string(),
    attribute: z.string(),
    destination: z.string(),
    reason: z.string(),
  }),
  /** Whether a client of the container took the request; `span` is the request's. */
  z.object({
    ...base,
    ...inTrace,
    type: z.literal('client.settled'),
    span: z.string(),
    client: z.string(),
    priority: z.number(),
    outcome: z.enum(['claimed', 'declined', 'failed', 'not_asked', 'cannot_run']),
    reason: z.string().optional(),
    variables: z.array(Used),
  }),
  /** Whether a trigger holds for an event; `span` is the container run's. `left` is as written, `value` what it was. */
  z.object({
    ...base,
    ...inTrace,
    type: z.literal('trigger.settled'),
    span: z.string(),
    trigger: z.string(),
    holds: z.boolean(),
    reason: z.string().optional(),
    conditions: z.array(
      z.object({
        left: z.string(),
        operator: z.string(),
        right: z.string(),
        value: z.string(),
        passed: z.boolean(),
        problem: z.string().optional(),
      }),
    ),
  }),
  /** What became of a tag for an event; `span` is the container run's. */
  z.object({
    ...base,
    ...inTrace,
    type: z.literal('tag.settled'),
    span: z.string(),
    tag: z.string(),
    outcome: z.enum(['fired', 'not_triggered', 'blocked', 'paused', 'no_consent', 'setup_failed', 'not_repeated']),
    /** The triggers, tags or consent that decided. */
    because: z.string(),
    status: z.enum(['success', 'failure', 'exception', 'timeout']).optional(),
    durationMs: z.number().optional(),
    variables: z.array(Used),
    /** Transformations that changed the event for this tag. */
    transformed: z.array(z.string()),
    /** The tag's type is one of Google's own that only stands in: what it would have sent was captured. */
    placeholder: z.boolean(),
  }),
  /** A template asked for what it does not declare; `span` is that of its run. */
  z.object({
    ...base,
    ...inTrace,
    type: z.literal('permission.denied'),
    span: z.string(),
    template: z.string(),
    api: z.string(),
    permission: z.string(),
    /** What it wanted, in words: `read the cookie "id"`. */
    wanted: z.string(),
  }),
  z.object({
    ...base,
    type: z.literal('check.settled'),
    trace: z.string().optional(),
    scenario: z.string(),
    step: z.string(),
    /** What is expected, in words that stand alone: `answer has status found`. */
    check: z.string(),
    passed: z.boolean(),
    expected: z.string().optional(),
    actual: z.string().optional(),
    at_file: z.object({file: z.string(), line: z.int(), column: z.int()}).optional(),
  }),
  z.object({
    ...base,
    type: z.literal('log.line'),
    source: z.string(),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    text: z.string(),
    trace: z.string().optional(),
  }),
  z.object({
    ...base,
    type: z.literal('run.ended'),
    passed: z.int(),
    failed: z.int(),
    durationMs: z.number(),
    exit: z.int(),
    error: z.object({code: z.string(), message: z.string(), hints: z.array(z.string())}).optional(),
  }),
])
export type RunEvent = z.infer<typeof RunEvent>

type WithoutStamp<E> = E extends unknown ? Omit<E, 'seq' | 'at'> : never
/** What emitters state; the bus adds `seq` and `at`. */
export type Fact = WithoutStamp<RunEvent>
export type Emit = (fact: Fact) => void
