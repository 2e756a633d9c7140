import {ERRORS, type ErrorCode} from './errors.ts'
import {createView, explainDrops, project} from './projection.ts'
import type {FieldPath} from './ports.ts'
import {mergePaths} from './field-path.ts'
import type {StitchRequest} from './request.ts'
import type {Outcome} from './resolve.ts'
import type {Destination, Rules} from './rules.ts'
import type {Target} from './targets.ts'
import type {Drop} from './trace.ts'
import {encodePlain, type Fields} from './value.ts'

export type Status = 'found' | 'not_found' | 'pending' | 'suppressed' | 'ambiguous' | 'degraded' | 'partial'

/** The answer for one id, without the request's own fields. */
export type Item = {
  readonly status: Status
  readonly kind: string | null
  readonly attributes: unknown
  readonly eventAttributes?: unknown
  readonly meta: Readonly<Record<string, unknown>>
  readonly error?: {readonly code: ErrorCode; readonly message: string}
}

/** An item, and what of it only the log may say. */
export type Judged = {
  readonly item: Item
  readonly drops: readonly Drop[]
  readonly code?: string
  readonly reason?: string
}

export type AnswerOptions = {
  readonly request: StitchRequest
  readonly rules: Rules
  readonly destination: Destination
  readonly latencyMs: number
}

/** What of a kind has to be read for all that will be shown of it. */
export function planShown(request: StitchRequest, rules: Rules, destinations: readonly Destination[]) {
  return (kind: string): readonly FieldPath[] =>
    mergePaths(destinations.flatMap((destination) => createView(rules, kind, destination, request.fields).shown))
}

/**
 * The answer for one id and one destination. For a browser every negative has the same body: not found, suppressed,
 * ambiguous, expired, denied and blocked cannot be told apart, and no time is given.
 */
export function judgeItem(target: Target, outcome: Outcome, options: AnswerOptions): Judged {
  const {destination, rules, request} = options
  if (target.type === 'refused') return refuse(target, options)
  const isBrowser = destination === 'browser'
  if (outcome.status === 'degraded') {
    return {item: describe('degraded', target.kind, options, {source: 'fallback'}), drops: [], code: outcome.code}
  }
  if (outcome.status !== 'found') {
    const reason = outcome.reason ?? (outcome.status === 'not_found' ? undefined : outcome.status)
    const item = describe(isBrowser ? 'not_found' : outcome.status, target.kind, options)
    return {item, drops: [], ...(reason === undefined ? {} : {reason})}
  }
  const view = createView(rules, target.kind, destination, request.fields)
  const isHidden = isBrowser && (view.allowed.length === 0 || (target.type === 'read' && !target.forBrowser))
  const drops = explainDrops(view, outcome.fields, rules.known(target.kind), outcome.read)
  if (isHidden) return {item: describe('not_found', target.kind, options), drops, reason: 'no_allow_list'}
  const lossy: string[] = []
  const attributes = encode(project(outcome.fields, view.shown), request.typed, lossy)
  const extra = {
    ...(lossy.length > 0 ? {lossy} : {}),
    ...(isBrowser ? {} : {dropped: drops.map(({attribute, reason}) => ({attribute, reason}))}),
  }
  return {item: {...describe('found', target.kind, options, extra), attributes}, drops}
}

/** The projection for the container's own event, from the same read; empty for anything but found. */
export function listEventAttributes(target: Target, outcome: Outcome, {rules, request}: AnswerOptions): unknown {
  if (target.type !== 'read' || outcome.status !== 'found') return {}
  const view = createView(rules, target.kind, 'server', request.fields)
  return encode(project(outcome.fields, view.shown), request.typed, [])
}

/** One status for a batch: that of all its items, or `partial`. */
export function summarise(items: readonly Item[]): Status {
  const statuses = new Set(items.map(({status}) => status))
  const [only] = statuses
  return statuses.size === 1 && only ? only : 'partial'
}

function encode(fields: Fields, typed: boolean, lossy: string[]): unknown {
  return typed ? fields : encodePlain(fields, lossy)
}

function refuse(target: Extract<Target, {type: 'refused'}>, options: AnswerOptions): Judged {
  const error = {code: target.code, message: ERRORS[target.code].sentence}
  return {item: {...describe('not_found', target.kind, options), error}, drops: [], code: target.code}
}

function describe(
  status: Status,
  kind: string | null,
  options: AnswerOptions,
  extra: Readonly<Record<string, unknown>> = {},
): Item {
  const isNegative = status !== 'found' && status !== 'degraded'
  const hidesTime = isNegative && options.destination === 'browser'
  const latency = hidesTime ? {} : {latencyMs: options.latencyMs}
  return {status, kind, attributes: {}, meta: {source: options.rules.source(kind), ...latency, schema: 1, ...extra}}
}
