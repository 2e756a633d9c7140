import type {HttpRequest} from '#runtime/deploy/gcp/transport.ts'
import type {Cloud, Json} from '../service.ts'
import {writeLogEntry, type LogEntry} from '../services/logging/entries.ts'

const TRACE = 'logging.googleapis.com/trace'
const SPAN = 'logging.googleapis.com/spanId'

/**
 * The front end's own entry about a request, with its whole URL, in the caller's trace where it names one
 * (https://cloud.google.com/run/docs/trace#trace_context).
 */
export function logRequest(
  cloud: Cloud,
  service: Json,
  {method, url, headers}: HttpRequest,
  {status, ms}: {readonly status: number; readonly ms: number},
): void {
  const [, trace, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(headers['traceparent'] ?? '') ?? []
  writeLogEntry(cloud, {
    logName: `projects/${cloud.project.id}/logs/run.googleapis.com%2Frequests`,
    resource: resourceOf(cloud, service),
    timestamp: new Date().toISOString(),
    severity: status >= 500 ? 'ERROR' : status >= 400 ? 'WARNING' : 'INFO',
    ...(trace === undefined ? {} : {trace: `projects/${cloud.project.id}/traces/${trace}`, spanId: spanId!}),
    httpRequest: {
      requestMethod: method,
      requestUrl: url,
      status,
      remoteIp: '203.0.113.7',
      latency: `${(ms / 1000).toFixed(6)}s`,
    },
  })
}

/** What Cloud Logging says an entry comes from. */
function resourceOf(cloud: Cloud, service: Json): NonNullable<LogEntry['resource']> {
  const [, , , location = '', , id = ''] = service.name.split('/')
  return {
    type: 'cloud_run_revision',
    labels: {
      project_id: cloud.project.id,
      location,
      service_name: id,
      configuration_name: id,
      revision_name: service.latestReadyRevision.split('/').at(-1),
    },
  }
}

/**
 * One line of a function's output as Cloud Run's agent puts it into the log: of structured ones severity, time and trace
 * become fields of the entry, the rest is its payload (https://cloud.google.com/run/docs/logging).
 */
export function logLine(cloud: Cloud, service: Json, text: string, stream: 'stdout' | 'stderr'): void {
  const shared = {
    logName: `projects/${cloud.project.id}/logs/run.googleapis.com%2F${stream}`,
    resource: resourceOf(cloud, service),
    labels: {instanceId: '0'},
  }
  const line = parse(text)
  // Functions run in the time of this machine, whatever the cloud's clock says.
  const timestamp = new Date().toISOString()
  if (line === undefined) {
    writeLogEntry(cloud, {...shared, timestamp, textPayload: text})
    return
  }
  const {severity, time, [TRACE]: trace, [SPAN]: spanId, ...payload} = line
  writeLogEntry(cloud, {
    ...shared,
    ...(typeof severity === 'string' ? {severity} : {}),
    timestamp: typeof time === 'string' ? time : timestamp,
    ...(typeof trace === 'string' ? {trace} : {}),
    ...(typeof spanId === 'string' ? {spanId} : {}),
    jsonPayload: payload,
  })
}

function parse(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}
