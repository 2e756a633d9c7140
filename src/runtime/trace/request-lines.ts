import {cellWidth, cutCells, fitCells, wrapCells} from './cells.ts'
import {formatDuration} from './durations.ts'
import {layoutWaterfall} from './layout.ts'
import type {LayoutOptions, PartRole, Row} from './layout.ts'
import {piece} from './lines.ts'
import type {Line, Look} from './lines.ts'
import {earliestOf, latestOf} from './segments.ts'
import type {CheckView, RequestView} from './view.ts'

/** Marks of the three states a request or check can be in. */
export function markOf(state: RequestView['state']): {readonly text: string; readonly look: Look} {
  if (state === 'running') return piece('›', 'warn')
  return state === 'passed' ? piece('✓', 'pass') : piece('✗', 'fail')
}

/** Milliseconds from the first hop of a request to its last known one. */
export function spentOn(request: RequestView, now?: number): number {
  return Math.max(latestOf(request), request.state === 'running' ? (now ?? 0) : 0) - earliestOf(request)
}

/**
 * One line of exactly `columns` cells about a request: state, title, method, mode with the number of deliveries where
 * there was more than one, HTTP status and outcome, time.
 */
export function requestLine(request: RequestView, columns: number, options: LayoutOptions = {}): Line {
  const times = request.deliveries > 1 ? ` ×${request.deliveries}` : ''
  const answer = [request.status, request.outcome].filter((part) => part !== undefined).join(' ')
  const look: Look = request.state === 'failed' ? 'fail' : 'plain'
  const right = [
    piece(fitCells(request.method, 5), 'dim'),
    piece(fitCells(request.mode, 5), 'dim'),
    piece(fitCells(times, 4), 'warn'),
    piece(fitCells(answer || (request.error ?? ''), 15), look),
    piece(formatDuration(spentOn(request, options.now)).padStart(9), 'dim'),
  ]
  const rightCells = right.reduce((sum, part) => sum + cellWidth(part.text), 0)
  const titleCells = columns - 2 - rightCells - 1
  const title = request.title || `${request.method} ${request.path}`.trim() || request.trace.slice(0, 8)
  if (titleCells < 12) return [markOf(request.state), piece(` ${fitCells(title, Math.max(0, columns - 2))}`)]
  return [markOf(request.state), piece(` ${fitCells(title, titleCells)} `, 'strong'), ...right]
}

function lookOf(row: Row, role: PartRole): Look {
  if (role === 'note' || (role === 'mark' && !row.ok)) return 'fail'
  if (role === 'mark') return 'warn'
  if (role === 'bar') return row.ok ? (row.kind === 'wait' ? 'wait' : row.lane) : 'fail'
  if (role === 'lane') return row.kind === 'wait' ? 'wait' : row.lane
  if (role === 'name') return row.kind === 'wait' ? 'dim' : row.ok ? 'plain' : 'fail'
  return 'dim'
}

/** The waterfall of a request, ready to paint; see `layoutWaterfall`. */
export function waterfallLines(request: RequestView, columns: number, options: LayoutOptions = {}): readonly Line[] {
  return layoutWaterfall(request, columns, options).map((row) =>
    row.parts.map(({role, text}) => piece(text, lookOf(row, role))),
  )
}

/** Attributes that were held back, one line per destination and reason. */
export function droppedLines(request: RequestView, columns: number, indent: number): readonly Line[] {
  const groups = Map.groupBy(request.dropped, ({destination, reason}) => `not to ${destination}: ${reason}`)
  return [...groups].flatMap(([why, dropped]) => {
    const names = [...new Set(dropped.map((drop) => drop.attribute))].join(', ')
    return wrapIndented(`${names} (${why})`, columns, indent).map((line) => [piece(line, 'dim')])
  })
}

/** A failed check with both sides, wrapped to the columns. */
export function failedCheckLines(check: CheckView, columns: number, indent: number): readonly Line[] {
  const pad = ' '.repeat(indent)
  const side = (name: string, value: string | undefined, look: Look): readonly Line[] => {
    const label = `${pad}  ${name.padEnd(10)}`
    return wrapCells(value ?? 'nothing', columns - label.length).map((text, index) => [
      piece(index === 0 ? label : ' '.repeat(label.length), 'dim'),
      piece(text, look),
    ])
  }
  return [
    ...wrapIndented(check.check, columns, indent).map((line) => [piece(line)]),
    ...side('expected', check.expected, 'pass'),
    ...side('actual', check.actual, 'fail'),
  ]
}

function wrapIndented(text: string, columns: number, indent: number): readonly string[] {
  return wrapCells(text, columns - indent).map((line) => ' '.repeat(indent) + line)
}

/** A heading cut to the columns. */
export function headingLine(text: string, columns: number): Line {
  return [piece(cutCells(text, columns), 'strong')]
}
