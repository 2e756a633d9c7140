import type {Emit} from '#runtime/kernel/events.ts'
import {listEntries, writeFilter, type LogEntry} from '../look/entries.ts'
import {hopFacts} from '../look/read-entry.ts'
import type {Api, DeployClock} from '../types.ts'

/** A trace whose hops are waited for. */
export type AwaitedTrace = {
  readonly trace: string
  /** Whether a worker's hop belongs to it. */
  readonly async: boolean
  /** How many hops the simulation had. */
  readonly hops: number
}

export type CollectOptions = {
  readonly project: string
  readonly services: readonly string[]
  /** Epoch milliseconds of the first request. */
  readonly since: number
  readonly traces: readonly AwaitedTrace[]
  readonly withinMs: number
  readonly clock: DeployClock
  readonly emit: Emit
  readonly tell: (arrived: number) => void
}

const PAUSE_MS = 5000
/** Traces per query: a filter takes 20,000 characters, and a trace some 80 of them. */
const AT_ONCE = 150
/** Entries per trace are few; a limit that is never met by honest requests. */
const MOST_ENTRIES = 20_000
/** A request that has told about itself as a whole may lack a line that is late; so many further looks are given to it. */
const FURTHER_LOOKS = 2

/**
 * Reads the hops that the functions wrote about these traces and states them on the log, until all have arrived or the
 * time is over. @returns the traces of which nothing, or not the end, has arrived. Rejects with ApiError.
 */
export async function collectHops(api: Api, options: CollectOptions): Promise<ReadonlySet<string>> {
  const {project, services, since, traces, withinMs, clock, emit, tell} = options
  const known = new Set<string>()
  const progress = new Map(traces.map(({trace}) => [trace, {hops: 0, ends: new Set<string>(), looks: 0}]))
  const isOpen = ({trace, hops}: AwaitedTrace): boolean => {
    const at = progress.get(trace)!
    return !hasEnded(trace) || (at.hops < hops && at.looks < FURTHER_LOOKS)
  }
  const awaited = new Map(traces.map((one) => [one.trace, one]))
  const hasEnded = (trace: string): boolean => {
    const {ends} = progress.get(trace)!
    return ends.has('lookup') && (!awaited.get(trace)!.async || ends.has('worker'))
  }
  const deadline = clock.now() + withinMs
  for (;;) {
    const open = traces.filter(isOpen)
    for (let at = 0; at < open.length; at += AT_ONCE) {
      const asked = open.slice(at, at + AT_ONCE).map(({trace}) => trace)
      const filter = writeFilter(project, {services, since, traces: asked})
      for (const entry of await listEntries(api, {project, filter, most: MOST_ENTRIES})) state(entry)
    }
    for (const {trace} of open) if (hasEnded(trace)) progress.get(trace)!.looks++
    tell(traces.filter(({trace}) => hasEnded(trace)).length)
    if (!traces.some(isOpen) || clock.now() >= deadline) break
    await clock.sleep(PAUSE_MS)
  }
  // A worker that failed to the end has told about itself too: that is a difference, and nothing to wait for.
  return new Set(
    traces
      .filter(({trace, async}) => {
        const {ends} = progress.get(trace)!
        return !ends.has('lookup') || (async && !ends.has('worker') && !ends.has('worker, failed'))
      })
      .map(({trace}) => trace),
  )

  function state(entry: LogEntry): void {
    const key = `${entry.timestamp ?? ''} ${entry.insertId ?? ''} ${entry.spanId ?? ''}`
    if (known.has(key)) return
    known.add(key)
    for (const fact of hopFacts(entry)) {
      emit(fact)
      if (fact.type !== 'span.started') continue
      const at = progress.get(fact.trace)
      if (!at) continue
      at.hops++
      if (fact.name === 'lookup') at.ends.add('lookup')
      // A delivery that failed is tried again.
      if (fact.name === 'worker') at.ends.add(isDone(entry) ? 'worker' : 'worker, failed')
    }
  }
}

function isDone({jsonPayload}: LogEntry): boolean {
  const stitch = jsonPayload?.['stitch'] as {hop?: {ok?: unknown}} | undefined
  return stitch?.hop?.ok === true
}
