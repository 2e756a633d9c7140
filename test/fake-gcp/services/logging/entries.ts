import {fail, type Cloud, type FakeCall, type Json} from '../../service.ts'
import {parseFilter} from '../filter.ts'

const ENTRIES = '.logging.entries'

/** A log entry, as `entries:list` gives it. */
export type LogEntry = {
  readonly logName?: string
  readonly resource?: {readonly type: string; readonly labels?: Readonly<Record<string, string>>}
  readonly timestamp?: string
  readonly severity?: string
  readonly trace?: string
  readonly spanId?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly textPayload?: string
  readonly jsonPayload?: Readonly<Record<string, unknown>>
  readonly httpRequest?: Readonly<Record<string, unknown>>
}

/** Adds an entry to the log; what it does not say of itself (time, id, log) is filled in. */
export function writeLogEntry(cloud: Cloud, entry: LogEntry): void {
  const insertId = cloud.id()
  cloud.table(ENTRIES).set(insertId, {
    logName: `projects/${cloud.project.id}/logs/run.googleapis.com%2Fstdout`,
    timestamp: cloud.time(),
    ...entry,
    insertId,
    receiveTimestamp: cloud.time(),
  })
}

/** Of one project, in order of time; a page token only fits the query that gave it. */
export function listLogEntries({body}: FakeCall, cloud: Cloud): Json {
  const {resourceNames = [], filter = '', orderBy = 'timestamp asc', pageSize = 50, pageToken} = body
  if (resourceNames.length === 0) fail(400, 'INVALID_ARGUMENT', 'At least one resource name is needed.')
  if (!resourceNames.every((name: string) => cloud.findProject(name.replace('projects/', '')))) {
    fail(404, 'NOT_FOUND', 'Requested entity was not found.')
  }
  if (orderBy !== 'timestamp asc' && orderBy !== 'timestamp desc') {
    fail(400, 'INVALID_ARGUMENT', 'The order must be "timestamp asc" or "timestamp desc".')
  }
  const sign = orderBy === 'timestamp asc' ? 1 : -1
  const found: Json[] = [...cloud.table(ENTRIES).values()]
    .filter(parseFilter(filter))
    .toSorted((left: Json, right: Json) => sign * compare(left, right))
  const from = pageToken === undefined ? 0 : readToken(pageToken, filter)
  const to = from + pageSize
  return {
    ...(found.length > from ? {entries: found.slice(from, to)} : {}),
    ...(found.length > to ? {nextPageToken: Buffer.from(JSON.stringify([to, filter])).toString('base64url')} : {}),
  }
}

function readToken(token: string, filter: string): number {
  const [from, of] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [number, string]
  if (of !== filter) fail(400, 'INVALID_ARGUMENT', "page_token doesn't match arguments from the request")
  return from
}

function compare(left: Json, right: Json): number {
  return Date.parse(left.timestamp) - Date.parse(right.timestamp) || (left.insertId < right.insertId ? -1 : 1)
}
