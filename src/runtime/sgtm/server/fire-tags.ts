import type {TraceContext} from '#runtime/kernel/ids.ts'
import type {EventScope, TagResult} from '../apis/api.ts'
import type {SequencedTag} from '../types.ts'
import type {Evaluation} from '../variables/evaluation.ts'
import {describeUsed} from './describe-used.ts'
import type {LoadedContainer, LoadedTag} from './load-container.ts'
import {planFiring} from './plan-firing.ts'
import {deniedConsent} from './read-consent.ts'
import type {EventRun} from './run-container.ts'
import type {RunServices} from './run-instance.ts'
import {runTag} from './run-tag.ts'
import type {SettledTrigger} from './settle-triggers.ts'
import {affects, transformEvent} from './transform-event.ts'

type Event = Readonly<Record<string, unknown>>

/** One event for which tags are to fire. */
export type FiringRun = {
  readonly container: LoadedContainer
  readonly services: RunServices
  readonly run: EventRun
  readonly scope: EventScope
  readonly parent: TraceContext
  readonly evaluate: (event: Event) => Evaluation
  readonly triggers: ReadonlyMap<string, SettledTrigger>
}

/** A tag that fired has a status; one that was held back has none. */
type Ended = TagResult | undefined

/**
 * Fires the tags of an event, highest priority first, without one waiting for another except in a sequence: setup tags
 * run before a tag and teardown tags after it, whatever their own triggers say. Gives what fired, in the order in which
 * it was asked for.
 */
export async function fireTags(firing: FiringRun): Promise<readonly TagResult[]> {
  const {container, triggers} = firing
  const began: Promise<Ended>[] = []
  const once = new Map<string, Promise<Ended>>()
  const plain = firing.evaluate(firing.run.event)

  /** A tag that fires once per event lets all who ask wait for that one time. */
  const start = (tag: LoadedTag, because: string, path: readonly string[]): Promise<Ended> => {
    const before = tag.option === 'unlimited' ? undefined : once.get(tag.id)
    if (before) return before
    const running = inSequence(tag, because, path)
    once.set(tag.id, running)
    began.push(running)
    return running
  }

  const inSequence = async (tag: LoadedTag, because: string, path: readonly string[]): Promise<Ended> => {
    const follow = async (steps: readonly SequencedTag[], how: string, succeeded: boolean): Promise<string[]> => {
      const failed: string[] = []
      for (const {tag: name, mustSucceed} of steps) {
        const other = container.tags.find((one) => one.name === name)
        if (!other || other.paused || path.includes(other.id) || other.id === tag.id) continue
        if (how === 'teardown' && mustSucceed && !succeeded) continue
        const ended = await start(other, `${how} of "${tag.name}"`, [...path, tag.id])
        if (how === 'setup' && mustSucceed && ended?.status !== 'success') return [...failed, name]
      }
      return failed
    }
    const missing = tag.setup.length === 0 ? [] : await follow(tag.setup, 'setup', true)
    const ended =
      missing.length > 0
        ? holdBack(firing, tag, 'setup_failed', `"${missing.join('", "')}" did not succeed`)
        : await fireOne(firing, tag, because, plain)
    if (tag.teardown.length > 0) await follow(tag.teardown, 'teardown', ended?.status === 'success')
    return ended
  }

  const asked: Promise<Ended>[] = []
  const held: {readonly tag: LoadedTag; readonly outcome: HeldBack; readonly because: string}[] = []
  for (const tag of container.tags) {
    const plan = planFiring(tag, triggers)
    if (plan.outcome !== 'fired') {
      held.push({tag, outcome: plan.outcome, because: plan.because})
      continue
    }
    for (let time = 0; time < plan.times; time++) asked.push(start(tag, plan.because, []))
  }
  await Promise.all(asked)
  const ended = await Promise.all(began)
  // One without a trigger of its own may have fired because another tag needs it.
  for (const {tag, outcome, because} of held) if (!once.has(tag.id)) holdBack(firing, tag, outcome, because)
  return ended.filter((one) => one !== undefined)
}

type HeldBack = 'not_triggered' | 'blocked' | 'paused' | 'no_consent' | 'setup_failed' | 'not_repeated'

function holdBack({services, parent}: FiringRun, tag: LoadedTag, outcome: HeldBack, because: string): undefined {
  const {trace, span} = parent
  const head = {type: 'tag.settled', trace, span, tag: tag.name, outcome, because} as const
  services.emit({...head, variables: [], transformed: [], placeholder: false})
}

async function fireOne(firing: FiringRun, tag: LoadedTag, because: string, plain: Evaluation): Promise<Ended> {
  const {container, services, run, scope, parent, evaluate} = firing
  const denied = deniedConsent(run.event, tag.consent)
  if (denied.length > 0) return holdBack(firing, tag, 'no_consent', `${denied.join(', ')} was denied`)
  if (tag.option === 'once-per-request') {
    if (run.firedInRequest.has(tag.id)) return holdBack(firing, tag, 'not_repeated', 'it has fired for this request')
    run.firedInRequest.add(tag.id)
  }
  const own = container.transformations.filter((transformation) => affects(transformation, tag))
  const untouched = {event: run.event, by: [], variables: []}
  const {
    event,
    by,
    variables: inTransformations,
  } = own.length === 0 ? untouched : await transformEvent(own, run.event, evaluate)
  const evaluation = by.length === 0 ? plain : evaluate(event)
  const {result, variables} = await runTag(tag, services, {
    container,
    exchange: run.exchange,
    parent,
    clientName: run.clientName,
    again: run.again,
    event: by.length === 0 ? scope : {...scope, data: event},
    resolve: evaluation.resolve,
  })
  services.emit({
    type: 'tag.settled',
    trace: parent.trace,
    span: parent.span,
    tag: tag.name,
    outcome: 'fired',
    because,
    status: result.status,
    durationMs: result.executionTime,
    variables: describeUsed([...inTransformations, ...variables]),
    transformed: [...by],
    placeholder: tag.code.kind === 'built-in',
  })
  return result
}
