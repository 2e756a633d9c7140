import {execFile} from 'node:child_process'
import {copyFile, mkdir, mkdtempDisposable, readFile, symlink, writeFile} from 'node:fs/promises'
import {createServer} from 'node:http2'
import type {AddressInfo} from 'node:net'
import {once} from 'node:events'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {promisify} from 'node:util'
import {expect, test} from 'vitest'
import {buildBundle, readBundle} from '#runtime/functions/bundle.ts'

const root = resolve(import.meta.dirname, '../..')
const google = join(import.meta.dirname, 'stand-ins/google.ts')
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

test('a bundle works alone in an empty folder, protos and all', {timeout: 30_000}, async () => {
  await using work = await makeFolder()
  await using alone = await makeFolder()
  await using server = await startRefusingServer()
  const bundle = await buildBundle({entry: google, outFile: join(work.path, 'index.js')})
  await copyFile(bundle.file, join(alone.path, 'index.js'))
  const script = `
    const functions = require('./index.js')
    const refusal = (target) => functions[target]({}, {json: () => {}}).then(() => 'answered', (error) => error.code)
    Promise.all([refusal('lookup'), refusal('worker')]).then((codes) => process.stdout.write(codes.join(' ')))`
  const {stdout} = await promisify(execFile)(process.execPath, ['-e', script], {
    cwd: alone.path,
    env: {
      FIRESTORE_EMULATOR_HOST: server.host,
      PUBSUB_EMULATOR_HOST: server.host,
      GOOGLE_CLOUD_PROJECT: 'demo-stitch',
      METADATA_SERVER_DETECTION: 'none',
    },
  })
  expect(stdout).toBe('7 7')
  expect(server.calls.toSorted()).toEqual([
    '/google.firestore.v1.Firestore/BatchGetDocuments',
    '/google.pubsub.v1.Publisher/Publish',
  ])
})

test('the same sources give the same bytes wherever they lie', {timeout: 30_000}, async () => {
  await using here = await makeFolder()
  await using there = await makeFolder()
  const deep = join(there.path, 'a/deeper/checkout')
  const built = []
  for (const folder of [here.path, deep]) {
    await mkdir(join(folder, 'src'), {recursive: true})
    await copyFile(google, join(folder, 'src/google.ts'))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    built.push(await buildBundle({entry: join(folder, 'src/google.ts'), outFile: join(folder, 'out/index.js')}))
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
