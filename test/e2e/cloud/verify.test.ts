import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startEngine} from '#runtime/engine/start.ts'
import {provisionPubSub} from '#runtime/engine/topics.ts'
import {writeLogEntry} from '../../fake-gcp/services/logging/entries.ts'
import {PROJECT, startCloud, writeProject, type CloudOnWire} from './fake-cloud.ts'
import {answerTo, privateTexts, type Exchanged} from '../private-texts.ts'
import {
  descendantsOf,
  makeFolder,
  packageRoot,
  processesOf,
  readEvents,
  runStitch,
  startStitch,
  until,
  type Finished,
  type Running,
} from '../run-stitch.ts'

type Parity = {
  readonly verdict: string
  readonly requests: readonly {
    readonly scenario: string
    readonly title: string
    readonly trace: string
    readonly verdict: string
    readonly differences: readonly {readonly what: string}[]
    readonly deployed: {readonly hops: readonly {readonly lane: string; readonly name: string}[]}
  }[]
}

const folder = makeFolder()
const stack = new AsyncDisposableStack()
const before = descendantsOf(process.pid)
let on: CloudOnWire
let hosts: Readonly<Record<string, string>>
let container: {readonly url: string; readonly running: Running}

const stitch = async (...args: readonly string[]): Promise<Finished> =>
  await runStitch(folder.path, args, {env: on.env})

/**
 * Data folders with the keys of what was deployed, where the project's own has those of the simulation: one for the
 * container, one for seeding, since a seed goes to whoever runs in its folder.
 */
const KEYS = ['container', 'seeding'] as const

/** Fills the database of the deployed functions, as `stitch seed --project` would the cloud's. */
async function seedDeployed(...paths: readonly string[]): Promise<void> {
  const env = {...hosts, STITCH_PROJECT: PROJECT}
  const seeded = await runStitch(folder.path, ['seed', ...paths, '--engine', 'external', '--data-dir', 'seeding'], {
    env,
  })
  expect(seeded).toMatchObject({code: 0})
}

/** What Secret Manager holds of a variable of the functions. */
function readSecret({cloud}: CloudOnWire, secret: string): string {
  const found = [...cloud.table('secretmanager.versions')].filter(([name]) => name.includes(`/secrets/${secret}/`))
  const [, version] = found.at(-1)!
  const data = (typeof version.payload === 'string' ? version.payload : version.payload.data) as string
  return Buffer.from(data, 'base64').toString()
}

/** The callback goes to the container on this machine; everything else is as it was deployed. */
function withLocalCallback(deployed: Readonly<Record<string, string>>): Record<string, string> {
  const config = JSON.parse(deployed['STITCH_CONFIG']!) as {callback: object}
  const callback = {...config.callback, baseUrl: container?.url, allowPrivate: true}
  return container ? {...hosts, STITCH_CONFIG: JSON.stringify({...config, callback})} : hosts
}

/** `stitch dev` stands in for the user's server container: it has the deployed keys, as SGTM_CREDENTIALS would. */
async function startContainer(): Promise<typeof container> {
  const file = folder.file('ready.json')
  const running = startStitch(folder.path, ['dev', '--no-ui', '--ready-file', file, '--data-dir', 'container'])
  await until(() => {
    if (running.child.exitCode !== null) throw new Error(running.stderr())
    return existsSync(file)
  })
  const {env} = JSON.parse(readFileSync(file, 'utf8')) as {env: {STITCH_SGTM_URL: string}}
  return {url: env.STITCH_SGTM_URL, running}
}

