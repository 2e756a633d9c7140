import {copyFile, cp, mkdtempDisposable, readFile, symlink, writeFile} from 'node:fs/promises'
import {createServer} from 'node:http2'
import type {AddressInfo} from 'node:net'
import {once} from 'node:events'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {expect, test} from 'vitest'
import {buildBundle, readBundle} from '#runtime/functions/bundle.ts'
import {startFunctions} from '#runtime/functions/start.ts'
import {signRequest} from '#runtime/traffic/sign.ts'

const root = resolve(import.meta.dirname, '../..')
const handlers = join(root, 'src/runtime/handlers')
const key = Buffer.alloc(32, 7).toString('base64')
const config = {
  project: 'demo-stitch',
  kinds: {'script-run': {match: '^R[0-9-]+$', collection: 'scriptRuns', browserLookup: true}},
  destinations: {browser: {'script-run': ['name']}, server: {'script-run': ['*']}},
  topic: 'stitch',
  callback: {baseUrl: 'https://sgtm.example'},
}
const makeFolder = () => mkdtempDisposable(join(tmpdir(), 'stitch-bundle-'))

/** Answers every RPC with PERMISSION_DENIED, which clients do not repeat, and remembers what was called. */
async function startRefusingServer() {
  const calls: string[] = []
  const server = createServer()
  server.on('stream', (stream, headers) => {
    calls.push(headers[':path']!)
    stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '7', 'grpc-message': 'refused'}))
    stream.respond({':status': 200, 'content-type': 'application/grpc'}, {waitForTrailers: true})
    stream.resume().on('end', () => stream.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => void server.close()
  return {calls, host: `127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: close}
}

test('the bundle works alone in an empty folder, protos and all', {timeout: 30_000}, async () => {
  await using work = await makeFolder()
  await using alone = await makeFolder()
  await using server = await startRefusingServer()
  const bundle = await buildBundle({entry: join(handlers, 'gcp.ts'), outFile: join(work.path, 'index.js')})
  await copyFile(bundle.file, join(alone.path, 'index.js'))
  await using functions = await startFunctions({
    bundle: {...bundle, file: join(alone.path, 'index.js')},
    targets: ['lookup', 'worker'],
    env: {
      FIRESTORE_EMULATOR_HOST: server.host,
      PUBSUB_EMULATOR_HOST: server.host,
      STITCH_CONFIG: JSON.stringify(config),
      STITCH_HMAC_KEYS: JSON.stringify({local: key}),
      STITCH_PEPPER: key,
    },
    emit: () => undefined,
    signal: new AbortController().signal,
  })
  const ask = (mode: string) => {
    const body = JSON.stringify({id: 'R210319-143855-123', mode, destination: 'server'})
    const signed = {
      keyId: 'local',
      key,
      method: 'POST',
      path: '/v1/stitch',
      body,
      now: Date.now(),
      nonce: `nonce-of-the-${mode}-call`,
    }
    const headers = {'content-type': 'application/json', ...signRequest(signed)}
    return fetch(`${functions.lookupUrl}/v1/stitch`, {method: 'POST', headers, body})
  }
  expect((await fetch(`${functions.lookupUrl}/v1/stitch`, {method: 'POST', body: '{"id":"x"}'})).status).toBe(401)
  expect(server.calls).toEqual([])
  await ask('sync')
  await ask('async')
  expect(server.calls).toContain('/google.firestore.v1.Firestore/BatchGetDocuments')
  expect(server.calls).toContain('/google.pubsub.v1.Publisher/Publish')
})

test('the same sources give the same bytes wherever they lie', {timeout: 30_000}, async () => {
  await using here = await makeFolder()
  await using there = await makeFolder()
  const deep = join(there.path, 'a/deeper/checkout')
  const built = []
  for (const folder of [here.path, deep]) {
    await cp(handlers, join(folder, 'src'), {recursive: true})
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    built.push(await buildBundle({entry: join(folder, 'src/gcp.ts'), outFile: join(folder, 'out/index.js')}))
  }
  expect(built[0]!.sha256).toBe(built[1]!.sha256)
  expect(await readBundle(built[1]!.file)).toEqual(built[1])
  expect(await readFile(built[0]!.file, 'utf8')).not.toContain(here.path)
  expect(JSON.parse(await readFile(join(deep, 'out/package.json'), 'utf8'))).toMatchObject({
    main: 'index.js',
    dependencies: {'@google-cloud/functions-framework': expect.stringMatching(/^\d+\.\d+\.\d+$/)},
  })
})

test('a source that does not compile is shown with its place', async () => {
  await using folder = await makeFolder()
  const entry = join(folder.path, 'broken.ts')
  await writeFile(entry, 'export const one = 1\nexport const two = = 2\n')
  await expect(buildBundle({entry, outFile: join(folder.path, 'index.js')})).rejects.toMatchObject({
    code: 'STITCH_BUNDLE_NOT_BUILT',
    at: {line: 2, column: 20, file: expect.stringContaining('broken.ts')},
  })
})

test('a bundle that is not there is said to be missing', async () => {
  await expect(readBundle('/nowhere/index.js')).rejects.toMatchObject({
    code: 'STITCH_BUNDLE_MISSING',
    exit: 'environment',
  })
})
