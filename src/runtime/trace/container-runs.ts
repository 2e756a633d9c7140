import type {ContainerFact, RequestView} from './view.ts'

type Of<T extends ContainerFact['type']> = Extract<ContainerFact, {type: T}>

/** One request to the container, or one of its runs for an event: what was decided in it, in that order. */
export type ContainerStep = {
  /** `request /stitch`, or `run container purchase`. */
  readonly name: string
  readonly clients: readonly Of<'client.settled'>[]
  readonly triggers: readonly Of<'trigger.settled'>[]
  readonly tags: readonly Of<'tag.settled'>[]
}

/** What the container did for a request, by its spans and in the order in which they began. */
export function containerSteps({container, spans}: RequestView): readonly ContainerStep[] {
  const decided = container.filter((fact) => fact.type !== 'permission.denied')
  const bySpan = Map.groupBy(decided, ({span}) => span)
  const known = spans.filter(({id}) => bySpan.has(id)).toSorted((a, b) => a.start - b.start)
  return known.map(({id, name}) => {
    const facts = bySpan.get(id) ?? []
    return {
      name,
      clients: facts.filter((fact) => fact.type === 'client.settled'),
      triggers: facts.filter((fact) => fact.type === 'trigger.settled'),
      tags: facts.filter((fact) => fact.type === 'tag.settled'),
    }
  })
}

/** What templates asked for and did not get. */
export function denials({container}: RequestView): readonly Of<'permission.denied'>[] {
  return container.filter((fact) => fact.type === 'permission.denied')
}

/** Names of tags of Google's own that stood in for a request. */
export function standIns({container}: RequestView): readonly string[] {
  return container.flatMap((fact) => (fact.type === 'tag.settled' && fact.placeholder ? [fact.tag] : []))
}
