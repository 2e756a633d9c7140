import {cutCells, wrapCells} from '#runtime/trace/cells.ts'
import {containerLines} from '#runtime/trace/container-lines.ts'
import {piece} from '#runtime/trace/lines.ts'
import type {Line} from '#runtime/trace/lines.ts'
import {droppedLines, requestLine, waterfallLines} from '#runtime/trace/request-lines.ts'
import type {RequestView} from '#runtime/trace/view.ts'
import type {ReportOptions} from './reporter.ts'

const INDENT = 2

/**
 * A request as a block: its line, its waterfall, what was held back, what went wrong in the container and the error that
 * ended it.
 * @param all with everything that the container decided
 */
export function requestLines(request: RequestView, options: ReportOptions, all = false): readonly Line[] {
  const columns = options.columns ?? 80
  const indent = piece(' '.repeat(INDENT))
  const held = droppedLines(request, columns, INDENT + 4)
  const error = request.error === undefined ? [] : wrapCells(request.error, columns - 4)
  const failed = request.checks.filter((check) => !check.passed)
  return [
    requestLine(request, columns),
    ...waterfallLines(request, columns - INDENT).map((line): Line => [indent, ...line]),
    ...(held.length > 0 ? [[piece('    held back', 'dim')], ...held] : []),
    ...containerLines(request, {columns, indent: INDENT + 2, all}),
    ...failed.map((check): Line => [piece(cutCells(`    failed: ${check.check}`, columns), 'fail')]),
    ...error.map((text): Line => [piece(`    ${text}`, 'fail')]),
  ]
}
