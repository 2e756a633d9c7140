import type {RunEvent, Stage} from '#runtime/kernel/events.ts'
import {addCheck, adoptRequest, applyToRequest} from './fold-request.ts'
import type {RequestEvent} from './fold-request.ts'
import {createRequestList} from './request-list.ts'
import type {CheckView, LogView, RunView, StageView} from './view.ts'

/** Lines kept of what belongs to no request; an emulator can write for hours. */
const LOG_LINES_KEPT = 500

/** The view before the first event. */
export const emptyView: RunView = {
  stitch: undefined,
  head: undefined,
  startedAt: undefined,
  now: 0,
  stages: [],
  seed: undefined,
  reloads: [],
  requests: createRequestList(),
  checks: [],
  passed: 0,
  failed: 0,
  logs: [],
  verdict: undefined,
}

function withStage(view: RunView, stage: Stage, change: Partial<StageView>): RunView {
  const known = view.stages.some((other) => other.stage === stage)
  const fresh: StageView = {stage, state: 'starting', detail: undefined, durationMs: undefined, urls: {}}
  const stages = known ? view.stages : [...view.stages, fresh]
  return {...view, stages: stages.map((other) => (other.stage === stage ? {...other, ...change} : other))}
}

function withRequest(view: RunView, event: RequestEvent): RunView {
  const request = view.requests.get(event.trace) ?? adoptRequest(event)
  return {...view, requests: view.requests.put(applyToRequest(request, event))}
}

function withCheck(view: RunView, event: Extract<RunEvent, {type: 'check.settled'}>): RunView {
  const {type: _type, at: _at, at_file, ...fields} = event
  const check: CheckView = {...fields, at: at_file}
  const counted = event.passed ? {...view, passed: view.passed + 1} : {...view, failed: view.failed + 1}
  const request = event.trace === undefined ? undefined : view.requests.get(event.trace)
  if (!request) return {...counted, checks: [...view.checks, check]}
  return {...counted, requests: view.requests.put(addCheck(request, check))}
}

function withLog(view: RunView, event: Extract<RunEvent, {type: 'log.line'}>): RunView {
  const {at, source, level, text} = event
  const line: LogView = {at, source, level, text}
  const request = event.trace === undefined ? undefined : view.requests.get(event.trace)
  if (!request) return {...view, logs: [...view.logs, line].slice(-LOG_LINES_KEPT)}
  return {...view, requests: view.requests.put({...request, logs: [...request.logs, line]})}
}

function apply(view: RunView, event: RunEvent): RunView {
  switch (event.type) {
    case 'log.opened':
      return {...view, stitch: event.stitch}
    case 'run.started': {
      const {command, engine, async, scenarios, bundle, at} = event
      const {stitch, stages, seed, reloads, logs} = view
      const head = {command, engine, async, scenarios, ...(bundle ? {bundle} : {})}
      return {...emptyView, stitch, stages, seed, reloads, logs, startedAt: at, head}
    }
    case 'stage.starting':
      return withStage(view, event.stage, {state: 'starting', detail: event.detail})
    case 'stage.ready': {
      const {stage, durationMs, detail, urls} = event
      return withStage(view, stage, {state: 'ready', durationMs, detail, urls: urls ?? {}})
    }
    case 'stage.stopped':
      return withStage(view, event.stage, {state: 'stopped'})
    case 'seed.progress':
      return {...view, seed: {done: event.done, total: event.total}}
    case 'reload.done': {
      const {at, what, files, durationMs} = event
      return {...view, reloads: [...view.reloads, {at, what, files, durationMs}]}
    }
    case 'check.settled':
      return withCheck(view, event)
    case 'log.line':
      return withLog(view, event)
    case 'run.ended': {
      const {passed, failed, durationMs, exit, error} = event
      return {...view, verdict: {passed, failed, durationMs, exit, ...(error ? {error} : {})}}
    }
    case 'request.started':
    case 'request.ended':
    case 'span.started':
    case 'span.ended':
    case 'http.exchanged':
    case 'attribute.dropped':
    case 'client.settled':
    case 'trigger.settled':
    case 'tag.settled':
    case 'permission.denied':
      return withRequest(view, event)
    default:
      return event satisfies never
  }
}

/**
 * The view after one more event. Pure, and cheap however many requests the run has. A second `run.started` (a rerun
 * under `--watch`) begins anew: the view is of the newest run.
 */
export function applyEvent(view: RunView, event: RunEvent): RunView {
  return {...apply(view, event), now: event.at}
}

/** The view of a whole log. */
export function foldEvents(events: Iterable<RunEvent>): RunView {
  let view = emptyView
  for (const event of events) view = applyEvent(view, event)
  return view
}

/** All checks in the order they were settled, those of the run and those of its requests. */
export function allChecks(view: RunView): readonly CheckView[] {
  const checks = [...view.checks, ...[...view.requests].flatMap((request) => request.checks)]
  return checks.sort((a, b) => a.seq - b.seq)
}

/** The method of the request that a check is about; undefined for checks of the whole run. */
export function methodOf({trace}: CheckView, view: RunView): string | undefined {
  return trace === undefined ? undefined : view.requests.get(trace)?.method
}
