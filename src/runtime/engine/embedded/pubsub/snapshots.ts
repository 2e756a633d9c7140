import {GrpcStatus, STATUS} from '../grpc/status.ts'
import type {Timeline} from '../timeline.ts'
import {fromMs, toMs, wire, type Snapshot} from './codec.ts'
import type {Journal} from './journal.ts'
import type {LiveSubscription} from './live-subscription.ts'
import type {PublishedMessage} from './message.ts'
import {alreadyExists, notFound, requireName} from './names.ts'

/** A snapshot lives so long after its oldest message, and is not made for less than an hour (pubsub.proto, Snapshot.expire_time). */
const LIFE_MS = 7 * 24 * 3_600_000
const LEAST_LIFE_MS = 3_600_000

const UNACKNOWLEDGED = {attempts: 0, acknowledged: false}

type Entry = {config: Snapshot; readonly messages: PublishedMessage[]; cancel: () => void}

/** Snapshots: what a subscription had not acknowledged at some time, and all that its topic got since. */
export type Snapshots = Disposable & {
  readonly list: () => readonly (readonly [string, Snapshot])[]
  readonly has: (name: string) => boolean
  readonly get: (name: string | null | undefined) => Snapshot
  readonly messages: (name: string) => readonly PublishedMessage[]
  readonly create: (wanted: Pick<Snapshot, 'name' | 'labels'>, of: LiveSubscription) => Snapshot
  readonly replace: (snapshot: Snapshot) => Snapshot
  readonly delete: (name: string) => void
  /** Adds a message that a topic got. */
  readonly add: (topic: string, message: PublishedMessage) => void
  /** Puts back one of an earlier process, and then its messages. */
  readonly restore: (snapshot: Snapshot) => void
  readonly restoreMessage: (name: string, message: PublishedMessage) => void
}

export function createSnapshots({
  timeline,
  journal,
}: {
  readonly timeline: Timeline
  readonly journal: Journal
}): Snapshots {
  const entries = new Map<string, Entry>()
  const find = (name: string | null | undefined): Entry => {
    const found = entries.get(name ?? '')
    if (!found) throw notFound(name ?? '')
    return found
  }
  const remove = (name: string): void => {
    find(name).cancel()
    entries.delete(name)
    journal.resource(name, undefined)
  }
  const expireLater = (config: Snapshot): (() => void) =>
    timeline.schedule(toMs(config.expireTime) ?? 0, () => remove(config.name ?? ''))
  const put = (config: Snapshot, messages: PublishedMessage[]): Snapshot => {
    const name = config.name ?? ''
    entries.get(name)?.cancel()
    entries.set(name, {config, messages, cancel: expireLater(config)})
    return config
  }
  return {
    list: () => [...entries].map(([name, {config}]) => [name, config]),
    has: (name) => entries.has(name),
    get: (name) => find(name).config,
    messages: (name) => find(name).messages,
    create: ({name: wanted, labels}, subscription) => {
      const name = requireName('snapshots', wanted)
      if (entries.has(name)) throw alreadyExists('Snapshot', name)
      const messages = [...subscription.backlog.unacknowledged()]
      const now = timeline.now()
      const expireMs = messages.reduce((oldest, {publishTime}) => Math.min(oldest, publishTime), now) + LIFE_MS
      if (expireMs - now < LEAST_LIFE_MS)
        throw new GrpcStatus(STATUS.failedPrecondition, 'The snapshot would expire in less than one hour.')
      const config = {
        name,
        topic: subscription.config().topic ?? '',
        expireTime: fromMs(expireMs),
        labels: labels ?? {},
      }
      journal.resource(name, wire.snapshot.encode(config).finish())
      for (const message of messages) journal.message(name, message, UNACKNOWLEDGED)
      return put(config, messages)
    },
    replace: (config) => {
      journal.resource(config.name ?? '', wire.snapshot.encode(config).finish())
      return put(config, find(config.name).messages)
    },
    delete: remove,
    add: (topic, message) => {
      for (const [name, {config, messages}] of entries) {
        if (config.topic !== topic) continue
        messages.push(message)
        journal.message(name, message, UNACKNOWLEDGED)
      }
    },
    restore: (config) => void put(config, []),
    restoreMessage: (name, message) => void entries.get(name)?.messages.push(message),
    [Symbol.dispose]: () => {
      for (const {cancel} of entries.values()) cancel()
      entries.clear()
    },
  }
}
