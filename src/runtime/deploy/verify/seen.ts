import {segmentsOf} from '#runtime/trace/segments.ts'
import type {RequestView, SpanView} from '#runtime/trace/view.ts'
import {splitPickups} from '../look/recorded.ts'

/** What a caller was answered; the body is parsed JSON, undefined where it is none. */
export type Answered = {readonly status: number; readonly body: unknown}

type FactValue = string | number | boolean

/** One hop of the functions, with what is comparable of it: no ids, no sizes, no times. */
export type SeenHop = {
  readonly lane: string
  readonly name: string
  readonly ok: boolean
  readonly error: string | undefined
  readonly facts: Readonly<Record<string, FactValue>>
  /** Milliseconds; for people to see, never compared. */
  readonly ms: number
}

/** Facts that must be the same wherever the functions run. */
const COMPARED = [
  'kind',
  'mode',
  'destination',
  'ids',
  'status',
  'http',
  'reason',
  'documents',
  'found',
  'written',
] as const

/** Lanes in which the functions state hops; what else a simulation shows happens in the container or in Pub/Sub. */
function isFunctionHop({lane, name}: {readonly lane: string; readonly name: string}): boolean {
  return lane === 'lookup' || lane === 'firestore' || lane === 'worker' || (lane === 'pubsub' && name === 'publish')
}

/**
 * The hops that the functions made for a request, each after the one that caused it, and how often its message was
 * delivered. Of several deliveries the one that did the work counts: Pub/Sub delivers at least once, not exactly.
 */
export function hopsOf(request: RequestView): {readonly hops: readonly SeenHop[]; readonly deliveries: number} {
  const {proper} = splitPickups(request)
  const workers = proper.filter(({lane, name}) => lane === 'worker' && name === 'worker')
  const kept = workers.findLast(({ok, facts}) => ok && facts['duplicate'] !== true) ?? workers.at(-1)
  const left = new Set(workers.filter((worker) => worker !== kept).flatMap((worker) => below(worker, proper)))
  const spans = proper.filter((span) => !left.has(span))
  const hops = segmentsOf({...request, state: 'passed', spans})
    .filter((segment) => segment.kind === 'span' && isFunctionHop(segment))
    .map(({lane, name, ok, error, facts, start, end}): SeenHop => ({
      lane,
      name,
      ok,
      error,
      facts: Object.fromEntries(COMPARED.flatMap((key) => (facts[key] === undefined ? [] : [[key, facts[key]]]))),
      ms: Math.max(0, end - start),
    }))
  return {hops, deliveries: workers.length}
}

/** Documents that were read. */
export function readsOf(hops: readonly SeenHop[]): number {
  return hops.reduce((sum, {lane, facts}) => sum + (lane === 'firestore' ? Number(facts['documents'] ?? 0) : 0), 0)
}

function below(root: SpanView, spans: readonly SpanView[]): readonly SpanView[] {
  return [root, ...spans.filter(({parent}) => parent === root.id).flatMap((child) => below(child, spans))]
}
