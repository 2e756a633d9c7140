import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempDisposable, readdir, readFile, readlink, truncate} from 'node:fs/promises'
import {createServer, type AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {setTimeout as delay} from 'node:timers/promises'
import {Firestore} from '@google-cloud/firestore'
import {afterAll, describe, expect, test} from 'vitest'
import {findPortHolder} from '#runtime/engine/ports-holder.ts'
import {probePort} from '#runtime/engine/ports.ts'
import {startEngine} from '#runtime/engine/start.ts'
import type {Engine, EngineOptions} from '#runtime/engine/types.ts'
import {skipReason, titled} from './skip-reason.ts'

/** Class archives of these tests only; most share one, so that they start faster. */
const cache = await mkdtempDisposable(join(tmpdir(), 'stitch-gcloud-cache-'))
afterAll(() => cache[Symbol.asyncDispose]())

const tempDir = () => mkdtempDisposable(join(tmpdir(), 'stitch-gcloud-'))

function optionsOf(dataDir: string, over: Partial<EngineOptions> = {}): EngineOptions {
  return {
    name: 'gcloud',
    dataDir,
    projectId: 'demo-stitch',
    firestorePort: {port: 0, explicit: false},
    pubsubPort: {port: 0, explicit: false},
    environment: {...process.env, XDG_CACHE_HOME: cache.path, STITCH_TEST_FOLDER: dataDir},
    signal: new AbortController().signal,
    log: () => {},
    ...over,
  }
}

const portOf = (host: string): number => Number(host.split(':')[1])

/** Waits until nobody listens there any more; the test's own time-out is the only limit. */
async function untilFree(hosts: readonly string[]): Promise<void> {
  while ((await Promise.all(hosts.map((host) => probePort(portOf(host))))).some((state) => state !== 'free'))
    await delay(50)
}

/** Every local address that a process listens on, in the notation of /proc/net/tcp: 0100007F is 127.0.0.1. */
async function listeningAddresses(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`)
  const sockets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8')))
  const rows = tables.flatMap((table) => table.split('\n')).map((line) => line.trim().split(/\s+/))
  return rows
    .filter((row) => row[3] === '0A' && sockets.includes(`socket:[${row[9]}]`))
    .map((row) => row[1]!.split(':')[0]!)
}

/** Running processes that carry the folder in their environment, as guards and emulators do. */
function startedFrom(folder: string): string[] {
  const processes = execFileSync('ps', ['eww', '-eo', 'pid,args'], {encoding: 'utf8'}).split('\n')
  return processes.filter((row) => row.includes(`STITCH_TEST_FOLDER=${folder}`))
}

/** The archives that the emulators' JVMs have in their memory. */
async function mappedArchives({firestoreHost, pubsubHost}: Engine): Promise<string[]> {
  const found = [firestoreHost, pubsubHost].map(async (host) => {
    const maps = await readFile(`/proc/${(await findPortHolder(portOf(host)))!.pid}/maps`, 'utf8')
    return [...new Set([...maps.matchAll(/[^/\n]*\/stitch\/classes\/(\S+\.jsa)$/gm)].map((match) => match[1]!))]
  })
  return (await Promise.all(found)).flat()
}

describe.skipIf(skipReason !== undefined)(titled("Google's emulators"), () => {
  test('answer the official client, write logs, and end with the engine', async () => {
    await using folder = await tempDir()
    const engine = await startEngine(optionsOf(folder.path))
    const firestore = new Firestore({
      projectId: 'demo-stitch',
      host: engine.firestoreHost,
      ssl: false,
      preferRest: false,
    })
    await firestore.doc('visitors/v-1').set({visits: 3})
    expect((await firestore.doc('visitors/v-1').get()).data()).toEqual({visits: 3})
    await firestore.terminate()
    expect(startedFrom(folder.path)).toHaveLength(4)
    expect(await readdir(join(folder.path, 'logs'))).toEqual(['firestore-emulator.log', 'pubsub-emulator.log'])
    await engine[Symbol.asyncDispose]()
    expect(engine.failed.aborted).toBe(false)
    expect(startedFrom(folder.path)).toEqual([])
  })

  test.runIf(process.platform === 'linux')('open no port beyond loopback', async () => {
    await using folder = await tempDir()
    await using engine = await startEngine(optionsOf(folder.path))
    for (const host of [engine.firestoreHost, engine.pubsubHost]) {
      const holder = await findPortHolder(portOf(host))
      const addresses = await listeningAddresses(holder!.pid)
      expect(addresses.length).toBeGreaterThan(0)
      for (const address of addresses) expect(address).toMatch(/^(0000000000000000FFFF0000)?0100007F$/)
    }
  })

  test('leave nothing behind when the command is killed with SIGKILL', async () => {
    await using folder = await tempDir()
    const standIn = join(import.meta.dirname, '../stand-ins/engine-parent.ts')
    const parent = spawn(process.execPath, ['--conditions=stitch-source', standIn, 'gcloud', folder.path], {
      env: {...process.env, XDG_CACHE_HOME: cache.path},
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface({input: parent.stdout}), 'line')) as [string]
    const hosts = line.split(' ')
    expect(await Promise.all(hosts.map((host) => probePort(portOf(host))))).toEqual(['taken', 'taken'])
    parent.kill('SIGKILL')
    await untilFree(hosts)
  })

  test.runIf(process.platform === 'linux')('tell when one of them dies in mid-run, with its log', async () => {
    await using folder = await tempDir()
    await using engine = await startEngine(optionsOf(folder.path))
    const aborted = once(engine.failed, 'abort')
    const holder = await findPortHolder(portOf(engine.pubsubHost))
    process.kill(holder!.pid, 'SIGKILL')
    await aborted
    expect(engine.failed.reason).toMatchObject({
      code: 'STITCH_ENGINE_DIED',
      exit: 'environment',
      message: 'The Pub/Sub emulator ended in mid-run (signal SIGKILL), so the run was stopped.',
      hints: expect.arrayContaining([
        expect.stringMatching(/^cat .*pubsub-emulator\.log$/),
        expect.stringMatching(/^its log says: /),
      ]) as string[],
    })
  })

  test('stop for an explicit port that is taken, and leave the other emulator behind neither', async () => {
    await using folder = await tempDir()
    await using server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const {port} = server.address() as AddressInfo
    await expect(startEngine(optionsOf(folder.path, {pubsubPort: {port, explicit: true}}))).rejects.toMatchObject({
      code: 'STITCH_PORT_TAKEN',
      message: expect.stringContaining(`Port ${port} is taken`) as string,
    })
    expect(startedFrom(folder.path)).toEqual([])
  })

  test('two runs that start at once and want the same default ports get different ones', async () => {
    await using first = await tempDir()
    await using second = await tempDir()
    await using server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const {port} = server.address() as AddressInfo
    await server[Symbol.asyncDispose]()
    const wishes = {firestorePort: {port, explicit: false}, pubsubPort: {port: port + 5, explicit: false}}
    const started = await Promise.allSettled(
      [first, second].map((folder) => startEngine(optionsOf(folder.path, wishes))),
    )
    await using stack = new AsyncDisposableStack()
    const engines = started.flatMap((it) => (it.status === 'fulfilled' ? [stack.use(it.value)] : []))
    expect(started.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []))).toEqual([])
    expect(new Set(engines.flatMap(({firestoreHost, pubsubHost}) => [firestoreHost, pubsubHost])).size).toBe(4)
  })

  test('are given up when the run is interrupted while they start', async () => {
    await using folder = await tempDir()
    const interruption = new AbortController()
    const starting = startEngine(optionsOf(folder.path, {signal: interruption.signal}))
    setTimeout(() => interruption.abort(new Error('interrupted')), 300)
    await expect(starting).rejects.toThrow('interrupted')
    expect(startedFrom(folder.path)).toEqual([])
  })

  test.runIf(process.platform === 'linux')('read their classes from an archive that the first run left', async () => {
    await using folder = await tempDir()
    const environment = {...process.env, XDG_CACHE_HOME: join(folder.path, 'cache')}
    const told: string[] = []
    const options = optionsOf(folder.path, {environment, log: (_, text) => told.push(text)})
    await using first = await startEngine(options)
    expect(await mappedArchives(first)).toEqual([])
    await first[Symbol.asyncDispose]()
    expect(told).toEqual([expect.stringMatching(/write their classes for later runs/)])
    await using second = await startEngine(options)
    expect((await mappedArchives(second)).map((name) => name.split('-')[0])).toEqual(['firestore', 'pubsub'])
    expect(await readdir(join(folder.path, 'cache/stitch/classes'))).toHaveLength(2)
    await second[Symbol.asyncDispose]()
    expect(told).toHaveLength(1)
  })

  test('start whatever became of the archives, and replace them', async () => {
    await using folder = await tempDir()
    const environment = {...process.env, XDG_CACHE_HOME: join(folder.path, 'cache')}
    const options = optionsOf(folder.path, {environment})
    await (await startEngine(options))[Symbol.asyncDispose]()
    const archives = join(folder.path, 'cache/stitch/classes')
    // A JVM trusts the head of such a file and then crashes on what is missing.
    for (const name of await readdir(archives)) await truncate(join(archives, name), 1_000_000)
    await (await startEngine(options))[Symbol.asyncDispose]()
    expect((await readdir(process.cwd())).filter((name) => name.startsWith('hs_err'))).toEqual([])
    await using third = await startEngine(options)
    if (process.platform === 'linux') expect(await mappedArchives(third)).toHaveLength(2)
  })

  test('two first runs at once leave one whole archive for each emulator', async () => {
    await using folders = new AsyncDisposableStack()
    const [one, two] = [folders.use(await tempDir()), folders.use(await tempDir())]
    const environment = {...process.env, XDG_CACHE_HOME: join(one.path, 'cache')}
    const runs = [one, two].map((folder) => startEngine(optionsOf(folder.path, {environment})))
    await Promise.all((await Promise.all(runs)).map((engine) => engine[Symbol.asyncDispose]()))
    expect((await readdir(join(one.path, 'cache/stitch/classes'))).map((name) => name.replace(/-.*\./, '.'))).toEqual([
      'firestore.jsa',
      'pubsub.jsa',
    ])
    await using engine = await startEngine(optionsOf(one.path, {environment}))
    if (process.platform === 'linux') expect(await mappedArchives(engine)).toHaveLength(2)
  })

  test('that end before they answer are quoted', async () => {
    await using folder = await tempDir()
    const environment = {...process.env, XDG_CACHE_HOME: cache.path, JAVA_TOOL_OPTIONS: '-XX:+NoSuchFlag'}
    await expect(startEngine(optionsOf(folder.path, {environment}))).rejects.toMatchObject({
      code: 'STITCH_ENGINE_DIED',
      message: expect.stringMatching(
        /emulator ended before it answered \(exit code 1\), so nothing was run\.$/,
      ) as string,
      hints: expect.arrayContaining([expect.stringContaining('NoSuchFlag')]) as string[],
    })
    expect(await readFile(join(folder.path, 'logs', 'firestore-emulator.log'), 'utf8')).toContain('NoSuchFlag')
  })
})
