import {expect, test} from 'vitest'
import {exported, imported} from './copy.ts'
import {drainTexts, fill, first, must, pull, readAll, second, topic, type Hosts} from './fill.ts'

/** The same for every pair of engines: everything arrives, and nothing is taken from where it was. */
export function describeCopy(open: () => Promise<{readonly from: Hosts; readonly to: Hosts} & AsyncDisposable>): void {
  test('everything arrives, and nothing is taken away', async () => {
    await using engines = await open()
    const {from, to} = engines
    await fill(from)
    const copy = await exported(from)
    expect(copy.skipped).toEqual([])
    expect(copy.counts).toEqual({document: 312, schema: 0, topic: 1, subscription: 2, message: 3})
    const report = await imported(to, copy.text)
    expect(report).toEqual({counts: copy.counts, skipped: []})

    expect(await readAll(to.firestoreHost)).toEqual(await readAll(from.firestoreHost))
    expect((await readAll(to.firestoreHost)).size).toBe(312)
    expect(await must(to.pubsubHost, 'GET', `/v1/${topic}`)).toEqual({name: topic, labels: {team: 'shop'}})
    expect(await must(to.pubsubHost, 'GET', `/v1/${first}`)).toMatchObject({
      ackDeadlineSeconds: 33,
      enableMessageOrdering: true,
    })
    expect(await must(to.pubsubHost, 'GET', `/v1/${second}`)).toMatchObject({retryPolicy: {minimumBackoff: '2s'}})
    const [message] = await pull(to.pubsubHost, first, 1)
    expect(message?.message).toMatchObject({data: 'MQ==', attributes: {n: '1'}, orderingKey: 'k'})
    await must(to.pubsubHost, 'POST', `/v1/${first}:acknowledge`, {ackIds: [message!.ackId]})
    expect(await drainTexts(to.pubsubHost, first)).toEqual(['2', '3'])
    expect(await drainTexts(to.pubsubHost, second)).toEqual(['2', '3'])
    // What was exported is still there, and nothing else.
    expect(await drainTexts(from.pubsubHost, first)).toEqual(['1', '2', '3'])
    expect(await drainTexts(from.pubsubHost, second)).toEqual(['2', '3'])
    for (const {pubsubHost} of [from, to]) {
      const {subscriptions} = await must(pubsubHost, 'GET', '/v1/projects/demo-stitch/subscriptions')
      expect(subscriptions).toHaveLength(2)
    }
  })
}
