import type {Cloud, Json} from '../service.ts'
import {writeLogEntry, type LogEntry} from '../services/logging/entries.ts'

const TRACE = 'logging.googleapis.com/trace'
const SPAN = 'logging.googleapis.com/spanId'

/** What Cloud Logging says an entry comes from. */
export function resourceOf(cloud: Cloud, service: Json): NonNullable<LogEntry['resource']> {
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
  if (line === undefined) {
    writeLogEntry(cloud, {...shared, textPayload: text})
    return
  }
  const {severity, time, [TRACE]: trace, [SPAN]: spanId, ...payload} = line
  writeLogEntry(cloud, {
    ...shared,
    ...(typeof severity === 'string' ? {severity} : {}),
    ...(typeof time === 'string' ? {timestamp: time} : {}),
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
