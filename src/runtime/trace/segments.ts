import type {Lane} from '#runtime/kernel/events.ts'
import {isDelivery, isPublish} from './fold-request.ts'
import type {Facts, RequestView, SpanView} from './view.ts'

/**
 * One bar of a waterfall. A `wait` is nobody's work: the time a message lay in Pub/Sub between publish and delivery,
 * or the back-off between two deliveries. Times are epoch milliseconds; an open segment ends at the view's newest time.
 */
export type Segment = {
  readonly kind: 'span' | 'wait'
  readonly lane: Lane
  readonly name: string
  readonly depth: number
  readonly start: number
  readonly end: number
  readonly open: boolean
  readonly ok: boolean
  readonly error: string | undefined
  readonly facts: Facts
  /** Id of the span, missing for a wait. */
  readonly span: string | undefined
}

/** Deeper hops are drawn at this depth: a wrong parent link must not push names off the screen. */
const DEEPEST = 9

/** Keys of the tree besides span ids. A message's delivery is linked to its publish, not part of it: it begins anew. */
const ROOT = ''
const DELIVERED = 'delivered'

/** The newest moment that anything of the request is known of. */
export function latestOf(request: RequestView): number {
  let latest = request.endedAt ?? request.startedAt
  for (const span of request.spans) latest = Math.max(latest, span.end ?? span.start)
  return latest
}

/** The earliest moment of the request: the start of its first span, which may precede its announcement. */
export function earliestOf(request: RequestView): number {
  let earliest = request.spans[0]?.start ?? request.startedAt
  for (const span of request.spans) earliest = Math.min(earliest, span.start)
  return earliest
}

/** What went before a delivery: the failed delivery of the same message, else the publish that sent it. */
function cameFrom(delivery: SpanView, spans: readonly SpanView[]): SpanView | undefined {
  const message = delivery.facts['messageId']
  const same = (other: SpanView): boolean =>
    message === undefined ? other.parent === delivery.parent : other.facts['messageId'] === message
  const earlier = spans.filter((other) => isDelivery(other) && other.start < delivery.start && same(other))
  if (earlier.length > 0) return earlier.reduce((last, other) => (other.start > last.start ? other : last))
  const publishes = spans.filter(isPublish)
  return (
    publishes.find((publish) => publish.id === delivery.parent) ??
    publishes.find((publish) => message !== undefined && publish.facts['messageId'] === message) ??
    publishes.findLast((publish) => publish.start <= delivery.start)
  )
}

type Wait = {readonly name: string; readonly start: number; readonly end: number; readonly open: boolean}

/** A publisher may learn of its success after the first delivery began: then the wait is there, with no length. */
function waitBefore(delivery: SpanView, spans: readonly SpanView[]): Wait | undefined {
  const from = cameFrom(delivery, spans)
  if (!from) return undefined
  const name = isPublish(from) ? 'wait in Pub/Sub' : 'back-off'
  return {name, start: Math.min(from.end ?? delivery.start, delivery.start), end: delivery.start, open: false}
}

/** The wait that is going on now: a message was published, or its delivery failed, and nothing came after that yet. */
function waitAfter(span: SpanView, request: RequestView, now: number): Wait | undefined {
  if (request.state !== 'running' || span.end === undefined) return undefined
  const waits = (isPublish(span) && span.ok) || (isDelivery(span) && !span.ok)
  if (!waits || request.spans.some((other) => isDelivery(other) && cameFrom(other, request.spans) === span)) {
    return undefined
  }
  return {
    name: isPublish(span) ? 'wait in Pub/Sub' : 'back-off',
    start: span.end,
    end: Math.max(now, span.end),
    open: true,
  }
}

function waitSegment(wait: Wait, depth: number): Segment {
  return {...wait, kind: 'wait', lane: 'pubsub', depth, ok: true, error: undefined, facts: {}, span: undefined}
}

/**
 * The innermost hop during which a hop of an unknown parent took place. A child ends, and is known, before its parent
 * is: until then it stands below whoever was at work.
 */
function around(orphan: SpanView, spans: readonly SpanView[]): SpanView | undefined {
  return spans.findLast(
    (span) =>
      span.id !== orphan.id &&
      span.start < orphan.start &&
      (span.end === undefined || (orphan.end !== undefined && orphan.end <= span.end)),
  )
}

/**
 * The bars of a request's waterfall: its spans as a tree in order of time, with the waits in Pub/Sub between them.
 * @param now end of what is still open, epoch milliseconds; by default the newest time known of the request.
 */
export function segmentsOf(request: RequestView, now: number = latestOf(request)): readonly Segment[] {
  const ids = new Set(request.spans.map((span) => span.id))
  const byStart = request.spans.toSorted((a, b) => a.start - b.start)
  const children = Map.groupBy(byStart, (span) => {
    if (span.parent === undefined) return ROOT
    if (isDelivery(span)) return DELIVERED
    return ids.has(span.parent) ? span.parent : (around(span, byStart)?.id ?? ROOT)
  })
  const segments: Segment[] = []
  const seen = new Set<string>()

  const visit = (span: SpanView, depth: number): void => {
    if (seen.has(span.id)) return
    seen.add(span.id)
    const shown = Math.min(depth, DEEPEST)
    const before = isDelivery(span) ? waitBefore(span, request.spans) : undefined
    if (before) segments.push(waitSegment(before, shown))
    const {lane, name, start, ok, error, facts, id} = span
    const end = span.end ?? Math.max(now, start)
    segments.push({
      kind: 'span',
      lane,
      name,
      depth: shown,
      start,
      end,
      open: span.end === undefined,
      ok,
      error,
      facts,
      span: id,
    })
    for (const child of children.get(span.id) ?? []) visit(child, depth + 1)
    const after = waitAfter(span, request, now)
    if (after) segments.push(waitSegment(after, shown))
  }
  for (const root of children.get(ROOT) ?? []) visit(root, 0)
  for (const delivery of children.get(DELIVERED) ?? []) visit(delivery, 1)
  return segments
}
