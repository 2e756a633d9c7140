import type {Bus} from '#runtime/kernel/bus.ts'
import type {RunEvent} from '#runtime/kernel/events.ts'

/** Hops of other processes become known a moment after the answer; a request is called ended when none comes any more. */
const QUIET_MS = 250

type SpanStarted = Extract<RunEvent, {type: 'span.started'}>
type Adopted = {
  /** The container's span of the request, and the status it answered with. */
  readonly span: string
  status: number | undefined
  /** Spans that have not ended. */
  readonly open: Set<string>
  timer: NodeJS.Timeout | undefined
}

/**
 * States the start and the end of requests that nobody announced: in `dev` they come from a browser or curl, and their
 * first trace is the container's span. Disposing stops it.
 */
export function adoptRequests(bus: Bus): Disposable {
  const adopted = new Map<string, Adopted>()
  const known = new Set<string>()

  const end = (trace: string, {status}: Adopted): void => {
    adopted.delete(trace)
    bus.emit({type: 'request.ended', trace, ...(status === undefined ? {} : {status})})
  }
  const adopt = (event: SpanStarted): Adopted => {
    known.add(event.trace)
    const {facts, name, trace, span} = event
    const path = name.replace(/^request /, '')
    const method = typeof facts?.['method'] === 'string' ? facts['method'] : 'GET'
    const request: Adopted = {span, status: undefined, open: new Set(), timer: undefined}
    adopted.set(trace, request)
    // On the log after the span that gave it away: readers fold both into one request.
    queueMicrotask(() =>
      bus.emit({type: 'request.started', trace, scenario: '', step: '', title: path, method, path, mode: 'sync'}),
    )
    return request
  }
  const stop = bus.subscribe((event) => {
    if (event.type === 'request.started') known.add(event.trace)
    if (event.type !== 'span.started' && event.type !== 'span.ended') return
    const isNew = event.type === 'span.started' && event.lane === 'sgtm' && !known.has(event.trace)
    const request = isNew ? adopt(event) : adopted.get(event.trace)
    if (!request) return
    clearTimeout(request.timer)
    if (event.type === 'span.started') request.open.add(event.span)
    else {
      request.open.delete(event.span)
      if (event.span === request.span && typeof event.facts?.['status'] === 'number')
        request.status = event.facts['status']
    }
    if (request.open.size === 0) request.timer = setTimeout(() => end(event.trace, request), QUIET_MS)
  })
  return {
    [Symbol.dispose]: () => {
      stop()
      for (const {timer} of adopted.values()) clearTimeout(timer)
    },
  }
}
