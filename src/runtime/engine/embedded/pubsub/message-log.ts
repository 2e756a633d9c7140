import type {Timeline} from '../timeline.ts'
import {createExpiry} from './expiry.ts'
import type {PublishedMessage} from './message.ts'

export type MessageLogOptions = {
  readonly timeline: Timeline
  /** How long after their publish time messages are kept, in milliseconds. */
  readonly keepMs: () => number
  /** Told of every message that goes by its age. */
  readonly dropped: (message: PublishedMessage) => void
}

/** Messages that are kept so that somebody can seek back to them. */
export type MessageLog = Disposable & {
  readonly add: (message: PublishedMessage) => void
  readonly remove: (message: PublishedMessage) => void
  /** Those that are not too old. */
  readonly all: () => readonly PublishedMessage[]
  /** Drops what is too old now; for when the time to keep was changed. */
  readonly trim: () => void
  readonly clear: () => void
}

export function createMessageLog({timeline, keepMs, dropped}: MessageLogOptions): MessageLog {
  const kept = new Map<string, PublishedMessage>()
  const expiry = createExpiry({
    timeline,
    keepMs,
    purge: (before) => {
      let oldest: number | undefined
      for (const message of kept.values()) {
        if (message.publishTime < before) {
          kept.delete(message.id)
          dropped(message)
        } else oldest = Math.min(oldest ?? Infinity, message.publishTime)
      }
      return oldest
    },
  })
  return {
    add: (message) => {
      kept.set(message.id, message)
      expiry.expect(message.publishTime)
    },
    remove: ({id}) => void kept.delete(id),
    all: () => {
      const since = timeline.now() - keepMs()
      return [...kept.values()].filter(({publishTime}) => publishTime >= since)
    },
    trim: expiry.now,
    clear: () => {
      for (const message of kept.values()) dropped(message)
      kept.clear()
    },
    [Symbol.dispose]: () => {
      expiry[Symbol.dispose]()
      kept.clear()
    },
  }
}
