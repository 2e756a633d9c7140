import type {Api} from '../types.ts'

/** `LogEntry` (https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry), as far as it is read. */
export type LogEntry = {
  readonly insertId?: string
  readonly logName?: string
  /** RFC 3339 with up to nine digits after the point. */
  readonly timestamp?: string
  readonly severity?: string
  readonly trace?: string
  readonly spanId?: string
  readonly textPayload?: string
  readonly jsonPayload?: Readonly<Record<string, unknown>>
  readonly protoPayload?: Readonly<Record<string, unknown>>
  readonly httpRequest?: {
    readonly requestMethod?: string
    readonly requestUrl?: string
    readonly status?: number
    /** `0.123s`. */
    readonly latency?: string
  }
  readonly resource?: {readonly type?: string; readonly labels?: Readonly<Record<string, string>>}
}

export type EntryQuery = {
  /** Cloud Run services, which are named like their functions. */
  readonly services: readonly string[]
  /** Epoch milliseconds; entries of that time are included. */
  readonly since: number
  readonly severity?: string | undefined
  /** Trace ids, 32 hex digits each. */
  readonly traces?: readonly string[] | undefined
  /** The `requestId` that hops state. */
  readonly requestId?: string | undefined
}

/** A query in Cloud Logging's language (https://cloud.google.com/logging/docs/view/logging-query-language); pure. */
export function writeFilter(project: string, {services, since, severity, traces, requestId}: EntryQuery): string {
  const either = (values: readonly string[]): string => `(${values.map((value) => JSON.stringify(value)).join(' OR ')})`
  const about = [
    ...(traces && traces.length > 0 ? [`trace=${either(traces.map((id) => `projects/${project}/traces/${id}`))}`] : []),
    ...(requestId === undefined ? [] : [`jsonPayload.stitch.hop.facts.requestId=${JSON.stringify(requestId)}`]),
  ]
  return [
    'resource.type="cloud_run_revision"',
    `resource.labels.service_name=${either(services)}`,
    `timestamp>="${new Date(since).toISOString()}"`,
    ...(severity === undefined ? [] : [`severity>=${severity}`]),
    ...(about.length > 1 ? [`(${about.join(' OR ')})`] : about),
  ].join(' AND ')
}

/** Entries per page; the API's own limit. */
const PAGE = 1000

/**
 * Entries that match, at most `most`: the newest, oldest first. Newest first is what the API answers fast, so that is
 * how they are asked for. The API allows 60 such calls a minute for a project.
 */
export async function listEntries(
  api: Api,
  {project, filter, most}: {readonly project: string; readonly filter: string; readonly most: number},
): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = []
  let pageToken: string | undefined
  do {
    const body = {
      resourceNames: [`projects/${project}`],
      filter,
      orderBy: 'timestamp desc',
      pageSize: Math.min(PAGE, most - entries.length),
      ...(pageToken === undefined ? {} : {pageToken}),
    }
    const page: {entries?: readonly LogEntry[]; nextPageToken?: string} = await api.call({
      api: 'logging',
      method: 'POST',
      path: '/v2/entries:list',
      body,
      readOnly: true,
      repeatable: true,
    })
    entries.push(...(page.entries ?? []))
    pageToken = page.nextPageToken
  } while (pageToken && entries.length < most)
  return entries.toReversed()
}
