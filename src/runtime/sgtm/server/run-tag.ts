import {newSpanId} from '#runtime/kernel/ids.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import type {EventScope, Exchange, TagResult} from '../apis/api.ts'
import {toText} from '../text.ts'
import type {Parameters} from '../types.ts'
import type {UsedVariable} from '../variables/evaluation.ts'
import {dataFor} from './evaluate.ts'
import type {LoadedContainer, LoadedTag} from './load-container.ts'
import {createInvoke, describeProblem, startInstance} from './run-instance.ts'
import type {EventRun} from './run-container.ts'
import type {RunServices} from './run-instance.ts'

/** A tag that has not ended by then counts as timed out; just above the default time-out of templates' HTTP. */
const tagWithinMs = 16_000

/** One tag about to fire: where it belongs, and how its parameters come to their values. */
export type TagRun = {
  readonly container: LoadedContainer
  readonly exchange: Exchange
  /** The span of the container's run. */
  readonly parent: TraceContext
  readonly clientName: string
  readonly again: EventRun['again']
  /** The event as this tag sees it. */
  readonly event: EventScope
  readonly resolve: (parameters: Parameters, use: (used: UsedVariable) => void) => Parameters | Promise<Parameters>
}

/** How a tag ended, and what it was fired with. */
export type RanTag = {readonly result: TagResult; readonly variables: readonly UsedVariable[]}

/** Fires one tag and waits for its end. Never rejects: what goes wrong is the tag's status. */
export async function runTag(tag: LoadedTag, services: RunServices, run: TagRun): Promise<RanTag> {
  const {clock, emit} = services
  const {trace} = run.parent
  const span = newSpanId()
  const start = clock.now()
  const source = sourceOf(tag)
  emit({type: 'span.started', trace, span, parent: run.parent.span, name: `tag ${tag.name}`, lane: 'tag', start})

  const variables: UsedVariable[] = []
  const metadata: Record<string, unknown> = {}
  const {promise, resolve} = Promise.withResolvers<TagResult['status']>()
  const callOff = services.later(tagWithinMs, () => resolve('timeout'))
  const fail = (problem: unknown): void => {
    emit({type: 'log.line', source, level: 'error', text: describeProblem(problem), trace})
    resolve('exception')
  }
  try {
    const filling = run.resolve({own: tag.parameters, metadata: tag.metadata}, (used) => variables.push(used))
    const go = (filled: Parameters): void => {
      Object.assign(metadata, filled['metadata'])
      execute(tag, services, run, {trace, span}, filled['own'] as Parameters, resolve)
    }
    if (filling instanceof Promise) filling.then(go).catch(fail)
    else go(filling)
  } catch (problem) {
    fail(problem)
  }
  const status = await promise
  callOff()
  if (status === 'timeout') {
    const text = `The tag "${tag.name}" called neither gtmOnSuccess nor gtmOnFailure within ${tagWithinMs} ms, so it counts as timed out.`
    emit({type: 'log.line', source, level: 'error', text, trace})
  }
  const end = clock.now()
  emit({type: 'span.ended', trace, span, end, ok: status === 'success', facts: {status}})
  return {result: {...metadata, id: tag.id, status, executionTime: Math.round(end - start)}, variables}
}

function execute(
  tag: LoadedTag,
  services: RunServices,
  run: TagRun,
  parent: TraceContext,
  parameters: Parameters,
  resolve: (status: TagResult['status']) => void,
): void {
  const {code, name} = tag
  if (code.kind === 'broken') throw new Error(code.reason)
  if (code.kind === 'built-in') {
    standIn(code.type, tag, services, run, parent, parameters).then(
      () => resolve('success'),
      () => resolve('failure'),
    )
    return
  }
  const instance = startInstance({name, loaded: code.loaded}, services, {
    exchange: run.exchange,
    parent,
    event: run.event,
    clientName: () => run.clientName,
    container: run.container,
    runContainer: run.again(
      createInvoke((text) =>
        services.emit({type: 'log.line', source: sourceOf(tag), level: 'error', text, trace: parent.trace}),
      ),
    ),
  })
  const done = {gtmOnSuccess: () => resolve('success'), gtmOnFailure: () => resolve('failure')}
  instance.call({...dataFor(code, parameters), ...done})
}

/** Who speaks in the log. */
function sourceOf({code, name}: LoadedTag): string {
  return `template ${code.kind === 'template' ? code.loaded.template.displayName || name : name}`
}

/** One of Google's own tags, whose work nobody knows: what it was given is captured, under a name that leads nowhere. */
async function standIn(
  type: string,
  {name}: LoadedTag,
  {outbound}: RunServices,
  {event}: TagRun,
  parent: TraceContext,
  parameters: Parameters,
): Promise<void> {
  await outbound.send(
    {kind: 'tag', name, parent},
    {
      method: 'POST',
      url: `https://placeholder.invalid/${encodeURIComponent(type)}`,
      headers: {'content-type': 'application/json'},
      body: JSON.stringify({parameters, event: event.data}, (_, value: unknown) =>
        typeof value === 'bigint' || typeof value === 'function' ? toText(value) : value,
      ),
      timeoutMs: tagWithinMs,
    },
  )
}
