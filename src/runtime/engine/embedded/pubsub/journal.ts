import type {KeptMessage, MessageChange, MessageStore} from '../store/message-store.ts'
import {resultCode, SQLITE} from '../store/sqlite.ts'
import {GrpcStatus, STATUS} from '../grpc/status.ts'
import {fromMs, toMs, wire} from './codec.ts'
import type {PublishedMessage} from './message.ts'

/** How a resource holds a message; what is held no more has no state. */
export type HeldState = {readonly attempts: number; readonly acknowledged: boolean}

/** What must survive the process: resources by name, and the messages that each holds. */
export type Journal = {
  /** The resource's encoded configuration; undefined when it goes, with all its messages. */
  readonly resource: (name: string, config: Uint8Array | undefined) => void
  readonly message: (resource: string, message: PublishedMessage, state: HeldState | undefined) => void
  /** Resolves when everything noted so far is kept, at once where there is nothing to wait for; rejects if it cannot be. */
  readonly settled: () => Promise<void> | undefined
}

/** Keeps nothing. */
export const forgetfulJournal: Journal = {
  resource: () => undefined,
  message: () => undefined,
  settled: () => undefined,
}

type Pending = {
  /** What was there before goes first. */
  removed: boolean
  config: Uint8Array | undefined
  readonly messages: Map<string, {readonly message: PublishedMessage; readonly state: HeldState | undefined}>
}

/**
 * Writes into a store at the end of the turn, all that one turn of the process noted as one commit: so calls that come
 * together wait for one commit, and a message that is published and delivered in a turn is written once.
 */
export function createJournal(store: MessageStore): Journal & Disposable {
  let pending = new Map<string, Pending>()
  let turn: (PromiseWithResolvers<void> & {immediate: NodeJS.Immediate}) | undefined
  const flush = (): void => {
    if (!turn) return
    const {resolve, reject, immediate} = turn
    clearImmediate(immediate)
    turn = undefined
    try {
      store.commit(changesOf(pending))
      pending = new Map()
      resolve()
    } catch (error) {
      // It stays pending, so that a later commit, with more room, has it.
      const full = resultCode(error) === SQLITE.full
      reject(full ? new GrpcStatus(STATUS.resourceExhausted, 'There is no room to keep the messages.') : error)
    }
  }
  const of = (name: string): Pending => {
    if (!turn) {
      turn = {...Promise.withResolvers(), immediate: setImmediate(flush)}
      turn.promise.catch(() => undefined)
    }
    const known = pending.get(name) ?? {removed: false, config: undefined, messages: new Map()}
    pending.set(name, known)
    return known
  }
  return {
    resource: (name, config) => {
      const change = of(name)
      change.config = config
      if (config) return
      change.removed = true
      change.messages.clear()
    },
    message: (resource, message, state) => void of(resource).messages.set(message.id, {message, state}),
    settled: () => turn?.promise,
    [Symbol.dispose]: flush,
  }
}

function* changesOf(pending: ReadonlyMap<string, Pending>): Generator<MessageChange> {
  for (const [resource, {removed, config, messages}] of pending) {
    if (removed) yield {kind: 'remove', resource}
    if (config) yield {kind: 'put', resource, config}
    for (const {message, state} of messages.values()) {
      if (state) yield {kind: 'keep', resource, message: message.id, ...state, body: encodeMessage(message)}
      else yield {kind: 'forget', resource, message: message.id}
    }
  }
}

function encodeMessage({data, attributes, orderingKey, publishTime}: PublishedMessage): Uint8Array {
  return wire.message
    .encode({data, attributes: {...attributes}, orderingKey, publishTime: fromMs(publishTime)})
    .finish()
}

/** A message as the store has it. */
export function decodeMessage({message, body}: Pick<KeptMessage, 'message' | 'body'>): PublishedMessage {
  const {data, attributes, orderingKey, publishTime} = wire.message.decode(body)
  return {
    id: message,
    publishTime: toMs(publishTime) ?? 0,
    data: data ?? new Uint8Array(0),
    attributes: attributes ?? {},
    orderingKey: orderingKey ?? '',
  }
}
