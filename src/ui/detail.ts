import {containerLines} from '#runtime/trace/container-lines.ts'
import {parseJson} from '#runtime/trace/compare.ts'
import {wrapCells} from '#runtime/trace/cells.ts'
import {piece} from '#runtime/trace/lines.ts'
import type {Line, Look} from '#runtime/trace/lines.ts'
import {droppedLines, failedCheckLines, waterfallLines} from '#runtime/trace/request-lines.ts'
import type {ExchangeView, RequestView} from '#runtime/trace/view.ts'
import {ruleLine} from './top.ts'

/** Lines of a body that are shown; the log has all of it. */
const BODY_LINES = 120

function wrapped(text: string, columns: number, look: Look): readonly Line[] {
  return wrapCells(text, columns - 2).map((line) => [piece('  '), piece(line, look)])
}

/** A body as a person reads it: JSON indented, other text as it is, long ones cut. */
function bodyLines(body: string, columns: number): readonly Line[] {
  if (body === '') return [[piece('  no body', 'dim')]]
  const value = parseJson(body)
  const lines = wrapped(value === undefined ? body : JSON.stringify(value, null, 2), columns, 'plain')
  const more = lines.length - BODY_LINES
  return more > 0 ? [...lines.slice(0, BODY_LINES), [piece(`  … ${more} more lines`, 'dim')]] : lines
}

function exchangeLines({span, exchange}: ExchangeView, request: RequestView, columns: number): readonly Line[] {
  const by = request.spans.find((other) => other.id === span)
  const {request: sent, response, error} = exchange
  const status = response?.status ?? 0
  return [
    [],
    ruleLine('request', by?.lane ?? '', columns),
    ...wrapped(`${sent.method} ${sent.url}`, columns, 'strong'),
    ...bodyLines(sent.body, columns),
    ruleLine(`answer ${response ? status : ''}`.trim(), by?.lane ?? '', columns),
    ...(response
      ? bodyLines(response.body, columns)
      : wrapped(error ?? 'none yet', columns, error === undefined ? 'dim' : 'fail')),
  ]
}

function checkLines(request: RequestView, columns: number): readonly Line[] {
  const passed = request.checks.filter((check) => check.passed).length
  return request.checks.length === 0
    ? []
    : [
        [],
        ruleLine('checks', `${passed} of ${request.checks.length} passed`, columns),
        ...request.checks.flatMap((check): readonly Line[] =>
          check.passed ? [[piece('  ✓ ', 'pass'), piece(check.check)]] : markFirst(failedCheckLines(check, columns, 4)),
        ),
      ]
}

function markFirst(lines: readonly Line[]): readonly Line[] {
  return lines.map((line, index) =>
    index > 0 ? line : [piece('  ✗ ', 'fail'), ...line.map(({text, look}) => piece(text.trimStart(), look))],
  )
}

function sourceLines(request: RequestView, columns: number): readonly Line[] {
  if (request.logs.length === 0) return []
  const lines = request.logs.flatMap(({source, level, text}) => {
    return wrapped(`${source}: ${text}`, columns, level === 'error' ? 'fail' : level === 'warn' ? 'warn' : 'dim')
  })
  return [[], ruleLine('log', '', columns), ...lines]
}

/**
 * Everything about one request, top to bottom: waterfall, why it failed, checks, what was held back, what the container
 * decided, each exchange with
 * its bodies (the client's first), log lines. As long as it is: the screen shows a window of it.
 */
export function detailLines(request: RequestView, columns: number, now: number): readonly Line[] {
  const client = new Set(request.spans.filter((span) => span.lane === 'client').map((span) => span.id))
  const exchanges = request.exchanges.toSorted((a, b) => Number(client.has(b.span)) - Number(client.has(a.span)))
  const held = droppedLines(request, columns, 2)
  const container = containerLines(request, {columns, indent: 2, all: true})
  return [
    ...waterfallLines(request, columns, {now}),
    ...(request.error === undefined ? [] : wrapped(request.error, columns, 'fail')),
    ...checkLines(request, columns),
    ...(held.length > 0 ? [[], ruleLine('held back', '', columns), ...held] : []),
    ...(container.length > 0 ? [[], ruleLine('container', '', columns), ...container] : []),
    ...exchanges.flatMap((exchange) => exchangeLines(exchange, request, columns)),
    ...sourceLines(request, columns),
  ]
}
