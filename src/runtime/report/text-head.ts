import {cutCells, wrapCells} from '#runtime/trace/cells.ts'
import {formatBytes, formatDuration} from '#runtime/trace/durations.ts'
import {piece} from '#runtime/trace/lines.ts'
import type {Line} from '#runtime/trace/lines.ts'
import type {LogView, ReloadView, RunHead, StageView} from '#runtime/trace/view.ts'

/** First characters of a bundle's SHA-256 that are shown to people. */
const SHORT_SHA = 12

/** What runs, on what, and which bundle. */
export function headLines(head: RunHead, stitch: string | undefined, columns: number): readonly Line[] {
  const what = [`stitch ${stitch ?? ''}`.trim(), head.command, `engine ${head.engine}`].join(' · ')
  const bundle = head.bundle
  return [
    [piece(cutCells(what, columns), 'strong')],
    ...(bundle ? [[piece(`bundle ${bundle.sha256.slice(0, SHORT_SHA)}, ${formatBytes(bundle.bytes)}`, 'dim')]] : []),
  ]
}

/** A stage that is ready, with its time; `withUrls` adds a line per URL for people who will open them. */
export function stageLines(stage: StageView, columns: number, withUrls: boolean): readonly Line[] {
  const head = `  ${stage.stage.padEnd(10)} ready ${formatDuration(stage.durationMs ?? 0).padStart(9)}  `
  const detail = wrapCells(stage.detail ?? '', Math.max(10, columns - head.length))
  const first: Line = [
    piece(`  ${stage.stage.padEnd(10)}`),
    piece(head.slice(12), 'dim'),
    piece(detail[0] ?? '', 'dim'),
  ]
  const rest = detail.slice(1).map((text): Line => [piece(' '.repeat(head.length) + text, 'dim')])
  const urls = withUrls ? Object.entries(stage.urls) : []
  return [first, ...rest, ...urls.map(([name, url]): Line => [piece(`  ${''.padEnd(10)} ${name} `, 'dim'), piece(url)])]
}

/** A change that was picked up. */
export function reloadLine(reload: ReloadView, columns: number): Line {
  const files = reload.files.length > 0 ? ` (${reload.files.join(', ')})` : ''
  return [piece(cutCells(`reloaded ${reload.what} in ${formatDuration(reload.durationMs)}${files}`, columns), 'dim')]
}

/** A warning or an error that a part of the run logged; less is not for people who did not ask. */
export function logLines(log: LogView, columns: number): readonly Line[] {
  if (log.level !== 'warn' && log.level !== 'error') return []
  const look = log.level === 'error' ? 'fail' : 'warn'
  return wrapCells(`${log.source}: ${log.text}`, columns - 9).map((text, index) => [
    piece(`  ${(index === 0 ? log.level : '').padEnd(7)}`, look),
    piece(text),
  ])
}
