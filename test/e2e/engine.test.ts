import {spawn, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer as createHttpServer} from 'node:http'
import {createServer} from 'node:net'
import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {Firestore} from '@google-cloud/firestore'
import {PubSub} from '@google-cloud/pubsub'
import {describe, expect, test} from 'vitest'
import {
  cleanEnvironment,
  endProcess,
  isAlive,
  makeFolder,
  packageRoot,
  processesOf,
  runStitch,
  startStitch,
  until,
} from './run-stitch.ts'

type Env = {readonly FIRESTORE_EMULATOR_HOST: string; readonly PUBSUB_EMULATOR_HOST: string}
type Started = {readonly pid: number; readonly name: string; readonly env: Env}

async function run<T>(folder: string, ...args: readonly string[]): Promise<T> {
  const {code, stdout, stderr} = await runStitch(folder, [...args, '--json'])
  if (code !== 0) throw new Error(`stitch ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`)
  return JSON.parse(stdout) as T
}

const start = (folder: string) => run<Started>(folder, 'engine', 'start', '--detach')

function firestoreOf({FIRESTORE_EMULATOR_HOST: host}: Env): Firestore & AsyncDisposable {
  const client = new Firestore({projectId: 'demo-stitch', host, ssl: false})
  return Object.assign(client, {[Symbol.asyncDispose]: () => client.terminate()})
}

function pubsubOf({PUBSUB_EMULATOR_HOST: apiEndpoint}: Env): PubSub & AsyncDisposable {
  const client = new PubSub({projectId: 'demo-stitch', apiEndpoint, emulatorMode: true})
  return Object.assign(client, {[Symbol.asyncDispose]: () => client.close()})
}

/** The texts that a subscription gives, all acknowledged, until it has given so many. */
async function receive({PUBSUB_EMULATOR_HOST: host}: Env, subscription: string, count: number): Promise<string[]> {
  const texts: string[] = []
  await until(async () => {
    const url = `http://${host}/v1/projects/demo-stitch/subscriptions/${subscription}`
    const pulled = await fetch(`${url}:pull`, {method: 'POST', body: '{"maxMessages":1000,"returnImmediately":true}'})
    const {receivedMessages = []} = (await pulled.json()) as {
      receivedMessages?: {ackId: string; message: {data: string}}[]
    }
    texts.push(...receivedMessages.map(({message}) => Buffer.from(message.data, 'base64').toString()))
    const ackIds = receivedMessages.map(({ackId}) => ackId)
    if (ackIds.length > 0) await fetch(`${url}:acknowledge`, {method: 'POST', body: JSON.stringify({ackIds})})
    return texts.length >= count
  })
  return texts
}

