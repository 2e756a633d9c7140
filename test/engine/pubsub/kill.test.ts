import {fork} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {expect, test} from 'vitest'
import {wire} from '../../../src/runtime/engine/embedded/pubsub/codec.ts'
import {openGrpcChannel, type GrpcChannel} from '../../../src/runtime/engine/grpc-call.ts'

const topic = 'projects/p/topics/requests'
const subscription = 'projects/p/subscriptions/worker'
const rounds = Number(process.env['KILLS'] ?? 8)

/** Calls that fail when the server dies are told by undefined. */
async function call(channel: GrpcChannel, method: string, request: Uint8Array): Promise<Buffer | undefined> {
  try {
    const path = `google.pubsub.v1.${method}`
    const {status, message, body} = await channel.call(path, request, AbortSignal.timeout(5_000))
    if (status !== 0 && status !== 14) throw new Error(`${method}: ${status} ${message}`)
    return status === 0 ? body : undefined
  } catch (error) {
    if (error instanceof Error && /^\w+\/?\w*: \d/.test(error.message)) throw error
    return undefined
  }
}

async function startServer(folder: string) {
  const child = fork(join(import.meta.dirname, '../stand-ins/pubsub-server.ts'), [folder], {
    execArgv: ['--conditions', 'stitch-source'],
  })
  const exited = once(child, 'exit')
  const [port] = (await once(child, 'message')) as [number]
  const channel = openGrpcChannel(`127.0.0.1:${port}`)
  return {
    channel,
    kill: () => child.kill('SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
      await channel[Symbol.asyncDispose]()
    },
  }
}

/** What the service said it had done, by the text of messages. */
const published = new Set<string>()
const acknowledged = new Set<string>()
/** Asked for, without an answer: either is right. */
const unsure = new Set<string>()

/** Publishes until the server is gone. */
async function publishOn(channel: GrpcChannel, name: string): Promise<void> {
  for (let count = 0; ; count++) {
    const texts = Array.from({length: 1 + (count % 3)}, (_, index) => `${name}-${count}-${index}`)
    const messages = texts.map((text) => ({data: Buffer.from(text), attributes: {text}, orderingKey: name}))
    if (!(await call(channel, 'Publisher/Publish', wire.publish.encode({topic, messages}).finish()))) return
    for (const text of texts) published.add(text)
  }
}

/** Pulls, and acknowledges two of three, until the server is gone or, in the end, has nothing more. */
async function pullOn(channel: GrpcChannel, seen: (text: string) => void, untilEmpty = false): Promise<void> {
  for (;;) {
    const request = wire.pull.encode({subscription, maxMessages: 20, returnImmediately: true}).finish()
    const body = await call(channel, 'Subscriber/Pull', request)
    if (!body) return
    const {receivedMessages: received} = wire.pulled.decode(body)
    if (received.length === 0 && untilEmpty) return
    const texts = received.map(({message}) => String(message.data))
    for (const text of texts) seen(text)
    const done = received.filter((_, index) => untilEmpty || index % 3 !== 0)
    const ackIds = done.map(({ackId}) => ackId)
    const doneTexts = done.map(({message}) => String(message.data))
    for (const text of doneTexts) unsure.add(text)
    if (ackIds.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      continue
    }
    const answer = await call(
      channel,
      'Subscriber/Acknowledge',
      wire.acknowledge.encode({subscription, ackIds}).finish(),
    )
    if (!answer) return
    for (const text of doneTexts) acknowledged.add(text)
  }
}

test(
  'kill -9 at random moments: nothing acknowledged comes back, nothing else is lost',
  {timeout: 600_000},
  async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-pubsub-'))
    const cameBack: string[] = []
    const watch = (text: string) => {
      if (acknowledged.has(text)) cameBack.push(text)
    }
    for (let round = 0; round < rounds; round++) {
      await using server = await startServer(folder.path)
      if (round === 0) {
        await call(server.channel, 'Publisher/CreateTopic', wire.topic.encode({name: topic}).finish())
        const config = wire.subscription.encode({name: subscription, topic}).finish()
        await call(server.channel, 'Subscriber/CreateSubscription', config)
      }
      setTimeout(server.kill, 5 + Math.random() * 150)
      await Promise.all([
        publishOn(server.channel, `r${round}a`),
        publishOn(server.channel, `r${round}b`),
        pullOn(server.channel, watch),
      ])
    }
    const left = new Set<string>()
    {
      await using server = await startServer(folder.path)
      const keep = (text: string) => {
        watch(text)
        left.add(text)
      }
      await pullOn(server.channel, keep, true)
    }
    expect(published.size).toBeGreaterThan(rounds)
    expect(acknowledged.size).toBeGreaterThan(0)
    expect(cameBack).toEqual([])
    expect([...published].filter((text) => !unsure.has(text) && !left.has(text))).toEqual([])
    using database = new DatabaseSync(join(folder.path, 'pubsub.db'))
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({integrity_check: 'ok'})
    expect(database.prepare('SELECT count(*) AS n FROM messages').get()).toEqual({n: 0})
  },
)
