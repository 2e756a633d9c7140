import {toText} from '../text.ts'
import type {TransformationDefinition} from '../types.ts'
import type {Evaluation, UsedVariable} from '../variables/evaluation.ts'
import {readPath} from '../variables/read-path.ts'
import type {LoadedTag} from './load-container.ts'
import {settleConditions} from './settle-triggers.ts'

type Event = Readonly<Record<string, unknown>>

/** The event as one tag sees it, and which transformations made it so. */
export type Transformed = {
  readonly event: Event
  readonly by: readonly string[]
  readonly variables: readonly UsedVariable[]
}

/** Whether a transformation is meant for a tag. */
export function affects({affects: {allExcept, tags, types}}: TransformationDefinition, tag: LoadedTag): boolean {
  const listed =
    tags.includes(tag.name) || types.some((entry) => entry.type === tag.type && !entry.except.includes(tag.name))
  return listed !== allExcept
}

/**
 * Puts the transformations of a tag to work, one after the other. Each sees the event as the one before left it.
 * @param evaluate the variables' values for an event
 */
export async function transformEvent(
  transformations: readonly TransformationDefinition[],
  original: Event,
  evaluate: (event: Event) => Evaluation,
): Promise<Transformed> {
  let event = original
  const by: string[] = []
  const variables: UsedVariable[] = []
  for (const transformation of transformations) {
    const evaluation = evaluate(event)
    if (!(await settleConditions(transformation.conditions, evaluation)).passed) continue
    const values = await evaluation.resolve({set: transformation.set}, (used) => variables.push(used))
    event = applyTransformation(transformation, event, values['set'] as TransformationDefinition['set'])
    by.push(transformation.name)
  }
  return {event, by, variables}
}

/** Pure: the event after one transformation whose values are known. */
export function applyTransformation(
  {type, names}: Pick<TransformationDefinition, 'type' | 'names'>,
  event: Event,
  set: TransformationDefinition['set'],
): Event {
  switch (type) {
    case 'tf_exclude_params':
      return names.reduce((reduced, name) => withoutPath(reduced, pathOf(name, event)), event)
    case 'tf_allow_params': {
      const present = names.filter((name) => readPath(event, name) !== undefined || Object.hasOwn(event, name))
      return present.reduce<Event>((kept, name) => {
        const path = pathOf(name, event)
        return withPath(kept, path, path.length === 1 ? event[name] : readPath(event, name))
      }, {})
    }
    case 'tf_augment_event':
      return set.reduce((grown, {name, value}) => withPath(grown, pathOf(toText(name), event), value), event)
    default:
      return event
  }
}

/** A name with dots leads into nested data, unless the event has a parameter of just that name. */
function pathOf(name: string, event: Event): readonly string[] {
  return Object.hasOwn(event, name) ? [name] : name.split('.')
}

function withPath(event: Event, [key = '', ...rest]: readonly string[], value: unknown): Event {
  if (rest.length === 0) return {...event, [key]: value}
  const inner = event[key]
  return {...event, [key]: withPath(isRecord(inner) ? inner : {}, rest, value)}
}

function withoutPath(event: Event, [key = '', ...rest]: readonly string[]): Event {
  if (!Object.hasOwn(event, key)) return event
  const {[key]: inner, ...others} = event
  if (rest.length === 0) return others
  return isRecord(inner) ? {...event, [key]: withoutPath(inner, rest)} : event
}

function isRecord(value: unknown): value is Event {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
