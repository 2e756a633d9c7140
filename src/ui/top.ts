import {cellWidth, cutCells, fitCells} from '#runtime/trace/cells.ts'
import {formatDuration} from '#runtime/trace/durations.ts'
import {piece} from '#runtime/trace/lines.ts'
import type {Line, Piece} from '#runtime/trace/lines.ts'
import type {RunView, StageView} from '#runtime/trace/view.ts'

/** `run` ends by itself; `dev` stays and tells where to send requests. */
export type Mode = 'run' | 'dev'

const SHORT_SHA = 12

/** Pieces cut to the columns, from the right. */
export function cutLine(line: Line, columns: number): Line {
  let left = columns
  return line.flatMap(({text, look}) => {
    const cut = cutCells(text, left)
    left -= cellWidth(cut)
    return cut === '' ? [] : [piece(cut, look)]
  })
}

/** A line with something at its right end; the left part gives way. */
export function spreadLine(left: Line, right: Line, columns: number): Line {
  const rightCells = right.reduce((sum, part) => sum + cellWidth(part.text), 0)
  const room = Math.max(0, columns - rightCells - 1)
  const cut = cutLine(left, room)
  const used = cut.reduce((sum, part) => sum + cellWidth(part.text), 0)
  return cutLine([...cut, piece(' '.repeat(Math.max(1, columns - rightCells - used))), ...right], columns)
}

/** A horizontal line with a title in it. */
export function ruleLine(title: string, right: string, columns: number): Line {
  const end = right === '' ? '' : ` ${right} `
  const name = title === '' ? '' : ` ${cutCells(title, Math.max(0, columns - cellWidth(end) - 8))} `
  const rest = Math.max(0, columns - 2 - cellWidth(name) - cellWidth(end) - 2)
  return [
    piece('──', 'dim'),
    piece(name, 'strong'),
    piece('─'.repeat(rest), 'dim'),
    piece(fitCells(end, cellWidth(end)), 'dim'),
    piece('──', 'dim'),
  ]
}

/** Stages are compared with each other, and all of them have to fit on a line: no fractions of milliseconds. */
const formatRounded = (ms: number): string => (ms < 1000 ? `${ms} ms` : formatDuration(ms))

function stagePieces(stage: StageView, view: RunView): readonly Piece[] {
  if (stage.state === 'starting') {
    const seed = stage.stage === 'seed' ? view.seed : undefined
    return [piece(`› ${stage.stage}`, 'warn'), piece(seed ? ` ${seed.done} of ${seed.total}` : '', 'dim')]
  }
  if (stage.state === 'stopped') return [piece(`· ${stage.stage}`, 'dim')]
  const spent = Math.round(stage.durationMs ?? 0)
  return [piece('✓', 'pass'), piece(` ${stage.stage}`), piece(spent > 0 ? ` ${formatRounded(spent)}` : '', 'dim')]
}

function countPieces(view: RunView): Line {
  const requests = `${view.requests.size} ${view.requests.size === 1 ? 'request' : 'requests'}`
  const failed = view.failed > 0 ? [piece(`  ${view.failed} failed`, 'fail')] : []
  // A person's own requests in dev are checked by nobody.
  const passed = view.passed > 0 ? [piece(`  ${view.passed} passed`, 'pass')] : []
  return [piece(requests), ...passed, ...failed]
}

/**
 * What runs, how far it is, and in `dev` where to send requests: two or more lines at the top. The container's address
 * is needed most and started last, so addresses stand in the reverse order of the stages.
 */
export function topLines(view: RunView, mode: Mode, columns: number): readonly Line[] {
  const {head, stages} = view
  const what = [
    head?.command ?? 'starting',
    head?.engine,
    head?.bundle && `bundle ${head.bundle.sha256.slice(0, SHORT_SHA)}`,
  ]
  const title = [piece('stitch ', 'dim'), piece(what.filter((part) => part !== undefined).join(' · '), 'strong')]
  const progress = stages.flatMap((stage, index) => [...(index > 0 ? [piece('  ')] : []), ...stagePieces(stage, view)])
  const urls = mode === 'dev' ? stages.toReversed().flatMap((stage) => Object.entries(stage.urls)) : []
  const reload = view.reloads.at(-1)
  return [
    spreadLine(title, countPieces(view), columns),
    cutLine(progress, columns),
    ...(urls.length > 0
      ? [
          cutLine(
            urls.flatMap(([name, url]) => [piece(`${name} `, 'dim'), piece(`${url}  `)]),
            columns,
          ),
        ]
      : []),
    ...(reload
      ? [[piece(cutCells(`reloaded ${reload.what} in ${formatDuration(reload.durationMs)}`, columns), 'dim')] as Line]
      : []),
  ]
}
