import {cutCells, wrapCells} from '#runtime/trace/cells.ts'
import {piece} from '#runtime/trace/lines.ts'
import type {Line} from '#runtime/trace/lines.ts'
import {droppedLines, requestLine, waterfallLines} from '#runtime/trace/request-lines.ts'
import type {RequestView} from '#runtime/trace/view.ts'
import type {ReportOptions} from './reporter.ts'

const INDENT = 2

/** A request as a block: its line, its waterfall, what was held back and the error that ended it. */
export function requestLines(request: RequestView, options: ReportOptions): readonly Line[] {
  const columns = options.columns ?? 80
  const indent = piece(' '.repeat(INDENT))
  const held = droppedLines(request, columns, INDENT + 4)
  const error = request.error === undefined ? [] : wrapCells(request.error, columns - 4)
  const failed = request.checks.filter((check) => !check.passed)
  return [
    requestLine(request, columns),
    ...waterfallLines(request, columns - INDENT).map((line): Line => [indent, ...line]),
    ...(held.length > 0 ? [[piece('    held back', 'dim')], ...held] : []),
    ...failed.map((check): Line => [piece(cutCells(`    failed: ${check.check}`, columns), 'fail')]),
    ...error.map((text): Line => [piece(`    ${text}`, 'fail')]),
  ]
}
