import {z} from 'zod'
import {Lane} from '#runtime/kernel/events.ts'
import type {Fact} from '#runtime/kernel/events.ts'

/** Where a line came from: the function and which of its streams. */
export type LineOrigin = {readonly target: string; readonly stream: 'stdout' | 'stderr'}

const MOST_TEXT = 2_000

const Values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/** Cloud Logging's structured fields, and the hop that our handlers add below `stitch`. */
const Line = z.object({
  severity: z.string().optional(),
  message: z.string(),
  'logging.googleapis.com/trace': z.string().optional(),
  'logging.googleapis.com/spanId': z.string().optional(),
  stitch: z
    .object({
      hop: z.object({
        lane: Lane,
        parent: z.string().optional(),
        start: z.number(),
        end: z.number(),
        ok: z.boolean(),
        facts: Values.optional(),
        error: z.string().optional(),
      }),
      dropped: z.array(z.object({attribute: z.string(), destination: z.string(), reason: z.string()})).optional(),
    })
    .optional()
    .catch(undefined),
})
type Line = z.infer<typeof Line>

/**
 * What one line of a function's output states: a finished hop becomes its span and the attributes dropped in it, any
 * other line a `log.line`. Lines that are no structured logging are text.
 */
export function readLogLine(text: string, {target, stream}: LineOrigin): readonly Fact[] {
  if (text.trim() === '') return []
  const line = parseLine(text)
  if (!line) return [{type: 'log.line', source: target, level: levelOfText(text, stream), text: cut(text)}]
  const trace = /(?:^|\/)([0-9a-f]{32})$/.exec(line['logging.googleapis.com/trace'] ?? '')?.[1]
  const span = line['logging.googleapis.com/spanId']
  if (line.stitch && trace && span) return readHop(line.message, trace, span, line.stitch)
  const level = levelOf(line.severity)
  return [{type: 'log.line', source: target, level, text: cut(line.message), ...(trace ? {trace} : {})}]
}

function readHop(
  name: string,
  trace: string,
  span: string,
  {hop, dropped = []}: NonNullable<Line['stitch']>,
): readonly Fact[] {
  const {lane, parent, start, end, ok, facts, error} = hop
  return [
    {type: 'span.started', trace, span, name, lane, start, ...(parent ? {parent} : {})},
    ...dropped.map((drop): Fact => ({type: 'attribute.dropped', trace, span, ...drop})),
    {type: 'span.ended', trace, span, end, ok, ...(facts ? {facts} : {}), ...(error ? {error} : {})},
  ]
}

function parseLine(text: string): Line | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return Line.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Node shows the source line of an error, and the bundle's are some hundred thousand characters long. */
function cut(text: string): string {
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text
}

/** Cloud Logging's severities (https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity). */
function levelOf(severity = 'DEFAULT'): 'debug' | 'info' | 'warn' | 'error' {
  if (severity === 'DEBUG') return 'debug'
  if (severity === 'WARNING') return 'warn'
  return ['ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'].includes(severity) ? 'error' : 'info'
}

/** Text on stderr counts as an error, as in the cloud; Node's own warnings go there too and are none. */
function levelOfText(text: string, stream: LineOrigin['stream']): 'info' | 'warn' | 'error' {
  if (stream === 'stdout') return 'info'
  return /^\(node:\d+\) |^\(Use `node --trace-/.test(text) ? 'warn' : 'error'
}
