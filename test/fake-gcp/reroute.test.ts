import {execFile} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {createCloud} from './cloud.ts'
import {createFakeGcp} from './handle.ts'
import type {RunningFake} from './server.ts'
import {tokenFor} from './token.ts'

const root = join(import.meta.dirname, '..', '..')
const reroute = join(import.meta.dirname, 'reroute.js')
const token = tokenFor('dev@example.com', ['https://www.googleapis.com/auth/cloud-platform'])
const topicUrl = 'https://secretmanager.googleapis.com/v1/projects/stitch-test/secrets?pageSize=3'

const fake = createFakeGcp(createCloud({services: ['secretmanager.googleapis.com']}))
const loopback = createServer((_request, response) => response.end('here'))
let running: RunningFake
let folder: string
let here: string

beforeAll(async () => {
  running = await fake.start()
  folder = await mkdtemp(join(tmpdir(), 'stitch-reroute-'))
  await new Promise<void>((resolve) => loopback.listen(0, '127.0.0.1', resolve))
  here = `http://127.0.0.1:${(loopback.address() as AddressInfo).port}/`
})
afterAll(async () => {
  await running[Symbol.asyncDispose]()
  await rm(folder, {recursive: true})
  loopback.closeAllConnections()
  loopback.close()
})

/** Runs an ES module's text behind the preload and gives what it printed. */
async function runScript(source: string, environment: Record<string, string> = {}): Promise<string> {
  const require = `import {createRequire} from 'node:module'\nconst require = createRequire('${root}/')\n`
  const tools = `const require2 = createRequire(require.resolve('firebase-tools/package.json'))\n`
  const file = join(folder, `${Math.abs(hash(source))}.mjs`)
  await writeFile(file, require + tools + source)
  const env = {PATH: process.env['PATH'] ?? '', STITCH_FAKE_GCP: running.url, ...environment}
  const {stdout} = await promisify(execFile)(process.execPath, ['--import', reroute, file], {env, cwd: folder})
  return stdout.trim()
}

function hash(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) | 0, 7)
}

/** Each is an expression that fetches `url` with `headers` and gives `{status, text}`. */
const CLIENTS = {
  'the transport of a deployment': `import('${root}/src/runtime/deploy/gcp/transport.ts')
    .then(({createTransport}) => createTransport()({method: 'GET', url, headers}))
    .then(({status, body}) => ({status, text: Buffer.from(body).toString()}))`,
  "Node's own fetch": `fetch(url, {headers}).then(show)`,
  'undici 8, fetch': `require('undici').fetch(url, {headers}).then(show)`,
  'undici 8, request': `require('undici').request(url, {headers}).then(async (r) => ({status: r.statusCode, text: await r.body.text()}))`,
  'undici of firebase-tools, fetch': `require2('undici').fetch(url, {headers}).then(show)`,
  'node-fetch 2': `require('node-fetch')(url, {headers}).then(show)`,
  'node:https, request': `new Promise((resolve, reject) => {
    require('node:https').request(url, {headers, agent: new (require('node:https').Agent)()}, (r) => {
      let text = ''
      r.on('data', (part) => (text += part)).on('end', () => resolve({status: r.statusCode, text}))
    }).on('error', reject).end()
  })`,
  'node:http(s), get of an import': `(url.startsWith('https') ? import('node:https') : import('node:http')).then(({get}) =>
    new Promise((resolve, reject) => {
      get(new URL(url), {headers}, (r) => {
        let text = ''
        r.on('data', (part) => (text += part)).on('end', () => resolve({status: r.statusCode, text}))
      }).on('error', reject)
    }))`,
}
const SHOW = `const show = async (r) => ({status: r.status, text: await r.text()})\n`

describe.for(Object.entries(CLIENTS))('%s', ([name, expression]) => {
  const fetchThem = (urls: readonly string[]) => `${SHOW}const headers = {authorization: 'Bearer ${token}'}
    const get = async (url) => ${expression}
    const tell = (error) => String(error.cause?.message ?? error.message)
    const seen = []
    for (const url of ${JSON.stringify(urls)}) {
      try { seen.push(await get(url)) } catch (error) { seen.push(tell(error)) }
    }
    console.log(JSON.stringify(seen))
    process.exit(0)`

  test('reaches the fake instead of Google, and nothing else off this machine', async () => {
    const before = fake.calls.length
    const local = name === 'node:https, request' ? [] : [here]
    const seen = JSON.parse(await runScript(fetchThem([topicUrl, 'https://example.com/', ...local])))
    expect(seen[0]).toEqual({status: 200, text: '{"totalSize":0}'})
    expect(seen[1]).toContain('example.com was not connected to')
    if (local.length > 0) expect(seen[2]).toEqual({status: 200, text: 'here'})
    expect(fake.calls.slice(before)).toEqual([
      expect.objectContaining({
        host: 'secretmanager.googleapis.com',
        path: '/v1/projects/stitch-test/secrets',
        status: 200,
      }),
    ])
    expect(fake.violations).toEqual([])
  })
})

test('Without a fake nothing leaves this machine, Google included', async () => {
  const script = `console.log(await fetch('${topicUrl}').catch((error) => error.cause?.message))
    const {connect} = await import('node:net')
    console.log(await new Promise((resolve) => connect(443, '93.184.215.14').on('error', (e) => resolve(e.message))))`
  const lines = await runScript(script, {STITCH_FAKE_GCP: ''})
  expect(lines.split('\n')).toEqual([
    'secretmanager.googleapis.com was not connected to: STITCH_FAKE_GCP is not set.',
    '93.184.215.14 was not connected to: STITCH_FAKE_GCP is not set.',
  ])
})

test.for(['google-auth-library', 'firebase-tools'])(
  'The Google login of %s gets a token of the fake',
  async (whose) => {
    const credentials = join(folder, 'adc.json')
    const user = {type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: '1//dev@example.com'}
    await writeFile(credentials, JSON.stringify(user))
    const load = whose === 'firebase-tools' ? 'require2' : 'require'
    const script = `const {GoogleAuth} = ${load}('google-auth-library')
    const auth = new GoogleAuth({scopes: ['https://www.googleapis.com/auth/cloud-platform']})
    const client = await auth.getClient()
    const {data} = await client.request({url: '${topicUrl}'})
    console.log(JSON.stringify(data), (await client.getAccessToken()).token.slice(0, 5))`
    const output = await runScript(script, {
      GOOGLE_APPLICATION_CREDENTIALS: credentials,
      // Without it the library asks gcloud, which takes seconds.
      GOOGLE_CLOUD_PROJECT: 'stitch-test',
    })
    expect(output).toBe('{"totalSize":0} ya29.')
  },
)
