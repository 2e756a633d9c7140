import type {RequestFixture} from '#runtime/fixtures/request-schema.ts'
import type {Step} from '#runtime/fixtures/scenario.ts'
import type {RequestView} from '#runtime/trace/view.ts'
import {toHttpRequest} from '#runtime/traffic/http-request.ts'
import {pollResult} from '#runtime/traffic/poll.ts'
import type {PlannedStep} from '#runtime/traffic/plan.ts'
import type {Answer} from '#runtime/traffic/types.ts'
import {isAsyncSettled, isSyncSettled} from './follow-run.ts'
import type {RunContext} from './run-context.ts'
import {signAsServer} from './wishes.ts'

/** How long the log lines of the functions may lag behind the answer, in milliseconds. */
const HOPS_WITHIN_MS = 1_000

/** What one sent request came to. */
export type Sent = {
  readonly answer: Answer
  /** The folded request with all its hops; undefined only where nothing was seen of it. */
  readonly view: RequestView | undefined
  /** What the browser picked up of an asynchronous request. */
  readonly picked: Answer | undefined
}

/**
 * Sends one planned request, waits until every hop of it is known (for async: until the callback was handled), lets a
 * browser pick its result up, and states the end of the request.
 */
export async function sendStep(
  context: RunContext,
  step: Step,
  planned: PlannedStep,
  request: RequestFixture,
): Promise<Sent> {
  const {traffic, followed, patience, keys, clock, signal} = context
  using _faults = context.faults.arm(step.faults, [planned.scenario, step.name, planned.request.method].join(' '))
  const plain = toHttpRequest(planned.request)
  const http = request.as === 'server' ? signAsServer(plain, keys, clock.now()) : plain
  const {scenario, title, mode} = planned
  const answer = await traffic.send(http, {scenario, step: step.name, title, mode})
  const pending = mode === 'async' && answer.status === 202
  const trace = answer.context.trace
  if (!pending) {
    const view = await followed.settled(trace, isSyncSettled, HOPS_WITHIN_MS, signal)
    traffic.settle(answer)
    return {answer, view, picked: undefined}
  }
  const withinMs = patience.ms()
  const called = await followed.settled(trace, isAsyncSettled, withinMs, signal)
  const came = called !== undefined && isAsyncSettled(called)
  patience.note(came)
  const late = came ? {} : {error: `no callback within ${withinMs / 1000} s`}
  const picked = request.as === 'browser' ? await pickUp(context, answer) : undefined
  traffic.settle(answer, late)
  return {answer, view: followed.view().requests.get(trace) ?? called, picked}
}

/** Fetches an asynchronous result as a browser does; the callback has come already, so the first attempt is at once. */
async function pickUp({traffic}: RunContext, answer: Answer): Promise<Answer | undefined> {
  const {requestId, pickup} = (answer.json ?? {}) as {readonly requestId?: unknown; readonly pickup?: unknown}
  if (typeof requestId !== 'string' || typeof pickup !== 'string') return undefined
  return await pollResult({
    requestId,
    pickup,
    send: (request) => traffic.sendWithin(request, answer.context),
    sleep: async (ms) => (ms === 0 ? undefined : await new Promise((resolve) => void setTimeout(resolve, ms))),
    delaysMs: [0, 300, 600],
  })
}