describe('stitch engine', () => {
  test('start --detach returns when ready, with lines for a shell; status says so; stop ends it', async () => {
    using folder = makeFolder()
    expect((await runStitch(folder.path, ['engine', 'status'])).code).toBe(1)
    const started = await runStitch(folder.path, ['engine', 'start', '--detach'])
    expect(started.code).toBe(0)
    expect(started.stderr).toBe('')
    const script = `${started.stdout}\nexec node -e 'console.log(process.env.FIRESTORE_EMULATOR_HOST)'`
    const host = spawnSync('sh', ['-c', script], {encoding: 'utf8'}).stdout.trim()
    expect(host).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(await (await fetch(`http://${host}/`)).text()).toBe('Ok\n')

    const status = await run<{pid: number; ready: boolean; env: Env}>(folder.path, 'engine', 'status')
    expect(status).toMatchObject({ready: true, engine: 'embedded', env: {FIRESTORE_EMULATOR_HOST: host}})
    expect((await runStitch(folder.path, ['engine', 'status'])).stdout).toContain(started.stdout)

    const stopped = await runStitch(folder.path, ['engine', 'stop'])
    expect([stopped.code, stopped.stdout]).toEqual([0, expect.stringContaining(`process ${status.pid}`)])
    expect(isAlive(status.pid)).toBe(false)
    expect(processesOf(folder.path)).toEqual([])
    expect(await run(folder.path, 'engine', 'stop')).toMatchObject({stopped: false})
  })

  test('in the foreground it ends with Ctrl-C and 0, and takes its ready file along', async () => {
    using folder = makeFolder()
    const ready = folder.file('ready.json')
    const running = startStitch(folder.path, ['engine', 'start', '--ready-file', ready])
    await until(() => existsSync(ready) && running.stderr().includes('Ctrl-C'))
    const {pid, env} = JSON.parse(readFileSync(ready, 'utf8')) as Started
    expect(pid).toBe(running.child.pid)
    expect(running.stdout()).toContain(`export PUBSUB_EMULATOR_HOST=${env.PUBSUB_EMULATOR_HOST}\n`)
    running.child.kill('SIGINT')
    expect((await running.finished).code).toBe(0)
    expect(existsSync(ready)).toBe(false)
    expect(existsSync(folder.file('.stitch/lock.json'))).toBe(false)
  })

  test('kill -9 loses nothing that was confirmed, and the next start works', async () => {
    using folder = makeFolder()
    const {pid, env} = await start(folder.path)
    // Never closed: closing waits for calls that the killed engine leaves open, and the clients repeat those for minutes.
    const firestore = firestoreOf(env)
    const pubsub = pubsubOf(env)
    const [topic] = await pubsub.createTopic('orders')
    await topic.createSubscription('worker')
    const confirmed = {documents: [] as string[], messages: [] as string[]}
    const killed = new AbortController()
    const write = async (): Promise<void> => {
      for (let n = 0; !killed.signal.aborted; n++) {
        const [name, text] = [`visitors/${n}`, `message ${n}`]
        await Promise.all([
          firestore
            .doc(name)
            .set({n})
            .then(() => confirmed.documents.push(name)),
          topic.publishMessage({data: Buffer.from(text)}).then(() => confirmed.messages.push(text)),
        ])
      }
    }
    void write().catch(() => undefined)
    await until(() => confirmed.messages.length >= 50)
    endProcess(pid)
    await until(() => !isAlive(pid))
    killed.abort()
    const status = await runStitch(folder.path, ['engine', 'status', '--json'])
    expect([status.code, JSON.parse(status.stdout)]).toEqual([1, expect.objectContaining({running: false})])

    const again = await start(folder.path)
    expect(again.pid).not.toBe(pid)
    await using reader = firestoreOf(again.env)
    const names = (await reader.collection('visitors').get()).docs.map(({ref}) => ref.path)
    expect(confirmed.documents.filter((name) => !names.includes(name))).toEqual([])
    const texts = await receive(again.env, 'worker', confirmed.messages.length)
    expect(confirmed.messages.filter((text) => !texts.includes(text))).toEqual([])
    await run(folder.path, 'engine', 'stop')
  })

  test('a start that cannot be says why, detached as well', async () => {
    using folder = makeFolder()
    await using server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const port = String((server.address() as AddressInfo).port)
    const refused = await runStitch(folder.path, ['engine', 'start', '--detach', '--pubsub-port', port])
    expect([refused.code, refused.stdout]).toEqual([3, ''])
    expect(refused.stderr).toContain('STITCH_PORT_TAKEN')
    const {pid} = await start(folder.path)
    const second = await runStitch(folder.path, ['engine', 'start', '--detach', '--json'])
    expect([second.code, JSON.parse(second.stdout)]).toEqual([
      3,
      {error: expect.objectContaining({code: 'STITCH_BUSY', hints: expect.arrayContaining(['stitch engine stop'])})},
    ])
    expect(isAlive(pid)).toBe(true)
    await run(folder.path, 'engine', 'stop')
    const external = await runStitch(folder.path, ['engine', 'start', '--engine', 'external'])
    expect([external.code, external.stderr]).toEqual([2, expect.stringContaining('STITCH_ENGINE_EXTERNAL')])
  })

  test('a second --detach, or a -dd, starts one engine, and a refused start leaves its log alone', async () => {
    using folder = makeFolder()
    const started = await runStitch(folder.path, ['engine', 'start', '-dd'])
    expect([started.code, processesOf(folder.path).length]).toEqual([0, 1])
    const log = () => readFileSync(folder.file('.stitch/logs/engine-output.log'), 'utf8')
    const refused = await runStitch(folder.path, ['engine', 'start', '--detach', '--detach'])
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('STITCH_BUSY')])
    expect(log()).not.toContain('STITCH_BUSY')
    await run(folder.path, 'engine', 'stop')
    expect(JSON.parse(log())).toMatchObject({name: 'embedded'})
    expect(readdirSync(folder.file('.stitch/logs')).filter((name) => name.startsWith('engine-output'))).toHaveLength(1)
  })

  test('a place that cannot be written is named, and what is there stays', async () => {
    using folder = makeFolder()
    writeFileSync(folder.file('file'), 'mine')
    mkdirSync(folder.file('sub'))
    for (const ready of ['sub', 'file/ready.json']) {
      const {code, stderr} = await runStitch(folder.path, ['engine', 'start', '--ready-file', ready])
      expect([ready, code, stderr]).toEqual([ready, 3, expect.stringContaining('STITCH_OUTPUT_NOT_WRITABLE')])
    }
    const detached = await runStitch(folder.path, ['engine', 'start', '--detach', '--data-dir', 'file/data'])
    expect([detached.code, detached.stderr]).toEqual([3, expect.stringContaining('STITCH_DATA_DIR_NOT_WRITABLE')])
    expect(readFileSync(folder.file('file'), 'utf8')).toBe('mine')
  })

  test('an import that waits for its input ends with Ctrl-C', async () => {
    using folder = makeFolder()
    const child = spawn(process.execPath, [join(packageRoot, 'bin/run.js'), 'engine', 'import', '-'], {
      cwd: folder.path,
      env: cleanEnvironment(folder.path),
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const ended = once(child, 'exit')
    // Its own engine runs once the folder's lock is there; what comes then is read.
    await until(async () => existsSync(folder.file('.stitch/pubsub.db')))
    child.stdin.write('{"format":"stitch-engine","version":1}\n')
    child.kill('SIGINT')
    expect(await ended).toEqual([130, null])
    expect(existsSync(folder.file('.stitch/lock.json'))).toBe(false)
  })

  test('an import that is none removes nothing, also with --reset', async () => {
    using folder = makeFolder()
    await run(folder.path, 'seed')
    writeFileSync(folder.file('wrong.txt'), 'hello\n')
    const refused = await runStitch(folder.path, ['engine', 'import', 'wrong.txt', '--reset'])
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('STITCH_ENGINE_DATA_INVALID')])
    const {counts} = await run<{counts: {document: number}}>(folder.path, 'engine', 'export', 'all.ndjson')
    expect(counts.document).toBeGreaterThan(0)
  })

  test('seed, export, import and reset where none runs need none of the ports that others have', async () => {
    using folder = makeFolder()
    await using server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const port = String((server.address() as AddressInfo).port)
    const ports = ['--firestore-port', port, '--pubsub-port', port]
    expect(await run(folder.path, 'seed', ...ports)).toMatchObject({target: 'the embedded engine'})
    const exported = await run<{counts: {document: number}}>(folder.path, 'engine', 'export', 'all.ndjson', ...ports)
    expect(exported.counts.document).toBeGreaterThan(0)
    await run(folder.path, 'engine', 'reset', ...ports)
    expect(await run(folder.path, 'engine', 'import', 'all.ndjson', ...ports)).toMatchObject({counts: exported.counts})
  })

  test('an export where none runs delivers nothing to anybody', async () => {
    using folder = makeFolder()
    let deliveries = 0
    await using server = createHttpServer((_, response) => {
      deliveries++
      response.writeHead(204).end()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const pushEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const topic = 'projects/demo-stitch/topics/orders'
    const worker = 'projects/demo-stitch/subscriptions/worker'
    const message = {topic, subscriptions: [worker], message: {data: 'aGk=', messageId: '1'}}
    const lines = [
      {format: 'stitch-engine', version: 1},
      {topic: {name: topic}},
      {subscription: {name: worker, topic, pushConfig: {pushEndpoint}}},
      {message},
    ]
    writeFileSync(folder.file('in.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const counts = expect.objectContaining({subscription: 1, message: 1})
    expect(await run(folder.path, 'engine', 'import', 'in.ndjson')).toMatchObject({counts})
    expect(await run(folder.path, 'engine', 'export', 'out.ndjson')).toMatchObject({counts})
    expect(deliveries).toBe(0)
    // It is only put off.
    await start(folder.path)
    await until(async () => deliveries === 1)
    await run(folder.path, 'engine', 'stop')
  })

  test('stop ends nobody else: not another command, and not a process with the same number', async () => {
    using folder = makeFolder()
    mkdirSync(folder.file('.stitch'))
    const lock = (owner: object) => writeFileSync(folder.file('.stitch/lock.json'), JSON.stringify(owner))
    const {start: started, host} = identityOf(process.pid)
    const own = {pid: process.pid, started, machine: host, since: 'now'}
    lock({...own, command: 'stitch dev'})
    const refused = await runStitch(folder.path, ['engine', 'stop'])
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('STITCH_ENGINE_NOT_OURS')])
    lock({...own, command: 'stitch engine start', started: 'another-boot/1'})
    expect(await run(folder.path, 'engine', 'stop')).toMatchObject({stopped: false})
  })

  test('seed writes into it; export, reset and import bring everything back', async () => {
    using folder = makeFolder()
    const {env} = await start(folder.path)
    expect(await run(folder.path, 'seed')).toMatchObject({target: 'the engine of the running stitch engine start'})
    await using pubsub = pubsubOf(env)
    const [topic] = await pubsub.createTopic('orders')
    await topic.createSubscription('worker')
    await topic.publishMessage({data: Buffer.from('waits')})
    await using firestore = firestoreOf(env)
    const count = async () => (await firestore.collectionGroup('products').get()).size
    const before = await count()
    expect(before).toBeGreaterThan(0)

    type Report = {readonly counts: Readonly<Record<string, number>>; readonly file: string}
    mkdirSync(folder.file('backup'))
    const exported = await run<Report>(folder.path, 'engine', 'export', 'backup')
    expect(exported).toMatchObject({
      file: 'backup/stitch-engine.ndjson',
      counts: {topic: 1, subscription: 1, message: 1},
    })
    expect(await run(folder.path, 'engine', 'reset')).toMatchObject({subscriptions: 1})
    expect(await count()).toBe(0)
    const piped = await runStitch(folder.path, ['engine', 'import', '-', '--reset'], {
      input: readFileSync(folder.file('backup/stitch-engine.ndjson'), 'utf8'),
    })
    expect([piped.code, piped.stdout]).toEqual([0, expect.stringContaining('imported into the engine of the running')])
    expect(await count()).toBe(before)
    expect(await receive(env, 'worker', 1)).toEqual(['waits'])
    await run(folder.path, 'engine', 'stop')

    // The same where none runs, into another folder; stdout is the export and nothing else.
    const out = await runStitch(folder.path, ['engine', 'export', '-'])
    expect(out.code).toBe(0)
    const other = ['--data-dir', folder.file('other')]
    writeFileSync(folder.file('copy.ndjson'), out.stdout)
    expect(await run(folder.path, 'engine', 'import', 'copy.ndjson', ...other)).toMatchObject({
      counts: {document: exported.counts['document'], topic: 1, subscription: 1},
    })
    const again = await runStitch(folder.path, ['engine', 'export', '-', ...other])
    const contentOf = (text: string) => text.split('\n').slice(1)
    expect(contentOf(again.stdout)).toEqual(contentOf(out.stdout))
    const broken = await runStitch(folder.path, ['engine', 'import', 'stitch.config.json', ...other])
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('STITCH_ENGINE_DATA_UNREADABLE')])
  })
})

/** What the lock of a data folder says of a process. */
function identityOf(pid: number): {readonly start: string; readonly host: string} {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return {start: `${boot}/${ticks}`, host: readFileSync('/proc/sys/kernel/hostname', 'utf8').trim()}
}
