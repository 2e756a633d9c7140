import {PubSub} from '@google-cloud/pubsub'
import {expect, test} from 'vitest'
import {startEmbedded} from '../firestore/start-embedded.ts'
import {createHandTimeline} from './hand-timeline.ts'

test('A whole engine goes by the time it is given: a ten-minute back-off passes as soon as that time does', async () => {
  const timeline = createHandTimeline(Date.UTC(2026, 0, 1))
  await using engine = await startEmbedded({timeline})
  const client = new PubSub({projectId: 'demo', apiEndpoint: engine.pubsubHost, emulatorMode: true})
  const [topic] = await client.createTopic('slow')
  const [subscription] = await topic.createSubscription('slow-worker', {
    retryPolicy: {minimumBackoff: {seconds: 600}, maximumBackoff: {seconds: 600}},
  })
  const attempts: string[] = []
  const second = Promise.withResolvers<void>()
  const first = Promise.withResolvers<void>()
  subscription.on('message', (message) => {
    attempts.push(message.id)
    if (attempts.length === 1) {
      void message.nackWithResponse().catch(() => undefined)
      first.resolve()
    } else {
      message.ack()
      second.resolve()
    }
  })
  await topic.publishMessage({data: Buffer.from('x')})
  await first.promise
  for (let minute = 1; attempts.length < 2 && minute < 60; minute++) {
    await timeline.moveTo(timeline.now() + 60_000)
    await new Promise((resolve) => void setTimeout(resolve, 20))
  }
  await second.promise
  expect(new Set(attempts).size).toBe(1)
  expect(timeline.now() - Date.UTC(2026, 0, 1)).toBeGreaterThanOrEqual(600_000)
  await subscription.close()
  await client.close()
})
