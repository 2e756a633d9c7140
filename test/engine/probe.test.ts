import {describe, expect, test} from 'vitest'
import {probeOnce, waitUntilAnswered} from '#runtime/engine/probe.ts'
import {resolvePort} from '#runtime/engine/ports.ts'
import {startGrpcStandIn} from './stand-ins/grpc-server.ts'

const never = new AbortController().signal

describe('probing an engine', () => {
  test.each([
    {status: 0, title: 'success'},
    {status: 5, title: 'that there is no such document'},
    {status: 7, title: 'that access is denied'},
  ])('takes $title for an answer', async ({status}) => {
    await using server = await startGrpcStandIn(() => ({status}))
    await probeOnce('firestore', server.host, 'demo', never)
    expect(server.calls.map(({method}) => method)).toEqual(['google.firestore.v1.Firestore/GetDocument'])
    expect(server.calls[0]?.request.toString('latin1')).toContain(
      'projects/demo/databases/(default)/documents/stitch/probe',
    )
  })

  test('does not take another service for the one asked for', async () => {
    await using server = await startGrpcStandIn(() => ({status: 12, message: 'unknown service'}))
    await expect(probeOnce('pubsub', server.host, 'demo', never)).rejects.toThrow(
      'does not know google.pubsub.v1.Publisher/ListTopics',
    )
  })

  test('waits through refused connections and unready answers', async () => {
    let asked = 0
    await using server = await startGrpcStandIn(() => ({status: ++asked < 3 ? 14 : 0}))
    await waitUntilAnswered('pubsub', server.host, 'demo', never, 1)
    expect(asked).toBe(3)
  })

  test('says what the last try met when waiting ends', async () => {
    const port = await resolvePort({port: 0, explicit: false, what: 'nothing', flag: '--port'}, () => {})
    await expect(
      waitUntilAnswered('firestore', `127.0.0.1:${port}`, 'demo', AbortSignal.timeout(60), 1),
    ).rejects.toThrow('ECONNREFUSED')
  })
})