beforeAll(async () => {
  writeProject(folder.path)
  expect(await runStitch(folder.path, ['simulate', '--async', '--no-ui'])).toMatchObject({code: 0})
  const port = {port: 0, explicit: true}
  const engine = stack.use(
    await startEngine({
      name: 'embedded',
      dataDir: folder.file('engine'),
      inMemory: true,
      projectId: PROJECT,
      firestorePort: port,
      pubsubPort: port,
      signal: new AbortController().signal,
      log: () => undefined,
    }),
  )
  hosts = {FIRESTORE_EMULATOR_HOST: engine.firestoreHost, PUBSUB_EMULATOR_HOST: engine.pubsubHost}
  const started = stack.use(await startCloud({run: withLocalCallback}))
  on = started
  expect(await stitch('deploy', '--yes')).toMatchObject({code: 0})
  const hmac = JSON.parse(readSecret(on, 'stitch-hmac-keys')) as object
  const keys = {hmac, pepper: readSecret(on, 'stitch-pepper')}
  for (const name of KEYS) {
    mkdirSync(folder.file(name))
    writeFileSync(folder.file(`${name}/local-keys.json`), JSON.stringify(keys))
  }
  await seedDeployed()
  container = await startContainer()
  await provisionPubSub(engine, PROJECT, {
    topic: 'stitch-requests',
    deadLetterTopic: 'stitch-dead',
    subscription: 'stitch-worker',
    pushEndpoint: await started.running!.pushFace('stitch-worker'),
    ackDeadlineSeconds: 60,
    minBackoffSeconds: 1,
    maxBackoffSeconds: 10,
    maxDeliveryAttempts: 5,
  })
})

afterAll(async () => {
  await stack.disposeAsync()
  folder[Symbol.dispose]()
})

describe('stitch verify', () => {
  test('finds parity of all synchronous requests, hop by hop', async () => {
    const {code, stdout} = await stitch('verify')
    expect(stdout).toMatch(/^parity: \d+ requests, all the same$/m)
    expect(code).toBe(0)
  })

  test('finds parity of the path through Pub/Sub to the callback, with --async', async () => {
    const {code, stdout} = await stitch('verify', '--async', '--json', '--events', 'verify.ndjson')
    const {requests, ...parity} = JSON.parse(stdout) as Parity
    expect(requests.filter(({verdict}) => verdict !== 'same')).toEqual([])
    expect({code, ...parity}).toMatchObject({code: 0, verdict: 'parity', comparesHops: true, notSeeded: 0})
    const login = requests.find(({scenario, title}) => scenario === 'visitor-returns' && title.endsWith(', async'))!
    expect(login.deployed.hops.map(({name}) => name)).toEqual(expect.arrayContaining(['publish', 'worker', 'callback']))
  })

  test('tells what differs without its value, and where to read on', async () => {
    mkdirSync(folder.file('changed/products'), {recursive: true})
    const original = join(packageRoot, 'fixtures/products/products.csv')
    const file = folder.file('changed/products/products.csv')
    const changed = readFileSync(original, 'utf8').replace('Trekking pole Säntis', 'Walking stick Eiger')
    writeFileSync(file, changed)
    await seedDeployed(file)
    const {code, stdout, stderr} = await stitch('verify', '--scenario', 'products')
    await seedDeployed(original)
    expect(code).toBe(1)
    expect(stdout).toMatch(/attributes\.name: Trekking pole Säntis simulated,\s+another value\s+deployed/)
    expect(stdout + stderr).not.toContain('Eiger')
    const [, hint = ''] = /^ {2}\* stitch (logs .*)$/m.exec(stdout) ?? []
    expect(await stitch(...hint.split(' '))).toMatchObject({code: 0, stdout: expect.stringContaining('read products')})
  })

  test('compares the answers of a container on this machine, without an account, and takes no other http', async () => {
    const env = {STITCH_HMAC_KEYS: readSecret(on, 'stitch-hmac-keys')}
    const verify = async (...args: readonly string[]) => await runStitch(folder.path, ['verify', ...args], {env})
    const {code, stdout} = await verify('--url', container.url)
    expect(stdout).toMatch(/^parity: \d+ requests, all the same$/m)
    expect(code).toBe(0)
    const refused = await verify('--url', 'http://sgtm.example.com')
    expect(refused).toMatchObject({code: 2, stderr: expect.stringContaining('not encrypted')})
  })
})

