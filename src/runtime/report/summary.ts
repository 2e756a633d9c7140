import {countEngine} from '#runtime/trace/engine-facts.ts'
import {containerSteps, denials} from '#runtime/trace/container-runs.ts'
import {spentOn} from '#runtime/trace/request-lines.ts'
import {earliestOf, segmentsOf} from '#runtime/trace/segments.ts'
import type {CheckView, RequestView, RunView} from '#runtime/trace/view.ts'

/** Version of the summary's shape. Fields are only ever added. */
const SUMMARY_VERSION = 1

/** Milliseconds with three digits after the point, as far as clocks can be trusted. */
const round = (ms: number): number => Math.round(ms * 1000) / 1000

function summariseCheck({check, passed, expected, actual, at}: CheckView): Record<string, unknown> {
  return {check, passed, expected, actual, at}
}

/** What the container decided; undefined where it was not asked. */
function summariseContainer(request: RequestView): unknown {
  if (request.container.length === 0) return undefined
  const denied = denials(request).map(({template, api, permission, wanted}) => ({template, api, permission, wanted}))
  const steps = containerSteps(request).map(({name, clients, triggers, tags}) => ({
    name,
    clients: clients.map(({client, outcome, reason}) => ({client, outcome, reason})),
    triggers: triggers.map(({trigger, holds}) => ({trigger, holds})),
    tags: tags.map(({tag, outcome, because, status, durationMs, placeholder}) => ({
      tag,
      outcome,
      because,
      status,
      durationMs,
      placeholder,
    })),
  }))
  return {steps, denied}
}

function summariseRequest(request: RequestView): Record<string, unknown> {
  const {trace, scenario, step, title, method, path, mode, state, status, outcome, error, deliveries, dropped} = request
  const from = earliestOf(request)
  const hops = segmentsOf(request).map((segment) => ({
    kind: segment.kind,
    lane: segment.lane,
    name: segment.name,
    depth: segment.depth,
    startMs: round(segment.start - from),
    durationMs: round(segment.end - segment.start),
    ok: segment.ok,
    error: segment.error,
    facts: segment.facts,
  }))
  const head = {trace, scenario, step, title, method, path, mode, state, status, outcome, error}
  return {
    ...head,
    durationMs: round(spentOn(request)),
    deliveries,
    container: summariseContainer(request),
    hops,
    dropped,
    checks: request.checks.map(summariseCheck),
  }
}

/** `passed`, `failed`, `stopped` (an error ended the run), `interrupted`, or `unfinished` where the log has no end. */
export function verdictWord({verdict}: RunView): string {
  if (!verdict) return 'unfinished'
  if (verdict.exit === 130) return 'interrupted'
  if (verdict.error) return 'stopped'
  return verdict.exit === 0 ? 'passed' : 'failed'
}

/** A run as one document: what `--json` prints. Times in milliseconds; absent fields are undefined, so JSON has none. */
export function toSummary(view: RunView): Record<string, unknown> {
  const {stitch, head, verdict, stages, reloads, passed, failed} = view
  return {
    version: SUMMARY_VERSION,
    stitch,
    ...head,
    verdict: verdictWord(view),
    exit: verdict?.exit,
    durationMs: verdict && round(verdict.durationMs),
    error: verdict?.error,
    checks: {passed, failed},
    operations: countEngine(view),
    stages: stages.map(({stage, durationMs, detail, urls}) => ({
      stage,
      durationMs: durationMs && round(durationMs),
      detail,
      urls,
    })),
    requests: [...view.requests].map(summariseRequest),
    runChecks: view.checks.map((check) => ({scenario: check.scenario, step: check.step, ...summariseCheck(check)})),
    reloads: reloads.map(({what, files, durationMs}) => ({what, files, durationMs: round(durationMs)})),
  }
}
