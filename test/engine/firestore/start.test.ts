import {once} from 'node:events'
import {mkdtempDisposable, writeFile} from 'node:fs/promises'
import {createServer} from 'node:net'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Firestore} from '@google-cloud/firestore'
import {describe, expect, test} from 'vitest'
import {startEmbedded} from './start-embedded.ts'

async function takePort(): Promise<{readonly port: number} & AsyncDisposable> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]()}
}

function connect(firestoreHost: string): Firestore & AsyncDisposable {
  const client = new Firestore({projectId: 'demo-stitch', host: firestoreHost, ssl: false})
  return Object.assign(client, {[Symbol.asyncDispose]: () => client.terminate()})
}

describe('the embedded engine', () => {
  test('tells clients where it is', async () => {
    await using engine = await startEmbedded()
    expect(engine.env).toEqual({
      FIRESTORE_EMULATOR_HOST: engine.firestoreHost,
      PUBSUB_EMULATOR_HOST: engine.pubsubHost,
      GOOGLE_CLOUD_PROJECT: 'demo-stitch',
      METADATA_SERVER_DETECTION: 'none',
    })
    expect(engine.firestoreHost).not.toBe(engine.pubsubHost)
  })

  test('keeps documents in the data folder from one run to the next', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-engine-'))
    const dataDir = join(folder.path, '.stitch')
    {
      await using engine = await startEmbedded({dataDir})
      await using client = connect(engine.firestoreHost)
      await client.doc('visitors/v').set({n: 1})
    }
    await using engine = await startEmbedded({dataDir})
    await using client = connect(engine.firestoreHost)
    expect((await client.doc('visitors/v').get()).data()).toEqual({n: 1})
  })

  test('moves away from a default port that is taken, and says so', async () => {
    await using taken = await takePort()
    const lines: string[] = []
    await using engine = await startEmbedded({
      firestorePort: {port: taken.port, explicit: false},
      log: (_, text) => void lines.push(text),
    })
    const port = engine.firestoreHost.split(':')[1]
    expect(lines).toEqual([`Port ${taken.port} is taken, so Firestore uses ${port}.`])
  })

  test('stops at an explicit port that is taken, and leaves nothing open', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-engine-'))
    await using taken = await takePort()
    const dataDir = folder.path
    await expect(startEmbedded({dataDir, pubsubPort: {port: taken.port, explicit: true}})).rejects.toMatchObject({
      code: 'STITCH_PORT_TAKEN',
      exit: 'environment',
      hints: expect.arrayContaining([expect.stringContaining('--pubsub-port')]),
    })
    await using again = await startEmbedded({dataDir})
    expect(again.name).toBe('embedded')
  })

  test('does not start in a folder that cannot be made', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-engine-'))
    const file = join(folder.path, 'file')
    await writeFile(file, '')
    await expect(startEmbedded({dataDir: join(file, '.stitch')})).rejects.toMatchObject({
      code: 'STITCH_DATA_DIR_NOT_WRITABLE',
    })
  })
})
