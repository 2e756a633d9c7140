import {readLogLine} from '#runtime/functions/log-lines.ts'
import type {Fact} from '#runtime/kernel/events.ts'
import type {LogEntry} from './entries.ts'

/** What is shown of an entry: known fields only, as texts of unknown origin may hold anything. */
export type LogLine = {
  /** RFC 3339. */
  readonly time: string
  /** The function, such as `stitch-lookup`. */
  readonly function: string
  readonly severity: string
  readonly message: string
  readonly trace?: string
  readonly requestId?: string
  readonly hop?: {
    readonly lane: string
    readonly durationMs: number
    readonly ok: boolean
    readonly facts: Readonly<Record<string, string | number | boolean>>
    readonly error?: string
  }
}

/** Facts that our handlers state about a hop: counts, kinds, statuses and ids of requests and messages. */
const FACTS: ReadonlySet<string> = new Set([
  'attempt',
  'bytes',
  'destination',
  'documents',
  'duplicate',
  'found',
  'http',
  'ids',
  'kind',
  'latencyMs',
  'messageId',
  'mode',
  'reason',
  'record',
  'status',
  'written',
])

/** Lines in which the functions' framework says why a function does not start; they quote configuration, no requests. */
const START_UP =
  /^(Provided module can't be loaded|Is there a syntax error in|Could not load the function|Did you specify the correct|Serving function\.\.\.|(Detailed stack trace: )?(ConfigFault|Error): STITCH_(CONFIG|HMAC_KEYS|PEPPER)\b)/

/** What a log entry states, in the words of a run's log: hops as a simulation has them. Empty for all other lines. */
export function hopFacts({severity, trace, spanId, jsonPayload = {}}: LogEntry): readonly Fact[] {
  const line = {
    severity,
    message: jsonPayload['message'],
    'logging.googleapis.com/trace': trace,
    'logging.googleapis.com/spanId': spanId,
    stitch: jsonPayload['stitch'],
  }
  const facts = readLogLine(JSON.stringify(line), {target: 'cloud', stream: 'stdout'})
  return facts.filter(({type}) => type !== 'log.line')
}

/**
 * An entry as it may be shown. Hops and our own sentences are; of requests method, path and status; texts only where
 * the platform or the framework wrote them. Everything else is named by its size, so that no body can be in it.
 */
export function readEntry(entry: LogEntry): LogLine {
  const {timestamp = '', severity = 'DEFAULT', resource, trace} = entry
  const traceId = /\/traces\/([0-9a-f]{32})$/.exec(trace ?? '')?.[1]
  return {
    time: timestamp,
    function: resource?.labels?.['service_name'] ?? '',
    severity,
    ...(traceId === undefined ? {} : {trace: traceId}),
    ...describe(entry),
  }
}

function describe(entry: LogEntry): Pick<LogLine, 'message' | 'requestId' | 'hop'> {
  const {httpRequest, jsonPayload, protoPayload, textPayload, logName = ''} = entry
  const hop = describeHop(entry)
  if (hop) return hop
  if (httpRequest) return {message: describeRequest(httpRequest)}
  if (protoPayload) return {message: describeAudit(protoPayload)}
  if (textPayload !== undefined) {
    const isPlatform = /\/run\.googleapis\.com%2F(varlog%2F)?system$/.test(logName) || START_UP.test(textPayload)
    return {message: isPlatform ? oneLine(textPayload) : hidden(textPayload)}
  }
  const message = jsonPayload?.['message']
  // The handlers' own sentence about a failure that nobody foresaw: the error's name, without its text.
  if (typeof message === 'string' && /^\w+ was not foreseen$/.test(message)) return {message}
  return {message: hidden(JSON.stringify(jsonPayload ?? {}))}
}

function describeHop(entry: LogEntry): Pick<LogLine, 'message' | 'requestId' | 'hop'> | undefined {
  const [started, ...rest] = hopFacts(entry)
  const ended = rest.at(-1)
  if (started?.type !== 'span.started' || ended?.type !== 'span.ended') return undefined
  const {facts = {}, ok, error, end} = ended
  const requestId = facts['requestId']
  return {
    message: started.name,
    ...(typeof requestId === 'string' ? {requestId} : {}),
    hop: {
      lane: started.lane,
      durationMs: Math.max(0, end - started.start),
      ok,
      facts: Object.fromEntries(Object.entries(facts).filter(([name]) => FACTS.has(name))),
      ...(error === undefined ? {} : {error}),
    },
  }
}

/** Without the query, in which an id may stand. */
function describeRequest({requestMethod = '', requestUrl = '', status, latency}: NonNullable<LogEntry['httpRequest']>) {
  const path = URL.canParse(requestUrl) ? new URL(requestUrl).pathname : ''
  const seconds = Number.parseFloat(latency ?? '')
  const took = Number.isNaN(seconds) ? '' : ` in ${Math.round(seconds * 1000)} ms`
  return `${requestMethod} ${path} answered ${status ?? 'nothing'}${took}`
}

function describeAudit(payload: Readonly<Record<string, unknown>>): string {
  const {methodName, status} = payload as {methodName?: unknown; status?: {message?: unknown}}
  const method = typeof methodName === 'string' ? (methodName.split('.').at(-1) ?? '') : 'change'
  return typeof status?.message === 'string' ? `${method}: ${oneLine(status.message)}` : method
}

function hidden(text: string): string {
  return `(a line of ${text.length} characters that is not ours and is not shown)`
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 400 ? `${line.slice(0, 400)}…` : line
}
