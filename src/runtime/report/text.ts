import type {RunEvent} from '#runtime/kernel/events.ts'
import {applyEvent, emptyView} from '#runtime/trace/fold.ts'
import {paintLines} from '#runtime/trace/lines.ts'
import type {Line} from '#runtime/trace/lines.ts'
import {headingLine} from '#runtime/trace/request-lines.ts'
import type {RequestView, RunView} from '#runtime/trace/view.ts'
import type {Reporter, ReportOptions} from './reporter.ts'
import {headLines, logLines, reloadLine, stageLines} from './text-head.ts'
import {requestLines} from './text-request.ts'
import {verdictLines} from './text-verdict.ts'

/**
 * How long a request that ended is held back, in milliseconds of the log's own time: hops of other processes (tags, the
 * functions' log lines) become known a moment after the client is done.
 */
const SETTLE_MS = 300

function linesOf(event: RunEvent, view: RunView, columns: number): readonly Line[] {
  switch (event.type) {
    case 'run.started':
      return view.head ? headLines(view.head, view.stitch, columns) : []
    case 'stage.ready': {
      const stage = view.stages.find((other) => other.stage === event.stage)
      return stage ? stageLines(stage, columns, view.head?.command.startsWith('dev') ?? false) : []
    }
    case 'reload.done':
      return [reloadLine(event, columns)]
    case 'log.line':
      return logLines(event, columns)
    default:
      return []
  }
}

/** Requests that have ended, not yet told, and quiet for long enough; all of them when the run is over. */
function takeSettled(waiting: Set<string>, view: RunView, over: boolean): readonly RequestView[] {
  const settled: RequestView[] = []
  for (const trace of waiting) {
    const request = view.requests.get(trace)
    const ended = request?.endedAt
    // In dev a request is called ended only when it has been quiet already, and nothing may follow it for hours.
    const isQuiet = ended !== undefined && (view.head?.command === 'dev' || view.now - ended > SETTLE_MS)
    if (request && (over || isQuiet)) {
      settled.push(request)
      waiting.delete(trace)
    }
  }
  return settled
}

function withHeading(
  request: RequestView,
  last: string | undefined,
  view: RunView,
  options: ReportOptions,
): readonly Line[] {
  const title = view.head?.scenarios.find(({id}) => id === request.scenario)?.title ?? request.scenario
  const heading: readonly Line[] =
    request.scenario !== last && title !== '' ? [[], headingLine(title, options.columns ?? 80)] : []
  return [...heading, [], ...requestLines(request, options)]
}

/**
 * What a person without a terminal reads: the stages with their times, every request with its waterfall, what failed,
 * and last the verdict. Nothing is longer than the columns.
 */
export const reportText: Reporter = async function* (events, options = {}) {
  const columns = options.columns ?? 80
  const waiting = new Set<string>()
  const told = new Set<string>()
  let scenario: string | undefined
  let view = emptyView

  const tell = (requests: readonly RequestView[]): readonly Line[] =>
    requests.flatMap((request) => {
      const lines = withHeading(request, scenario, view, options)
      scenario = request.scenario
      told.add(request.trace)
      return lines
    })

  for await (const event of events) {
    view = applyEvent(view, event)
    if ('trace' in event && event.trace !== undefined && !told.has(event.trace) && view.requests.get(event.trace)) {
      waiting.add(event.trace)
    }
    const over = event.type === 'run.ended'
    const lines = [...linesOf(event, view, columns), ...tell(takeSettled(waiting, view, over))]
    if (over) lines.push(...verdictLines(view, columns, options.briefError))
    if (lines.length > 0) yield paintLines(lines, options)
  }
  if (!view.verdict)
    yield paintLines(
      [...tell(takeSettled(waiting, view, true)), ...verdictLines(view, columns, options.briefError)],
      options,
    )
}
