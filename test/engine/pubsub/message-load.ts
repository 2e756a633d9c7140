import {wire} from '../../../src/runtime/engine/embedded/pubsub/codec.ts'
import type {GrpcChannel} from '../../../src/runtime/engine/grpc-call.ts'

/** Calls that fail when the server dies are told by undefined; a refusal that nobody reckoned with is thrown. */
export async function callOrLose(
  channel: GrpcChannel,
  path: string,
  request: Uint8Array,
  reckoned: readonly number[] = [],
): Promise<Buffer | undefined> {
  let answer
  try {
    answer = await channel.call(path, request, AbortSignal.timeout(5_000))
  } catch {
    return undefined
  }
  const {status, message, body} = answer
  if (reckoned.includes(status)) return Buffer.alloc(0)
  if (status !== 0 && status !== 14) throw new Error(`${path}: ${status} ${message}`)
  return status === 0 ? body : undefined
}

/** Publishers and subscribers of one topic over servers that die, and what these said they had done. */
export function createMessageLoad(project: string) {
  const topic = `projects/${project}/topics/requests`
  const subscription = `projects/${project}/subscriptions/worker`
  const call = (channel: GrpcChannel, method: string, request: Uint8Array) =>
    callOrLose(channel, `google.pubsub.v1.${method}`, request)

  const published = new Set<string>()
  const acknowledged = new Set<string>()
  /** Asked for, without an answer: either is right. */
  const unsure = new Set<string>()
  const cameBack: string[] = []
  const left = new Set<string>()

  const see = (text: string): void => {
    if (acknowledged.has(text)) cameBack.push(text)
    left.add(text)
  }
  const pull = async (channel: GrpcChannel, untilEmpty: boolean): Promise<void> => {
    for (;;) {
      const request = wire.pull.encode({subscription, maxMessages: 20, returnImmediately: true}).finish()
      const body = await call(channel, 'Subscriber/Pull', request)
      if (!body) return
      const {receivedMessages: received} = wire.pulled.decode(body)
      if (received.length === 0 && untilEmpty) return
      for (const {message} of received) see(String(message.data))
      const done = received.filter((_, index) => untilEmpty || index % 3 !== 0)
      const ackIds = done.map(({ackId}) => ackId)
      const doneTexts = done.map(({message}) => String(message.data))
      for (const text of doneTexts) unsure.add(text)
      if (ackIds.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        continue
      }
      const acks = wire.acknowledge.encode({subscription, ackIds}).finish()
      if (!(await call(channel, 'Subscriber/Acknowledge', acks))) return
      for (const text of doneTexts) acknowledged.add(text)
    }
  }

  return {
    published,
    acknowledged,
    /** Messages that were delivered after their acknowledgement was confirmed. */
    cameBack,
    setUp: async (channel: GrpcChannel): Promise<void> => {
      await call(channel, 'Publisher/CreateTopic', wire.topic.encode({name: topic}).finish())
      const config = wire.subscription.encode({name: subscription, topic}).finish()
      await call(channel, 'Subscriber/CreateSubscription', config)
    },
    /** Publishes until the server is gone. */
    publish: async (channel: GrpcChannel, name: string): Promise<void> => {
      for (let count = 0; ; count++) {
        const texts = Array.from({length: 1 + (count % 3)}, (_, index) => `${name}-${count}-${index}`)
        const messages = texts.map((text) => ({data: Buffer.from(text), attributes: {text}, orderingKey: name}))
        if (!(await call(channel, 'Publisher/Publish', wire.publish.encode({topic, messages}).finish()))) return
        for (const text of texts) published.add(text)
      }
    },
    /** Pulls, and acknowledges two of three, until the server is gone. */
    pull: (channel: GrpcChannel): Promise<void> => pull(channel, false),
    /** Takes all that is left; returns what was published and is neither there nor was acknowledged. */
    drain: async (channel: GrpcChannel): Promise<string[]> => {
      left.clear()
      await pull(channel, true)
      return [...published].filter((text) => !unsure.has(text) && !left.has(text))
    },
  }
}
