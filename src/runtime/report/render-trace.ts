import type {RunEvent} from '#runtime/kernel/events.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import {paintLines} from '#runtime/trace/lines.ts'
import type {RequestView, RunView} from '#runtime/trace/view.ts'
import type {ReportOptions} from './reporter.ts'
import {requestLines} from './text-request.ts'
import {headLines} from './text-head.ts'
import {verdictLines} from './text-verdict.ts'

export type TraceOptions = ReportOptions & {
  /** Only requests whose trace id begins so, or whose scenario, step or title contains it. */
  readonly only?: string
}

function isChosen(request: RequestView, only: string | undefined): boolean {
  if (only === undefined) return true
  const {trace, scenario, step, title, path} = request
  return trace.startsWith(only) || [scenario, step, title, path].some((text) => text.includes(only))
}

/** The requests of a recorded run that `only` chooses. */
export function chooseRequests(view: RunView, only: string | undefined): readonly RequestView[] {
  return [...view.requests].filter((request) => isChosen(request, only))
}

/** Draws a recorded log: the run, a waterfall per request, of chosen ones also what the container decided, what failed and the verdict. Ends with a line break. */
export function renderTrace(events: Iterable<RunEvent>, options: TraceOptions = {}): string {
  const columns = options.columns ?? 80
  const view = foldEvents(events)
  const all = options.only !== undefined
  const lines = [
    ...(view.head ? headLines(view.head, view.stitch, columns) : []),
    ...chooseRequests(view, options.only).flatMap((request) => [...requestLines(request, options, all), []]),
    ...verdictLines(view, columns).slice(1),
  ]
  return paintLines(lines, options)
}
