import type {Api, DeployClock, Target} from '../types.ts'
import {advance, beginAt, type Cursor} from './cursor.ts'
import {listEntries, writeFilter, type EntryQuery, type LogEntry} from './entries.ts'
import {readEntry, type LogLine} from './read-entry.ts'

export type LogsQuery = {
  readonly target: Target
  /** Names of the functions. */
  readonly functions: readonly string[]
  /** Epoch milliseconds. */
  readonly since: number
  readonly severity: string | undefined
  /** A request id or a trace id. */
  readonly request: string | undefined
  readonly most: number
}

/** A log is followed with one call in so many milliseconds: the API takes 60 a minute for a whole project. */
const PAUSE_MS = 3000

/** What the functions have written, oldest first. A request id leads to its trace, so that all its hops are there. */
export async function readLogs(api: Api, query: LogsQuery): Promise<readonly LogLine[]> {
  return (await fetchEntries(api, query, query.since)).map(readEntry)
}

/** Tells lines as they arrive, until the signal aborts; then resolves. Rejects with ApiError. */
export async function followLogs(
  api: Api,
  query: LogsQuery,
  io: {readonly clock: DeployClock; readonly signal: AbortSignal; readonly tell: (line: LogLine) => Promise<void>},
): Promise<void> {
  let cursor: Cursor = beginAt(query.since)
  try {
    while (!io.signal.aborted) {
      const {fresh, cursor: next} = advance(cursor, await fetchEntries(api, query, cursor.since))
      cursor = next
      for (const entry of fresh) await io.tell(readEntry(entry))
      await io.clock.sleep(PAUSE_MS)
    }
  } catch (error) {
    if (!io.signal.aborted) throw error
  }
}

async function fetchEntries(api: Api, query: LogsQuery, since: number): Promise<readonly LogEntry[]> {
  const {target, functions, severity, request, most} = query
  const {project} = target
  const base: EntryQuery = {services: functions, since, severity}
  const list = (filter: EntryQuery) => listEntries(api, {project, filter: writeFilter(project, filter), most})
  if (request === undefined) return await list(base)
  if (/^[0-9a-f]{32}$/.test(request)) return await list({...base, traces: [request]})
  const named = await listEntries(api, {
    project,
    filter: writeFilter(project, {services: functions, since: query.since, requestId: request}),
    most,
  })
  const traces = [...new Set(named.flatMap(({trace}) => /\/traces\/([0-9a-f]{32})$/.exec(trace ?? '')?.[1] ?? []))]
  return await list({...base, traces: traces.slice(0, 100), requestId: request})
}