describe('stitch logs', () => {
  test('shows the hops of one request, and nothing of a person in any line', async () => {
    const events = readEvents(folder.file('verify.ndjson'))
    const exchanges = events.flatMap((event) => (event.type === 'http.exchanged' ? [event as Exchanged] : []))
    const login = events.find(({title}) => title === 'visitors/franz-login, async')!
    const {requestId} = answerTo(exchanges.find(({trace}) => trace === login['trace'])!) as {requestId: string}
    const shown = await stitch('logs', '--request', requestId)
    expect(shown).toMatchObject({code: 0, stderr: ''})
    for (const hop of ['lookup', 'publish', 'worker', 'callback', 'POST /v1/stitch answered 202'])
      expect(shown.stdout).toMatch(new RegExp(`^\\S+ info +stitch-\\w+ +${hop}`, 'm'))
    expect(shown.stdout).toContain(`request=${requestId}`)

    const resource = {type: 'cloud_run_revision', labels: {service_name: 'stitch-lookup'}}
    const textPayload = 'Error: franz.huber@example.com of Zürich'
    writeLogEntry(on.cloud, {resource, severity: 'ERROR', timestamp: new Date().toISOString(), textPayload})
    const whole = await stitch('logs', '--limit', '100000')
    expect(whole.stdout).toMatch(/ error .*\(a line of 40 characters that is not ours and is not shown\)/)
    const document = await stitch('logs', '--limit', '100000', '--json')
    expect([whole.code, document.code]).toEqual([0, 0])
    expect((JSON.parse(document.stdout) as {entries: unknown[]}).entries.length).toBeGreaterThan(400)
    const secrets = privateTexts(exchanges)
    expect([...secrets]).toEqual(expect.arrayContaining(['franz.huber@example.com', 'C-100042', 'Zürich', '4180.35']))
    const said = shown.stdout + whole.stdout + document.stdout
    expect([...secrets].filter((text) => said.includes(text))).toEqual([])
    expect(said).not.toMatch(/[\w.+-]+@[\w-]+\.\w+/)
  })

  test('follows until Ctrl-C, which is no error', async () => {
    const following = startStitch(folder.path, ['logs', '--follow', '--since', '1h'], {env: on.env})
    await until(() => following.stdout().includes('callback') || following.child.exitCode !== null)
    following.child.kill('SIGINT')
    expect(await following.finished).toMatchObject({code: 0, signal: null, stderr: ''})
  })
})

test('stitch status and stitch cost give one document each', async () => {
  const status = await stitch('status', '--json')
  expect(status).toMatchObject({code: 0, stderr: ''})
  const {sha256} = JSON.parse(readFileSync(folder.file('.stitch/simulated.json'), 'utf8')) as {sha256: string}
  expect(JSON.parse(status.stdout)).toMatchObject({
    version: 1,
    lookup: {name: 'stitch-lookup', state: 'ACTIVE', invokers: ['allUsers']},
    worker: {name: 'stitch-worker', state: 'ACTIVE'},
    bundle: sha256,
    release: {sha256},
    drift: {create: 0, update: 0, delete: 0, blocked: 0, changes: []},
    unread: [],
  })
  const cost = await runStitch(folder.path, ['cost', '--requests', '10000000', '--async-share', '0.2', '--json'])
  expect(cost).toMatchObject({code: 0, stderr: ''})
  expect(JSON.parse(cost.stdout)).toMatchObject({version: 1, counted: 'simulation', workload: {requests: 10_000_000}})
})

test('all requests were valid, and nothing is left behind', async () => {
  on.fake.assertValid()
  container.running.child.kill('SIGINT')
  await container.running.finished
  await stack.disposeAsync()
  expect(processesOf(folder.path)).toEqual([])
  expect(descendantsOf(process.pid).filter((pid) => !before.includes(pid))).toEqual([])
})
