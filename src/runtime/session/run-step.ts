import type {SourceLocation} from '#runtime/kernel/errors.ts'
import {showPath} from '#runtime/kernel/show-path.ts'
import type {RequestFixture} from '#runtime/fixtures/request-schema.ts'
import type {Step} from '#runtime/fixtures/scenario.ts'
import {checkRequest} from '#runtime/trace/check.ts'
import {valueAt} from '#runtime/trace/compare.ts'
import type {Expectation, Settled} from '#runtime/trace/expectation.ts'
import {observe} from '#runtime/trace/observe.ts'
import {planTraffic} from '#runtime/traffic/plan.ts'
import type {Answer} from '#runtime/traffic/types.ts'
import {checkMethodsAgree, checkNothingLeaks, checkPathsAgree} from './agreement.ts'
import type {Earlier} from './references.ts'
import {resolveReferences} from './references.ts'
import type {RunContext} from './run-context.ts'
import {sendStep, type Sent} from './send-step.ts'
import {serverOnlyAttributes} from './server-only.ts'
import {toTrafficStep} from './wishes.ts'

/** Answers of a scenario's steps so far, by step name. */
export type Answers = Map<string, Answer>

/**
 * Sends a step by every method and path it asks for and checks each answer: what the step expects, GET against POST,
 * the asynchronous path against the synchronous one, and that a browser sees nothing that is for servers only.
 */
export async function runStep(
  context: RunContext,
  scenario: string,
  step: Step,
  answers: Answers,
  round: string,
): Promise<void> {
  const quoted: Earlier = new Map([...answers].map(([name, answer]) => [name, answer.json]))
  const request = resolveReferences(step.request, quoted)
  const traffic = toTrafficStep(scenario, step, request, context.keys, context.clock.now())
  const [plan = []] = planTraffic([round ? {...traffic, title: `${traffic.title}, ${round}`} : traffic])
  const sent: Sent[] = []
  for (const planned of plan) {
    const each = await sendStep(context, step, planned, request)
    sent.push(each)
    settleExpectations(context, scenario, step, each, answers)
    if (request.as === 'browser') settleLeaks(context, scenario, step, each)
  }
  const [first, second] = sent
  if (first && second) state(context, scenario, step, second, checkMethodsAgree(first.answer, second.answer), step.at)
  const last = sent.at(-1)
  if (!last) return
  answers.set(step.name, last.answer)
  if (context.async && canAlsoBeAsync(step, last.answer))
    await runTwin(context, scenario, step, request, last.answer, round)
}

/** Asks a question that was answered at once again through Pub/Sub, and compares. */
async function runTwin(
  context: RunContext,
  scenario: string,
  step: Step,
  request: RequestFixture,
  sync: Answer,
  round: string,
): Promise<void> {
  const twin: RequestFixture = {...request, mode: 'async', method: 'POST', requestId: undefined}
  const traffic = toTrafficStep(scenario, step, twin, context.keys, context.clock.now())
  const title = [step.title, 'async', ...(round ? [round] : [])].join(', ')
  const sent = await sendStep(
    context,
    step,
    {...traffic, title, mode: 'async', request: {...traffic.request, method: 'POST'}},
    twin,
  )
  const tell = (settled: Settled) => state(context, scenario, step, sent, settled, step.at)
  tell({
    check: 'answer is pending before anything was read',
    passed: sent.answer.status === 202,
    expected: '202',
    actual: String(sent.answer.status ?? sent.answer.error),
  })
  if (!sent.view) return
  const callback = observe(sent.view).callback
  tell({
    check: 'worker called back',
    passed: callback.received,
    expected: 'a callback',
    actual: callback.received ? 'a callback' : 'no callback',
  })
  if (request.as === 'server') return tell(checkPathsAgree(sync.json, callback.body, 'callback'))
  tell(checkPathsAgree(sync.json, sent.picked?.json, 'pick-up'))
  settleLeaks(context, scenario, step, sent)
}

/** Single questions with an answer of their own; batches, refusals and faults have no asynchronous counterpart to compare. */
function canAlsoBeAsync(step: Step, answer: Answer): boolean {
  const {request, mode} = step
  return (
    step.faults.length === 0 &&
    mode === 'sync' &&
    request.path === '/stitch' &&
    answer.status === 200 &&
    typeof request.id === 'string' &&
    request.body === undefined &&
    request.types === undefined
  )
}

function settleExpectations(context: RunContext, scenario: string, step: Step, sent: Sent, answers: Answers): void {
  const {answer, view} = sent
  if (answer.status === undefined || !view) {
    state(
      context,
      scenario,
      step,
      sent,
      {check: 'request is answered', passed: false, expected: 'an answer', actual: answer.error ?? 'nothing'},
      step.at,
    )
    return
  }
  const earlier = new Map([...answers].map(([name, other]) => [name, {status: other.status ?? 0, body: other.json}]))
  const seen = {status: answer.status, body: answer.json}
  for (const [key, expected] of Object.entries(step.expect)) {
    const one = {[key]: expected} as Expectation
    for (const settled of checkRequest(one, {request: view, answer: seen, earlier, event: eventOf(context, sent)})) {
      state(context, scenario, step, sent, settled, step.places[key] ?? step.at)
    }
  }
}

/** The last event the container ran with for a request; the stitched attributes are its `stitch`. */
function eventOf(
  {container}: RunContext,
  {answer}: Sent,
): {readonly name: string; readonly attributes: unknown} | undefined {
  const event = container.events().findLast(({trace}) => trace === answer.context.trace)
  return event && {name: event.name, attributes: valueAt(event.data, 'stitch')}
}

function settleLeaks(context: RunContext, scenario: string, step: Step, sent: Sent): void {
  for (const answer of [sent.answer, sent.picked]) {
    const kind = valueAt(answer?.json, 'kind')
    if (typeof kind !== 'string') continue
    state(
      context,
      scenario,
      step,
      sent,
      checkNothingLeaks(answer?.json, serverOnlyAttributes(context.config, kind)),
      step.at,
    )
  }
}

function state(
  context: RunContext,
  scenario: string,
  step: Step,
  sent: Sent,
  settled: Settled,
  at: SourceLocation,
): void {
  context.emit({
    type: 'check.settled',
    trace: sent.answer.context.trace,
    scenario,
    step: step.name,
    ...settled,
    at_file: {...at, file: showPath(at.file)},
  })
}
