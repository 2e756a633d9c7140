import {fitCells, withoutControls, wrapCells} from '#runtime/trace/cells.ts'
import {formatDuration} from '#runtime/trace/durations.ts'
import {piece, type Line, type Look} from '#runtime/trace/lines.ts'
import type {LogLine} from './read-entry.ts'

const LANES: ReadonlySet<string> = new Set(['lookup', 'firestore', 'pubsub', 'worker', 'sgtm'])
/** Facts that stand elsewhere in the line, or that only help machines. */
const APART: ReadonlySet<string> = new Set(['latencyMs', 'messageId', 'duplicate'])

/** One line of the log as lines of at most `columns` cells (whole where that is infinite): time, function, hop, what it states. */
export function showLogLine(line: LogLine, columns: number): readonly Line[] {
  const {time, severity, hop, message, requestId, trace} = line
  const bad = ['ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'].includes(severity)
  const look: Look = bad ? 'fail' : severity === 'WARNING' ? 'warn' : 'dim'
  const lane = hop && LANES.has(hop.lane) ? (hop.lane as Look) : 'plain'
  const head: Line = [
    piece(`${time.slice(11, 23).padEnd(12, '0')} `, 'dim'),
    piece(fitCells(severity.toLowerCase(), 8), look),
    piece(fitCells(line.function, 15), 'dim'),
  ]
  // So that a request id fits into 80 cells in one piece.
  const indent = 36
  const words = [
    ...(hop ? [formatDuration(hop.durationMs)] : []),
    ...(hop?.error === undefined ? [] : [hop.error]),
    ...Object.entries(hop?.facts ?? {})
      .filter(([name]) => !APART.has(name))
      .map(([name, value]) => `${name}=${String(value)}`),
    ...(requestId === undefined ? (trace === undefined || hop ? [] : [`trace=${trace}`]) : [`request=${requestId}`]),
  ]
  const text = withoutControls([message, ...words].join('  '))
  const [first = '', ...rest] = wrapCells(text, Math.max(20, columns - indent))
  return [
    [...head, piece(first, bad ? 'fail' : lane)],
    ...rest.map((more): Line => [piece(' '.repeat(indent)), piece(more, bad ? 'fail' : 'dim')]),
  ]
}
