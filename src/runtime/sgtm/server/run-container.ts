import {newSpanId} from '#runtime/kernel/ids.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import type {ApiContext, EventCallback, EventScope, Exchange, TagResult} from '../apis/api.ts'
import {createBindToEvent} from '../apis/events.ts'
import {evaluateFor} from './evaluate.ts'
import {fireTags} from './fire-tags.ts'
import type {LoadedContainer} from './load-container.ts'
import type {RunServices} from './run-instance.ts'
import {settleTriggers} from './settle-triggers.ts'

type Event = Readonly<Record<string, unknown>>
type Callback = (...args: readonly unknown[]) => unknown

export type EventRun = {
  readonly event: Event
  readonly exchange: Exchange
  /** The span of the request. */
  readonly parent: TraceContext
  readonly clientName: string
  /** Ids of tags that fire once per request and have. */
  readonly firedInRequest: Set<string>
  readonly invoke: ApiContext['invoke']
  /** Gives `runContainer` to a tag: from within, it runs the container once more. */
  readonly again: (invoke: ApiContext['invoke']) => ApiContext['runContainer']
  readonly onStart: Callback | undefined
  readonly onComplete: Callback | undefined
}

/** Runs the container for one event: triggers, then the tags they fire, all at once, then the callbacks. Never rejects. */
export async function runContainer(container: LoadedContainer, services: RunServices, run: EventRun): Promise<void> {
  const {clock, emit} = services
  const {trace} = run.parent
  const span = newSpanId()
  const name = typeof run.event['event_name'] === 'string' ? run.event['event_name'] : ''
  services.events.add({trace, client: run.clientName, name, data: run.event})
  emit({
    type: 'span.started',
    trace,
    span,
    parent: run.parent.span,
    name: `run container ${name}`,
    lane: 'sgtm',
    start: clock.now(),
  })

  const own = {trace, span}
  const scope = createEventScope(run.event, container.id)
  const bindToEvent = createBindToEvent(scope)
  const evaluate = (data: Event) =>
    evaluateFor(container, services, {
      exchange: run.exchange,
      parent: own,
      event: data === run.event ? scope : {...scope, data},
      clientName: () => run.clientName,
    })
  const triggers = await settleTriggers(container, evaluate(run.event), emit, own)
  if (run.onStart) run.invoke(run.onStart, bindToEvent)
  const results = await fireTags({container, services, run, scope, parent: own, evaluate, triggers})
  scope.settle(results)
  const failed = results.filter(({status}) => status !== 'success').length
  emit({type: 'span.ended', trace, span, end: clock.now(), ok: failed === 0, facts: {tags: results.length, failed}})
  if (run.onComplete) run.invoke(run.onComplete, bindToEvent)
}

type SettledScope = EventScope & {readonly settle: (results: readonly TagResult[]) => void}

function createEventScope(data: Event, containerId: string): SettledScope {
  const waiting: EventCallback[] = []
  let results: readonly TagResult[] | undefined
  return {
    data,
    addCallback: (callback) => {
      if (results) callback(containerId, {tags: results})
      else waiting.push(callback)
    },
    settle: (tags) => {
      results = tags
      for (const callback of waiting) callback(containerId, {tags})
    },
  }
}
