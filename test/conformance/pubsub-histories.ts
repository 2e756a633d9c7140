import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {PubSubClients} from './pubsub-client.ts'

/** What a subscriber does with a delivery, one after the other, again from the start when they are used up. */
const decisions = fc.array(fc.constantFrom('acknowledge', 'acknowledge', 'give back'), {minLength: 3, maxLength: 20})
const messages = fc.array(fc.constantFrom('', 'k', 'l'), {minLength: 1, maxLength: 12})
const RUNS = 8
/** Pulls after which what has not come is lost: an emulator may answer with less than it has. */
const MOST_PULLS = 200

/** Whatever a subscriber acknowledges and gives back: at least once, in the order of each key, never after that. */
export function describeHistories({client, subscriber, newId}: PubSubClients): void {
  describe('random histories', () => {
    test.each([
      ['without order', false],
      ['with ordering keys', true],
    ])(
      '%s: every message comes, in the order of its key, and none after its acknowledgement',
      async (_, ordered) => {
        const run = async (keys: readonly string[], choices: readonly string[]): Promise<void> => {
          const [topic] = await client().createTopic(newId())
          const [subscription] = await topic.createSubscription(newId(), {enableMessageOrdering: ordered})
          const open = client().topic(topic.name, {messageOrdering: ordered})
          for (const [n, key] of keys.entries())
            await open.publishMessage({data: Buffer.from(`${key}${n}`), ...(ordered && {orderingKey: key})})
          const first: string[] = []
          const acknowledged = new Set<string>()
          let choice = 0
          for (let pulls = 0; acknowledged.size < keys.length && pulls < MOST_PULLS; pulls++) {
            const request = {subscription: subscription.name, maxMessages: 5, returnImmediately: true}
            const [{receivedMessages}] = await subscriber().pull(request)
            // What follows a message of its key that was given back comes again, so it is given back as well.
            const broken = new Set<string>()
            for (const {ackId, message} of receivedMessages ?? []) {
              const text = String(message!.data)
              expect(acknowledged, 'what is acknowledged does not come again').not.toContain(text)
              if (!first.includes(text)) first.push(text)
              const ack = {subscription: subscription.name, ackIds: [ackId!]}
              const key = message!.orderingKey ?? ''
              if (!broken.has(key) && choices[choice++ % choices.length] === 'acknowledge') {
                await subscriber().acknowledge(ack)
                acknowledged.add(text)
              } else {
                await subscriber().modifyAckDeadline({...ack, ackDeadlineSeconds: 0})
                if (key !== '') broken.add(key)
              }
            }
          }
          const all = keys.map((key, n) => `${key}${n}`)
          expect(first.toSorted()).toEqual(all.toSorted())
          expect(acknowledged.size).toBe(keys.length)
          if (ordered)
            for (const key of ['k', 'l']) {
              const of = (texts: readonly string[]) => texts.filter((text) => text.startsWith(key))
              expect(of(first)).toEqual(of(all))
            }
          await subscription.delete()
          await topic.delete()
        }
        await fc.assert(fc.asyncProperty(messages, decisions, run), {numRuns: RUNS, seed: 20_260_101})
      },
      240_000,
    )
  })
}
