import {once} from 'node:events'
import {createServer} from 'node:http2'
import type {AddressInfo} from 'node:net'
import {expect, test} from 'vitest'
import {createFirestoreStore} from '#runtime/handlers/gcp-firestore.ts'

/** A service that takes calls and answers none, or with a status. */
async function startService(status?: number) {
  const server = createServer()
  const calls: string[] = []
  server.on('stream', (stream, headers) => {
    calls.push(String(headers[':path']).split('/').at(-1)!)
    stream.on('error', () => {})
    if (status === undefined) return
    stream.respond(
      {':status': 200, 'content-type': 'application/grpc', 'grpc-status': status, 'grpc-message': 'names secret-id'},
      {endStream: true},
    )
  })
  const sessions = new Set<{destroy: () => void}>()
  server.on('session', (session) => void sessions.add(session))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    calls,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

const within = (timeoutMs: number) => ({timeoutMs, trace: {trace: 'a'.repeat(32), span: 'b'.repeat(16)}})
const ref = {collection: 'requests', id: 'secret-id'}

test('a database that does not answer is asked once, and the call ends with its time', async () => {
  await using service = await startService()
  const store = createFirestoreStore({project: 'demo-stitch', database: '(default)'}, service.host)
  const failures = [
    store.read([ref], [['state']], within(200)),
    store.create(ref, {}, within(200)),
    store.update(ref, {state: 'x'}, within(200)),
  ]
  for (const failure of failures)
    await expect(failure).rejects.toMatchObject({name: 'StoreError', code: 'deadline_exceeded'})
  expect(service.calls.sort()).toEqual(['BatchGetDocuments', 'Commit', 'Commit'])
})

test('an error is its status, once, and names no document', async () => {
  await using service = await startService(14)
  const store = createFirestoreStore({project: 'demo-stitch', database: '(default)'}, service.host)
  for (const work of [
    () => store.read([ref], undefined, within(2000)),
    () => store.create(ref, {state: 'x'}, within(2000)),
  ]) {
    await expect(work()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.not.stringContaining('secret-id') as string,
    })
  }
  expect(service.calls).toEqual(['BatchGetDocuments', 'Commit'])
})

test('conditions that do not hold are outcomes and no errors', async () => {
  await using existing = await startService(6)
  expect(
    await createFirestoreStore({project: 'demo-stitch', database: '(default)'}, existing.host).create(
      ref,
      {},
      within(2000),
    ),
  ).toBe(false)
  await using changed = await startService(9)
  expect(
    await createFirestoreStore({project: 'demo-stitch', database: '(default)'}, changed.host).update(
      ref,
      {},
      within(2000),
      {
        seconds: '1',
        nanos: 0,
      },
    ),
  ).toBe(false)
})
