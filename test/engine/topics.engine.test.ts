import {once} from 'node:events'
import {mkdtempDisposable} from 'node:fs/promises'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {PubSub} from '@google-cloud/pubsub'
import {describe, expect, test} from 'vitest'
import {startEngine} from '#runtime/engine/start.ts'
import {provisionPubSub} from '#runtime/engine/topics.ts'
import type {PubSubPlan} from '#runtime/engine/types.ts'
import {skipReason, titled} from './gcloud/skip-reason.ts'

const PROJECT = 'demo-stitch'

/** A worker that takes everything and remembers the messages' data. */
async function startWorker(): Promise<Server & {readonly received: string[]}> {
  const received: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const {message} = JSON.parse(body) as {message: {data: string}}
      received.push(Buffer.from(message.data, 'base64').toString())
      response.writeHead(204).end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return Object.assign(server, {received})
}

const planFor = (port: number): PubSubPlan => ({
  topic: 'stitch-requests',
  deadLetterTopic: 'stitch-dead',
  subscription: 'stitch-worker',
  pushEndpoint: `http://127.0.0.1:${port}/worker`,
  ackDeadlineSeconds: 20,
  minBackoffSeconds: 1.5,
  maxBackoffSeconds: 3,
  maxDeliveryAttempts: 7,
})

describe.skipIf(skipReason !== undefined)(titled('Pub/Sub as it was set up'), () => {
  test('is what the official client reads, and later runs start without the backlog of earlier ones', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-topics-'))
    const anyPort = {port: 0, explicit: false}
    await using engine = await startEngine({
      name: 'gcloud',
      dataDir: folder.path,
      projectId: PROJECT,
      firestorePort: anyPort,
      pubsubPort: anyPort,
      environment: process.env,
      signal: new AbortController().signal,
      log: () => {},
    })
    const client = new PubSub({projectId: PROJECT, apiEndpoint: engine.pubsubHost, emulatorMode: true})

    // Nobody listens on port 1: what is published now stays behind.
    await provisionPubSub(engine, PROJECT, planFor(1))
    await client.topic('stitch-requests').publishMessage({data: Buffer.from('of the earlier run')})

    await using worker = await startWorker()
    const {port} = worker.address() as AddressInfo
    await provisionPubSub(engine, PROJECT, planFor(port))
    const [subscription] = await client.subscription('stitch-worker').getMetadata()
    expect(subscription).toMatchObject({
      name: `projects/${PROJECT}/subscriptions/stitch-worker`,
      topic: `projects/${PROJECT}/topics/stitch-requests`,
      pushConfig: {pushEndpoint: `http://127.0.0.1:${port}/worker`},
      ackDeadlineSeconds: 20,
      deadLetterPolicy: {deadLetterTopic: `projects/${PROJECT}/topics/stitch-dead`, maxDeliveryAttempts: 7},
      retryPolicy: {minimumBackoff: {seconds: '1', nanos: 500_000_000}, maximumBackoff: {seconds: '3', nanos: 0}},
    })
    await client.topic('stitch-requests').publishMessage({data: Buffer.from('of this run')})
    await expect.poll(() => worker.received, {timeout: 20_000}).toContain('of this run')
    expect(worker.received).toEqual(['of this run'])
    await client.close()
  })
})
