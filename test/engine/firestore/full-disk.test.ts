import {Firestore} from '@google-cloud/firestore'
import {expect, test} from 'vitest'
import {createFirestoreService} from '#runtime/engine/embedded/firestore/service.ts'
import {startGrpcServer} from '#runtime/engine/embedded/grpc/server.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'

test('A full disk is told to the Node client at the first attempt, which it does not repeat', async () => {
  await using stack = new AsyncDisposableStack()
  const store = stack.use(openStore({maxBytes: 400_000}))
  let attempts = 0
  const counted = {
    ...store,
    apply: (...args: Parameters<typeof store.apply>) => {
      attempts++
      store.apply(...args)
    },
  }
  const {service} = stack.use(createFirestoreService(counted, {now: () => Date.now()}))
  const server = stack.use(await startGrpcServer({port: 0, services: [service]}))
  const client = new Firestore({projectId: 'demo', host: `127.0.0.1:${server.port}`, ssl: false})
  stack.defer(async () => await client.terminate())
  const batch = client.batch()
  for (let n = 0; n < 100; n++) batch.set(client.doc(`c/${n}`), {text: 'x'.repeat(10_000)})
  await expect(batch.commit()).rejects.toMatchObject({code: 9, message: expect.stringContaining('full')})
  expect(attempts).toBe(1)
})
