import type {Timeline} from '../timeline.ts'
import {toMs, type Topic} from './codec.ts'
import type {Journal} from './journal.ts'
import type {PublishedMessage} from './message.ts'
import {createMessageLog, type MessageLog} from './message-log.ts'

/** What topics with a retention of their own keep, for all of their subscriptions, present and future. */
export type TopicLogs = Disposable & {
  readonly add: (topic: string, message: PublishedMessage, stored?: boolean) => void
  /** What the topic has kept so far; nothing where it has no retention. */
  readonly of: (topic: string) => readonly PublishedMessage[]
  /** After the topic's retention changed. */
  readonly trim: (topic: string) => void
  readonly remove: (topic: string) => void
}

export function createTopicLogs(
  topics: ReadonlyMap<string, Topic>,
  {timeline, journal}: {readonly timeline: Timeline; readonly journal: Journal},
): TopicLogs {
  const logs = new Map<string, MessageLog>()
  const retentionMs = (topic: string) => toMs(topics.get(topic)?.messageRetentionDuration)
  const logOf = (topic: string): MessageLog => {
    const known = logs.get(topic)
    if (known) return known
    const made = createMessageLog({
      timeline,
      keepMs: () => retentionMs(topic) ?? 0,
      dropped: (message) => journal.message(topic, message, undefined),
    })
    logs.set(topic, made)
    return made
  }
  return {
    add: (topic, message, stored = false) => {
      if (retentionMs(topic) === undefined) return
      logOf(topic).add(message)
      if (!stored) journal.message(topic, message, {attempts: 0, acknowledged: false})
    },
    of: (topic) => (retentionMs(topic) === undefined ? [] : (logs.get(topic)?.all() ?? [])),
    trim: (topic) => logs.get(topic)?.trim(),
    remove: (topic) => {
      logs.get(topic)?.[Symbol.dispose]()
      logs.delete(topic)
    },
    [Symbol.dispose]: () => {
      for (const log of logs.values()) log[Symbol.dispose]()
    },
  }
}
