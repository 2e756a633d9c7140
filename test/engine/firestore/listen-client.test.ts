import {once} from 'node:events'
import {mkdtempDisposable} from 'node:fs/promises'
import {connect, createServer} from 'node:net'
import type {AddressInfo, Socket} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Firestore} from '@google-cloud/firestore'
import {expect, test} from 'vitest'
import {describeSnapshot, watchDocument, watchQuery} from '../../conformance/firestore-snapshots.ts'
import {startEmbedded} from './start-embedded.ts'

type Wire = AsyncDisposable & {
  readonly host: string
  /** Breaks every connection; new ones wait until they are let through again. */
  readonly cut: () => void
  readonly restore: (to: string) => void
}

/** A wire to the engine that can be cut. */
async function startWire(to: string): Promise<Wire> {
  const sockets = new Set<Socket>()
  let target = Promise.withResolvers<string>()
  target.resolve(to)
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
  }
  const pass = async (near: Socket): Promise<void> => {
    // Waiting and not refused, because the client leaves a rejection unhandled for every stream it cannot open.
    const [hostname, port] = (await target.promise).split(':')
    const far = connect(Number(port), hostname)
    keep(near, far)
    keep(far, near)
    near.pipe(far).pipe(near)
  }
  const server = createServer((near) => void pass(near))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    target = Promise.withResolvers()
    for (const socket of sockets) socket.destroy()
  }
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    restore: (host) => target.resolve(host),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}

function newClient(host: string): Firestore & AsyncDisposable {
  const client = new Firestore({projectId: 'demo-stitch', host, ssl: false})
  return Object.assign(client, {[Symbol.asyncDispose]: () => client.terminate()})
}

test('a listener whose connection broke learns what it missed', async () => {
  await using engine = await startEmbedded()
  await using wire = await startWire(engine.firestoreHost)
  await using direct = newClient(engine.firestoreHost)
  await using client = newClient(wire.host)
  await direct.doc('c/a').set({n: 1})
  await direct.doc('c/b').set({n: 1})
  using watched = watchQuery(client.collection('c'))
  expect(describeSnapshot(await watched.next()).ids).toEqual(['a', 'b'])
  wire.cut()
  await direct.batch().delete(direct.doc('c/a')).set(direct.doc('c/d'), {n: 4}).commit()
  wire.restore(engine.firestoreHost)
  expect(describeSnapshot(await watched.next())).toEqual({ids: ['b', 'd'], changes: ['removed a', 'added d']})
})

test('a listener survives a restart of the engine, and the engine does not wait for listeners to stop', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-listen-'))
  const first = await startEmbedded({dataDir: folder.path})
  await using wire = await startWire(first.firestoreHost)
  await using client = newClient(wire.host)
  await client.doc('c/a').set({n: 1})
  using watched = watchDocument(client.doc('c/a'))
  expect((await watched.next()).get('n')).toBe(1)
  wire.cut()
  await first[Symbol.asyncDispose]()
  await using second = await startEmbedded({dataDir: folder.path})
  await using direct = newClient(second.firestoreHost)
  await direct.doc('c/a').set({n: 2})
  wire.restore(second.firestoreHost)
  expect((await watched.next()).get('n')).toBe(2)
  // Before the engine ends, or else the client would look for it once more while it is terminated.
  watched[Symbol.dispose]()
})
