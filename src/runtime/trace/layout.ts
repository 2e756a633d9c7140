import type {Lane} from '#runtime/kernel/events.ts'
import {drawBar} from './bar.ts'
import {cellWidth, cutCells, fitCells} from './cells.ts'
import {formatDuration} from './durations.ts'
import {engineWork} from './engine-facts.ts'
import {earliestOf, latestOf, segmentsOf} from './segments.ts'
import type {Segment} from './segments.ts'
import type {RequestView} from './view.ts'

/** What a piece of a row is, so that whoever paints can choose its colour. */
export type PartRole = 'mark' | 'lane' | 'name' | 'bar' | 'time' | 'note'

/** One line of a waterfall. `text` is its parts joined; it never takes more cells than the columns asked for. */
export type Row = {
  readonly kind: 'span' | 'wait' | 'note'
  readonly lane: Lane
  readonly ok: boolean
  readonly open: boolean
  /** Where the bar begins and how long it is, in percent of the whole request. */
  readonly startPercent: number
  readonly widthPercent: number
  readonly parts: readonly {readonly role: PartRole; readonly text: string}[]
  readonly text: string
}

export type LayoutOptions = {
  /** Where open bars end, epoch milliseconds; by default the newest time known of the request. */
  readonly now?: number
}

const MARK_CELLS = 2
const LANE_CELLS = 10
const TIME_CELLS = 9
/** Below this the lane's name is left out, and below the second the bar as well. */
const NARROW = 56
const TINY = 34

type Widths = {readonly lane: number; readonly name: number; readonly bar: number}

function planWidths(columns: number): Widths {
  if (columns < TINY) return {lane: 0, name: Math.max(0, columns - MARK_CELLS - TIME_CELLS), bar: 0}
  const lane = columns < NARROW ? 0 : LANE_CELLS
  const room = columns - MARK_CELLS - lane - TIME_CELLS - 2
  const name = Math.min(40, Math.max(12, Math.round(room * 0.54)))
  return {lane, name, bar: room - name}
}

function nameOf({depth, name, lane, facts}: Segment): string {
  const status = facts['status']
  const refused = typeof status === 'number' && status >= 400 && lane !== 'client' ? ` → ${status}` : ''
  const work = lane === 'engine' ? engineWork({facts}) : ''
  return ' '.repeat(depth) + name + refused + (work && `: ${work}`)
}

function rowOf(kind: Row['kind'], segment: Segment, parts: Row['parts'], percents: readonly [number, number]): Row {
  const {lane, ok, open} = segment
  const text = parts.map((part) => part.text).join('')
  return {kind, lane, ok, open, startPercent: percents[0], widthPercent: percents[1], parts, text}
}

/**
 * The waterfall of a request as lines of at most `columns` cells: a line per hop with its lane, its name indented by
 * depth, its bar and its time, and a line below for the error of a hop that failed.
 */
export function layoutWaterfall(request: RequestView, columns: number, options: LayoutOptions = {}): readonly Row[] {
  const from = earliestOf(request)
  const now = request.state === 'running' ? Math.max(latestOf(request), options.now ?? 0) : latestOf(request)
  const total = Math.max(0.001, now - from)
  const widths = planWidths(columns)

  return segmentsOf(request, now).flatMap((segment) => {
    const percents = [((segment.start - from) / total) * 100, ((segment.end - segment.start) / total) * 100] as const
    const time = formatDuration(segment.end - segment.start)
    const pad = widths.bar > 0 ? ' ' : ''
    const parts = (
      [
        {role: 'mark', text: segment.ok ? (segment.open ? '› ' : '  ') : '✗ '},
        {role: 'lane', text: fitCells(segment.lane, widths.lane)},
        {role: 'name', text: fitCells(nameOf(segment), widths.name) + pad},
        {role: 'bar', text: drawBar(percents, widths.bar, segment.kind) + pad},
        {role: 'time', text: time.padStart(TIME_CELLS)},
      ] as const
    ).filter((part) => part.text !== '')
    const row = rowOf(segment.kind, segment, fitParts(parts, columns), percents)
    if (segment.ok || segment.error === undefined) return [row]
    const indent = ' '.repeat(Math.min(MARK_CELLS + widths.lane + segment.depth, Math.max(0, columns - 8)))
    const note = indent + cutCells(segment.error, columns - indent.length)
    return [row, rowOf('note', segment, [{role: 'note', text: note}], percents)]
  })
}

/** Very small terminals: whatever does not fit any more is cut from the right. */
function fitParts(parts: Row['parts'], columns: number): Row['parts'] {
  let left = columns
  return parts.flatMap((part) => {
    const text = cutCells(part.text, left, '')
    left -= cellWidth(text)
    return text === '' ? [] : [{role: part.role, text}]
  })
}
