import {randomUUID} from 'node:crypto'
import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {ACK_DEADLINE_S, history, MAXIMUM_BACKOFF_S, MOST_ATTEMPTS, type Rules} from './histories/history.ts'
import {createModel, type Delivery} from './histories/model.ts'
import {openClient} from './open-client.ts'

const RUNS = Number(process.env['STITCH_DIFFERENTIAL_RUNS'] ?? 60)
const SEED = Number(process.env['STITCH_DIFFERENTIAL_SEED'] ?? 20_260_101)

let own: Awaited<ReturnType<typeof openClient>>
beforeAll(async () => {
  own = await openClient()
})
afterAll(() => own[Symbol.asyncDispose]())

/** A topic and its subscription by the rules, as the events of a history use them. */
async function openSubscription(rules: Rules) {
  const id = `h${randomUUID()}`
  const [topic] = await own.client.createTopic({name: id})
  const [graveyard] = await own.client.createTopic(`${id}-dead`)
  const [dead] = await graveyard.createSubscription(`${id}-dead`)
  const [{name}] = await topic.createSubscription(id, {
    ackDeadlineSeconds: ACK_DEADLINE_S,
    enableMessageOrdering: rules.ordered,
    ...(rules.filtered && {filter: 'attributes:wanted'}),
    ...(rules.deadLetter && {
      deadLetterPolicy: {deadLetterTopic: graveyard.name, maxDeliveryAttempts: MOST_ATTEMPTS},
    }),
    ...(rules.minimumBackoff !== undefined && {
      retryPolicy: {minimumBackoff: {seconds: rules.minimumBackoff}, maximumBackoff: {seconds: MAXIMUM_BACKOFF_S}},
    }),
  })
  const ackIds: string[] = []
  const pull = async (subscription: string, maxMessages: number) => {
    const [{receivedMessages}] = await own.subscriber.pull({subscription, maxMessages, returnImmediately: true})
    return receivedMessages ?? []
  }
  const extend = async (lease: number, ackDeadlineSeconds: number) => {
    await own.subscriber.modifyAckDeadline({subscription: name, ackIds: [ackIds[lease]!], ackDeadlineSeconds})
  }
  return {
    publish: async (text: string, key: string, wanted: boolean) => {
      const message = {data: Buffer.from(text), orderingKey: key, attributes: wanted ? {wanted: ''} : {}}
      await own.publisher.publish({topic: topic.name, messages: [message]})
    },
    pull: async (most: number): Promise<Delivery[]> => {
      const received = await pull(name, most)
      ackIds.push(...received.map(({ackId}) => ackId!))
      return received.map(({message, deliveryAttempt}) => ({
        text: String(message!.data),
        attempt: deliveryAttempt ?? 0,
      }))
    },
    acknowledge: async (lease: number) => {
      await own.subscriber.acknowledge({subscription: name, ackIds: [ackIds[lease]!]})
    },
    extend,
    giveBack: (lease: number) => extend(lease, 0),
    wait: async (seconds: number) => await own.timeline.moveTo(own.timeline.now() + seconds * 1000),
    dead: async () => (await pull(dead.name, 1000)).map(({message}) => String(message!.data)),
  }
}

type Subject = Awaited<ReturnType<typeof openSubscription>>
type Model = ReturnType<typeof createModel>

/** Pulls and acknowledges until nothing comes any more, however long that takes. */
async function drain(subject: Subject, model: Model): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await subject.wait(400)
    model.wait(400)
    const [given, expected] = [await subject.pull(1000), model.pull(1000)]
    expect(given).toEqual(expected)
    for (let lease = model.leases() - given.length; lease < model.leases(); lease++) {
      await subject.acknowledge(lease)
      model.acknowledge(lease)
    }
  }
}

describe('random histories of a subscription', () => {
  test('go as the model says: order, leases, back-off, dead letters, and nothing lost or given again', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({rules, events}) => {
        const subject = await openSubscription(rules)
        const model = createModel(rules)
        let published = 0
        for (const event of events) {
          if (event.kind === 'publish') {
            for (let n = 0; n < event.count; n++) {
              const text = `${event.key}${published++}`
              await subject.publish(text, event.key, event.wanted)
              model.publish(text, event.key, event.wanted)
            }
          } else if (event.kind === 'pull') {
            expect(await subject.pull(event.most)).toEqual(model.pull(event.most))
          } else if (event.kind === 'wait') {
            await subject.wait(event.seconds)
            model.wait(event.seconds)
          } else {
            const lease = model.leases() - 1 - event.ago
            if (lease < 0) continue
            if (event.kind === 'acknowledge') await subject.acknowledge(lease)
            else if (event.kind === 'extend') await subject.extend(lease, event.seconds)
            else await subject.giveBack(lease)
            if (event.kind === 'acknowledge') model.acknowledge(lease)
            else if (event.kind === 'extend') model.extend(lease, event.seconds)
            else model.giveBack(lease)
          }
        }
        await drain(subject, model)
        expect(await subject.dead()).toEqual(model.dead)
      }),
      {numRuns: RUNS, seed: SEED},
    )
  }, 600_000)
})
