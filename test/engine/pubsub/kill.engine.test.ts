import {fork} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {expect, test} from 'vitest'
import {openGrpcChannel} from '../../../src/runtime/engine/grpc-call.ts'
import {createMessageLoad} from './message-load.ts'

const rounds = Number(process.env['KILLS'] ?? 8)

async function startServer(folder: string) {
  const child = fork(join(import.meta.dirname, '../stand-ins/pubsub-server.ts'), [folder], {
    execArgv: ['--conditions', 'stitch-source'],
  })
  const exited = once(child, 'exit')
  const [port] = (await once(child, 'message')) as [number]
  const channel = openGrpcChannel(`127.0.0.1:${port}`)
  return {
    channel,
    kill: () => child.kill('SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
      await channel[Symbol.asyncDispose]()
    },
  }
}

test(
  'kill -9 at random moments: nothing acknowledged comes back, nothing else is lost',
  {timeout: 600_000},
  async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-pubsub-'))
    const load = createMessageLoad('p')
    for (let round = 0; round < rounds; round++) {
      await using server = await startServer(folder.path)
      if (round === 0) await load.setUp(server.channel)
      setTimeout(server.kill, 5 + Math.random() * 150)
      await Promise.all([
        load.publish(server.channel, `r${round}a`),
        load.publish(server.channel, `r${round}b`),
        load.pull(server.channel),
      ])
    }
    {
      await using server = await startServer(folder.path)
      expect(await load.drain(server.channel)).toEqual([])
    }
    expect(load.published.size).toBeGreaterThan(rounds)
    expect(load.acknowledged.size).toBeGreaterThan(0)
    expect(load.cameBack).toEqual([])
    using database = new DatabaseSync(join(folder.path, 'pubsub.db'))
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({integrity_check: 'ok'})
    expect(database.prepare('SELECT count(*) AS n FROM messages').get()).toEqual({n: 0})
  },
)
