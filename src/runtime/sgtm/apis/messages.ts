import type {Api, ApiContext, Exchange} from './api.ts'
import {toText} from '../text.ts'

type Listener = (type: string, message: unknown) => void

/** Listeners by type of message. Messages stay within one request: they lead from a tag to the client that ran it. */
const listeners = new WeakMap<Exchange, Map<string, Listener[]>>()

/** Messages between the templates that work on one request; all of it happens at once, within the call. */
export const messageApis: readonly Api[] = [
  {
    name: 'addMessageListener',
    create:
      ({exchange, demand, invoke}) =>
      (messageType: unknown, callback: unknown) => {
        const type = toText(messageType)
        demand('addMessageListener', {permission: 'use_message', action: 'listen', type})
        if (typeof callback !== 'function') throw new Error('addMessageListener needs a function.')
        const listener = callback as (...args: readonly unknown[]) => unknown
        const all = listeners.get(exchange) ?? new Map<string, Listener[]>()
        listeners.set(exchange, all)
        all.set(type, [...(all.get(type) ?? []), (sent, message) => invoke(listener, sent, message)])
      },
  },
  {
    name: 'hasMessageListener',
    create: (context) => (messageType: unknown) => {
      const type = toText(messageType)
      context.demand('hasMessageListener', {permission: 'use_message', type})
      return listenersFor(context, type).length > 0
    },
  },
  {
    name: 'sendMessage',
    create: (context) => (messageType: unknown, message: unknown) => {
      const type = toText(messageType)
      context.demand('sendMessage', {permission: 'use_message', action: 'send', type})
      if (typeof message !== 'object' || message === null) return
      for (const listener of listenersFor(context, type)) listener(type, message)
    },
  },
]

function listenersFor({exchange}: ApiContext, type: string): readonly Listener[] {
  return listeners.get(exchange)?.get(type) ?? []
}
