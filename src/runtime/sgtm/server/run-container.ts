import {newSpanId} from '#runtime/kernel/ids.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import type {EventCallback, EventScope, Exchange, TagResult} from '../apis/api.ts'
import {createBindToEvent} from '../apis/events.ts'
import type {LoadedTag} from './load-container.ts'
import {describeProblem, startInstance} from './run-instance.ts'
import type {RunServices} from './run-instance.ts'

type Event = Readonly<Record<string, unknown>>
type Callback = (...args: readonly unknown[]) => unknown

type EventRun = {
  readonly event: Event
  readonly exchange: Exchange
  /** The span of the request. */
  readonly parent: TraceContext
  readonly clientName: string
  readonly invoke: (callback: Callback, ...args: readonly unknown[]) => void
  readonly onStart: Callback | undefined
  readonly onComplete: Callback | undefined
}

/** A tag that has not ended by then counts as timed out; just above the default time-out of templates' HTTP. */
const tagWithinMs = 16_000

/** Runs the container for one event: the tags whose triggers fire, all at once, then the callbacks. Never rejects. */
export async function runContainer(tags: readonly LoadedTag[], services: RunServices, run: EventRun): Promise<void> {
  const {clock, emit} = services
  const {trace} = run.parent
  const span = newSpanId()
  const name = typeof run.event['event_name'] === 'string' ? run.event['event_name'] : ''
  services.events.add({trace, client: run.clientName, name, data: run.event})
  const firing = tags.filter(({events}) => events.has(name))
  emit({
    type: 'span.started',
    trace,
    span,
    parent: run.parent.span,
    name: `run container ${name}`,
    lane: 'sgtm',
    start: clock.now(),
  })

  const scope = createEventScope(run.event)
  const bindToEvent = createBindToEvent(scope)
  if (run.onStart) run.invoke(run.onStart, bindToEvent)
  const results = await Promise.all(firing.map((tag) => runTag(tag, services, run, scope, {trace, span})))
  scope.settle(results)
  const failed = results.filter(({status}) => status !== 'success').length
  emit({type: 'span.ended', trace, span, end: clock.now(), ok: failed === 0, facts: {tags: results.length, failed}})
  if (run.onComplete) run.invoke(run.onComplete, bindToEvent)
}

type SettledScope = EventScope & {readonly settle: (results: readonly TagResult[]) => void}

function createEventScope(data: Event): SettledScope {
  const waiting: EventCallback[] = []
  let results: readonly TagResult[] | undefined
  return {
    data,
    addCallback: (callback) => {
      if (results) callback('GTM-LOCAL', {tags: results})
      else waiting.push(callback)
    },
    settle: (tags) => {
      results = tags
      for (const callback of waiting) callback('GTM-LOCAL', {tags})
    },
  }
}

async function runTag(
  tag: LoadedTag,
  services: RunServices,
  run: EventRun,
  event: EventScope,
  parent: TraceContext,
): Promise<TagResult> {
  const {clock, emit} = services
  const {trace} = parent
  const span = newSpanId()
  const start = clock.now()
  const source = `template ${tag.loaded.template.displayName || tag.name}`
  emit({type: 'span.started', trace, span, parent: parent.span, name: `tag ${tag.name}`, lane: 'tag', start})

  const {promise, resolve} = Promise.withResolvers<TagResult['status']>()
  const callOff = services.later(tagWithinMs, () => resolve('timeout'))
  try {
    const instance = startInstance(tag, services, {
      exchange: run.exchange,
      parent: {trace, span},
      event,
      clientName: () => run.clientName,
      runContainer: () => {},
    })
    instance.call({...tag.data, gtmOnSuccess: () => resolve('success'), gtmOnFailure: () => resolve('failure')})
  } catch (problem) {
    emit({type: 'log.line', source, level: 'error', text: describeProblem(problem), trace})
    resolve('exception')
  }
  const status = await promise
  callOff()
  if (status === 'timeout') {
    const text = `The tag "${tag.name}" called neither gtmOnSuccess nor gtmOnFailure within ${tagWithinMs} ms, so it counts as timed out.`
    emit({type: 'log.line', source, level: 'error', text, trace})
  }
  const end = clock.now()
  emit({type: 'span.ended', trace, span, end, ok: status === 'success', facts: {status}})
  return {...tag.metadata, id: tag.id, status, executionTime: Math.round(end - start)}
}
