import type {MessageStore} from '../store/message-store.ts'
import {wire} from './codec.ts'
import type {Hub} from './hub.ts'
import {decodeMessage} from './journal.ts'
import type {PublishedMessage} from './message.ts'

/** Puts into a new hub what a store has, without the subscriptions to `discard`: those are removed from the store. */
export function restoreHub({restore, snapshots}: Hub, store: MessageStore, discard: readonly string[]): void {
  const resources = store.resources()
  const unwanted = new Set(discard.filter((name) => resources.some((each) => each.name === name)))
  if (unwanted.size > 0) store.commit([...unwanted].map((resource) => ({kind: 'remove', resource})))
  const take = (kind: string, accept: (config: Uint8Array) => void): void => {
    for (const {name, config} of resources) if (name.split('/')[2] === kind && !unwanted.has(name)) accept(config)
  }
  take('topics', (config) => restore.topic(wire.topic.decode(config)))
  take('subscriptions', (config) => restore.subscription(wire.subscription.decode(config)))
  take('snapshots', (config) => snapshots.restore(wire.snapshot.decode(config)))
  let last: PublishedMessage | undefined
  for (const {resource, message, body, ...state} of store.messages()) {
    // Those of one id come together and are one message, whoever holds it.
    if (last?.id !== message) last = decodeMessage({message, body})
    restore.message(resource, last, state)
  }
}
