// A function's cold start, from the process until the first answered lookup, against a function that does nothing.
import {spawn} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {once} from 'node:events'
import {writeFile} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {createServer, type AddressInfo} from 'node:net'
import {dirname, join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {startEngine} from '#runtime/engine/start.ts'
import {signRequest} from '#runtime/traffic/sign.ts'
import {interleave, makeFolder, median, printMachine, printTable, ratio, root} from './measure.ts'

const framework = createRequire(import.meta.url).resolve('@google-cloud/functions-framework')
const key = randomBytes(32).toString('base64')
const config = {
  project: 'demo-bench',
  kinds: {product: {match: '^P-\\d+$', collection: 'products', browserLookup: true}},
  destinations: {browser: {product: ['name']}},
  topic: 'bench',
  callback: {baseUrl: 'https://sgtm.example.com'},
  // Long, because the first call of a client opens its connection.
  deadlines: {functionMs: 20_000, firestoreMs: 20_000},
}

/** Any port that is free now. */
async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Milliseconds from the start of the process until its first answer of HTTP status 200. */
async function start(folder: string, cache: string | undefined, firestoreHost: string): Promise<number> {
  const port = await findPort()
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [join(dirname(framework), 'main.js'), '--target=lookup', `--port=${port}`, `--source=${folder}`],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        FIRESTORE_EMULATOR_HOST: firestoreHost,
        METADATA_SERVER_DETECTION: 'none',
        GOOGLE_CLOUD_PROJECT: config.project,
        STITCH_CONFIG: JSON.stringify(config),
        STITCH_HMAC_KEYS: JSON.stringify({k: key}),
        STITCH_PEPPER: key,
        ...(cache === undefined ? {} : {NODE_COMPILE_CACHE: cache}),
      },
    },
  )
  const gone = once(child, 'exit')
  try {
    for (;;) {
      const status = await ask(port)
      if (status === 200) return performance.now() - began
      if (status !== undefined) throw new Error(`the function answered ${status}`)
      if (child.exitCode !== null) throw new Error(`the function ended with ${child.exitCode}`)
      await delay(2)
    }
  } finally {
    // The compile cache is written at the end of a process, as an image's build would do it.
    child.kill('SIGTERM')
    await gone
  }
}

/** One signed lookup of a product that is not there; undefined while nobody listens. */
async function ask(port: number): Promise<number | undefined> {
  const body = '{"id":"P-1"}'
  const signing = {keyId: 'k', key, method: 'POST', path: '/v1/stitch', body, now: Date.now()}
  const headers = {
    'content-type': 'application/json',
    ...signRequest({...signing, nonce: randomBytes(16).toString('hex')}),
  }
  const answer = await fetch(`http://127.0.0.1:${port}/v1/stitch`, {method: 'POST', headers, body}).catch(
    () => undefined,
  )
  await answer?.arrayBuffer()
  return answer?.status
}

await using empty = await makeFolder()
await writeFile(
  join(empty.path, 'index.js'),
  "exports.lookup = (_request, response) => response.status(200).send('')\n",
)
await writeFile(join(empty.path, 'package.json'), '{"main":"index.js"}\n')
await using caches = await makeFolder()
await using data = await makeFolder()
const {signal} = new AbortController()
const anyPort = {port: 0, explicit: true}
await using engine = await startEngine({
  name: 'embedded',
  dataDir: data.path,
  projectId: config.project,
  firestorePort: anyPort,
  pubsubPort: anyPort,
  signal,
  log() {},
})
const sides = {
  'empty function': () => start(empty.path, undefined, engine.firestoreHost),
  'empty function, compile cache': () => start(empty.path, join(caches.path, 'empty'), engine.firestoreHost),
  'stitch lookup': () => start(`${root}dist/functions`, undefined, engine.firestoreHost),
  'stitch lookup, compile cache': () =>
    start(`${root}dist/functions`, join(caches.path, 'lookup'), engine.firestoreHost),
}
const figures = await interleave(Number(process.argv[2] ?? 7), sides)
printMachine()
printTable(
  'Cold start of a function, from the process to the first answer 200 (the lookup reads Firestore once for it)',
  ['function', 'ms', 'of the empty function'],
  Object.entries(figures).map(([name, values]) => [
    name,
    median(values).toFixed(0),
    ratio(values, figures['empty function']),
  ]),
)
