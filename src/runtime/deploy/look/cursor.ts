import type {LogEntry} from './entries.ts'

/** Log lines arrive late and out of order, so that much before the newest one is asked for again, in milliseconds. */
const OVERLAP_MS = 60_000

/** How far a log was followed. Immutable. */
export type Cursor = {
  /** Epoch milliseconds: what to ask for from. */
  readonly since: number
  /** Keys of entries that were shown and may come again. */
  readonly seen: ReadonlyMap<string, number>
}

/** The cursor before the first entry. */
export function beginAt(since: number): Cursor {
  return {since, seen: new Map()}
}

/**
 * Which of the entries are new, in their order, and the cursor behind them. An entry is known by its time and insert
 * id, which are unique within a log (https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry).
 */
export function advance(
  {since, seen}: Cursor,
  entries: readonly LogEntry[],
): {readonly fresh: readonly LogEntry[]; readonly cursor: Cursor} {
  const fresh: LogEntry[] = []
  const known = new Map(seen)
  for (const entry of entries) {
    const key = `${entry.timestamp ?? ''} ${entry.insertId ?? JSON.stringify(entry)}`
    if (known.has(key)) continue
    known.set(key, timeOf(entry))
    fresh.push(entry)
  }
  const newest = Math.max(since, ...[...known.values()].map((time) => time - OVERLAP_MS))
  return {fresh, cursor: {since: newest, seen: new Map([...known].filter(([, time]) => time >= newest))}}
}

function timeOf({timestamp = ''}: LogEntry): number {
  const time = Date.parse(timestamp)
  return Number.isNaN(time) ? 0 : time
}
