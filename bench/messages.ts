// Messages through the official client: publish, streaming pull or push, acknowledge; one at a time and in batches.
import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {PubSub, type Message} from '@google-cloud/pubsub'
import {PROJECT, startEngineProcess, type EngineProcess, type EngineSide} from './engine-process.ts'
import {interleave, median, percentile, printMachine, printTable, ratio} from './measure.ts'

const TRIPS = 40
const BATCHED = 5000
const rounds = Number(process.argv[2] ?? 3)

type Side = {
  readonly engine: EngineProcess
  readonly pull: () => Promise<number[]>
  readonly push: () => Promise<number[]>
  readonly batched: () => Promise<number>
}

await using stack = new AsyncDisposableStack()
const embedded = await open('embedded')
const official = await open('official')

const rows: string[][] = []
for (const way of ['pull', 'push'] as const) {
  const figures = await interleave(rounds, {ours: () => embedded[way](), theirs: () => official[way]()})
  for (const share of [0.5, 0.99]) {
    const [ours, theirs] = [figures.ours, figures.theirs].map((all) => all.map((times) => percentile(times, share)))
    const name = `${way === 'pull' ? 'streaming pull' : 'push'}, p${share * 100} ms`
    rows.push([name, median(ours!).toFixed(2), median(theirs!).toFixed(2), ratio(ours!, theirs!)])
  }
}
const {ours, theirs} = await interleave(rounds, {ours: embedded.batched, theirs: official.batched})
rows.push([
  'batches of 100, messages per second',
  median(ours).toFixed(0),
  median(theirs).toFixed(0),
  ratio(ours, theirs),
])
printMachine()
printTable(
  `From publish until acknowledged through @google-cloud/pubsub (${rounds} rounds)`,
  ['what', 'embedded', 'official', 'embedded / official'],
  rows,
)

async function open(name: EngineSide): Promise<Side> {
  const engine = stack.use(await startEngineProcess(name))
  const client = new PubSub({projectId: PROJECT, apiEndpoint: `http://${engine.pubsubHost}`, emulatorMode: true})
  stack.defer(() => client.close())
  const arrivals = createArrivals()
  const endpoint = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.writeHead(204).end()
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {readonly message: {readonly data: string}}
      arrivals.tell(Buffer.from(body.message.data, 'base64').toString())
    })
  })
  await once(endpoint.listen(0, '127.0.0.1'), 'listening')
  stack.defer(() => {
    endpoint.closeAllConnections()
    endpoint.close()
  })
  const pushEndpoint = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`
  const [pulled] = await client.createTopic('pulled')
  const [pushed] = await client.createTopic('pushed')
  const [subscription] = await pulled.createSubscription('pulled', {flowControl: {maxMessages: 10_000}})
  await pushed.createSubscription('pushed', {pushEndpoint})
  subscription.on('message', (message: Message) => {
    message.ack()
    arrivals.tell(message.data.toString())
  })
  stack.defer(() => subscription.close())

  let number = 0
  const trips = async (topic: string): Promise<number[]> => {
    // One message at a time is its own batch: the client would else hold it back for 10 ms.
    const publisher = client.topic(topic, {batching: {maxMessages: 1}})
    const times: number[] = []
    while (times.length < TRIPS) {
      const id = String(++number)
      const began = performance.now()
      const arrived = arrivals.of(id)
      await publisher.publishMessage({data: Buffer.from(id)})
      await arrived
      times.push(performance.now() - began)
    }
    return times
  }
  const batched = async (): Promise<number> => {
    const publisher = client.topic('pulled', {batching: {maxMessages: 100, maxMilliseconds: 10}})
    const began = performance.now()
    const all: Promise<unknown>[] = []
    for (let at = 0; at < BATCHED; at++) {
      const id = String(++number)
      all.push(arrivals.of(id), publisher.publishMessage({data: Buffer.from(id)}))
    }
    await Promise.all(all)
    return (BATCHED * 1000) / (performance.now() - began)
  }
  return {engine, pull: () => trips('pulled'), push: () => trips('pushed'), batched}
}

/** Who waits for a message, by its text. A message that comes twice counts once. */
function createArrivals() {
  const waiting = new Map<string, () => void>()
  return {
    of: (id: string) => new Promise<void>((resolve) => waiting.set(id, resolve)),
    tell: (id: string): void => {
      waiting.get(id)?.()
      waiting.delete(id)
    },
  }
}
