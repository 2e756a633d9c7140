import type {PublishedMessage} from './message.ts'

/**
 * What is not acknowledged after a seek to a time: all known messages that were published then or later, each once, in
 * the order of their publishing. `known` are the backlog, what the subscription retained and what its topic did.
 */
export function messagesSince(
  time: number,
  known: readonly (readonly PublishedMessage[])[],
  accepts: (attributes: PublishedMessage['attributes']) => boolean,
): PublishedMessage[] {
  const byId = new Map(known.flat().map((message) => [message.id, message]))
  return [...byId.values()]
    .filter(({publishTime, attributes}) => publishTime >= time && accepts(attributes))
    .toSorted((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1))
}
