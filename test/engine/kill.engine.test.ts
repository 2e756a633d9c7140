import {fork} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {expect, test} from 'vitest'
import {openGrpcChannel} from '#runtime/engine/grpc-call.ts'
import {createDocumentLoad} from './firestore/document-load.ts'
import {createMessageLoad} from './pubsub/message-load.ts'

/** `KILLS=1000 npx vitest run --project engine test/engine/kill.engine.test.ts` takes half an hour. */
const kills = Number(process.env['KILLS'] ?? 6)

async function startServer(folder: string) {
  const child = fork(join(import.meta.dirname, 'stand-ins/engine-server.ts'), [folder], {
    execArgv: ['--conditions', 'stitch-source'],
  })
  const exited = once(child, 'exit')
  const [[firestoreHost, pubsubHost]] = (await once(child, 'message')) as [[string, string]]
  const documents = openGrpcChannel(firestoreHost)
  const messages = openGrpcChannel(pubsubHost)
  return {
    firestoreHost,
    documents,
    messages,
    kill: () => child.kill('SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
      await documents[Symbol.asyncDispose]()
      await messages[Symbol.asyncDispose]()
    },
  }
}

test(
  'kill -9 at random moments of a mixed load: nothing confirmed is lost, nothing is there by half',
  {timeout: 3_600_000},
  async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-kill-'))
    const documents = createDocumentLoad()
    const messages = createMessageLoad('p')
    for (let kill = 0; kill < kills; kill++) {
      await using server = await startServer(folder.path)
      if (kill === 0) await Promise.all([documents.setUp(server.documents), messages.setUp(server.messages)])
      await documents.check(server.documents)
      await documents.ask(server.documents)
      setTimeout(server.kill, 5 + Math.random() * 150)
      await Promise.all([
        ...documents.lanes.map((lane) => documents.write(server.documents, lane)),
        documents.transfer(server.documents),
        documents.transfer(server.documents),
        messages.publish(server.messages, `k${kill}`),
        messages.pull(server.messages),
      ])
    }
    {
      await using server = await startServer(folder.path)
      await documents.check(server.documents)
      await documents.checkAll(server.firestoreHost)
      expect(await messages.drain(server.messages)).toEqual([])
    }
    expect(messages.cameBack).toEqual([])
    expect(documents.transfers()).toBeGreaterThan(0)
    for (const file of ['firestore.db', 'pubsub.db']) {
      using database = new DatabaseSync(join(folder.path, file))
      expect(database.prepare('PRAGMA integrity_check').get()).toEqual({integrity_check: 'ok'})
    }
  },
)
