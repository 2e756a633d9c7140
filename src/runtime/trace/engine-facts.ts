import type {RequestView, RunView, SpanView} from './view.ts'

/** What the requests of a run did to the engine, counted from its own spans. */
export type EngineFacts = {
  readonly calls: number
  /** Documents read, those that are not there included, as they are billed. */
  readonly reads: number
  readonly writes: number
  readonly deletes: number
  /** Messages published. */
  readonly messages: number
  /** Deliveries to the push endpoint, repeated ones included. */
  readonly deliveries: number
  /** Calls that lost to another transaction or write: ABORTED. */
  readonly contended: number
  /** All calls that did not end well, those included. */
  readonly failed: number
}

/** The counts of a whole run; undefined where the log tells of no engine, as those of older versions do. */
export function countEngine(view: RunView): EngineFacts | undefined {
  const requests = [...view.requests]
  const calls = requests.flatMap(({spans}) => spans.filter(({lane}) => lane === 'engine'))
  if (calls.length === 0) return undefined
  const sum = (fact: string): number => calls.reduce((total, {facts}) => total + Number(facts[fact] ?? 0), 0)
  return {
    calls: calls.length,
    reads: sum('reads'),
    writes: sum('writes'),
    deletes: sum('deletes'),
    messages: sum('messages'),
    deliveries: requests.reduce((total: number, {deliveries}: RequestView) => total + deliveries, 0),
    contended: calls.filter(({error}) => error === 'aborted').length,
    failed: calls.filter(({ok}) => !ok).length,
  }
}

/** What one call did, in words: `2 reads`, and how long it waited for others; empty for one that did none of it. */
export function engineWork({facts}: Pick<SpanView, 'facts'>): string {
  const work = ['read', 'write', 'delete', 'message'].flatMap((noun) => {
    const count = Number(facts[`${noun}s`] ?? 0)
    return count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`]
  })
  const waited = Number(facts['waitedMs'] ?? 0)
  // Less says nothing about the run: a turn comes that soon.
  return [...work, ...(waited >= 1 ? [`waited ${Math.round(waited)} ms for others`] : [])].join(', ')
}
