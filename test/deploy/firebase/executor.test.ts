import {strToU8, zipSync} from 'fflate'
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import {createFirebaseExecutor, type FirebaseExecutorOptions} from '#runtime/deploy/firebase/executor.ts'
import type {FunctionSpec} from '#runtime/deploy/specs.ts'
import type {ApiRequest, ApplyContext, Comparison} from '#runtime/deploy/types.ts'
import {demoDesired} from '../desired/stage.ts'

const same: Comparison = {verdict: 'same'}
const older: Comparison = {verdict: 'update', reasons: ['source 1111 -> abab']}

const deployed = {state: 'ACTIVE', labels: {'stitch-source': 'ab'.repeat(20)}}

type Given = {
  /** What the stand-in for firebase-tools does. */
  readonly project?: string
  readonly settings?: object
  /** One comparison per look at a function; the last one stays. */
  readonly comparisons?: readonly Comparison[]
  readonly live?: object | undefined
  /** Whether a file is in the place of the data folder. */
  readonly isFile?: boolean
}

/** Runs the executor on lookup alone. */
async function execute({project = 'echo', settings = {}, comparisons = [same], live = deployed, isFile}: Given) {
  const desired = await demoDesired(settings)
  const spec = desired.find((one): one is FunctionSpec => one.type === 'function')!
  const folder = mkdtempSync(join(tmpdir(), 'stitch-firebase-'))
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}))
  const dataDir = isFile ? join(folder, 'data') : folder
  if (isFile) writeFileSync(dataDir, '')
  const told: string[] = []
  const calls: ApiRequest[] = []
  const looks = [...comparisons]
  const options: FirebaseExecutorOptions = {
    tools: {main: join(import.meta.dirname, 'stand-ins/tools.cjs'), version: '15.34.2', warning: undefined},
    kinds: {
      readSpec: async () => await Promise.resolve(live),
      compareSpec: () => (looks.length > 1 ? looks.shift()! : looks[0]!),
    },
    authorize: async () => await Promise.resolve({authorization: 'Bearer ya29.token'}),
    account: 'me@example.com',
    dataDir,
    environment: {},
    execArgv: [],
    signal: new AbortController().signal,
  }
  const context = {
    api: {
      call: async (request: ApiRequest) => {
        calls.push(request)
        return await Promise.resolve({name: 'operations/1', done: true})
      },
      wait: async () => await Promise.resolve({name: 'operations/1', done: true}),
    },
    target: {project, region: 'us-central1', stage: undefined},
    outputs: {secretVersions: {}, source: {sha256: '', zip: zipSync({'index.js': strToU8('exports.lookup = 1')})}},
  } as unknown as ApplyContext
  const change = {spec, live: undefined, tell: ({text}: {text: string}) => void told.push(text)}
  const error = await createFirebaseExecutor(options)([change], context).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return {error, told, calls, dataDir, log: () => readFileSync(join(dataDir, 'logs/firebase-tools.log'), 'utf8')}
}

describe('deploying functions with firebase-tools', () => {
  test('tells what it says, and leaves only its log', async () => {
    const {error, told, dataDir, log} = await execute({})
    expect(error).toBeUndefined()
    expect(told.slice(0, 2)).toEqual(['firebase-tools 15.34.2 deploys it', 'deploying'])
    expect(readdirSync(dataDir)).toEqual(['logs'])
    expect(log()).toContain('info i  functions: deploying')
  })

  test('a data folder that cannot be written is named', async () => {
    expect((await execute({isFile: true})).error).toMatchObject({
      code: 'STITCH_DATA_DIR_NOT_WRITABLE',
      exit: 'environment',
    })
  })

  test('the log has no token', async () => {
    const {log} = await execute({})
    expect(log()).toContain('debug [secret]')
    expect(log()).not.toContain('ya29.token')
  })

  test('an error counts for nothing where the functions are as wanted', async () => {
    expect((await execute({project: 'fails'})).error).toBeUndefined()
  })

  test('an error is told with what is behind it where they are not', async () => {
    const {error, dataDir} = await execute({project: 'fails', comparisons: [older]})
    expect(error).toMatchObject({
      code: 'STITCH_FIREBASE_DEPLOY_FAILED',
      exit: 'deploy',
      message: 'firebase-tools ended with an error (Build failed), so the functions are not deployed as planned.',
      hints: [
        'stitch-lookup differs: source 1111 -> abab',
        `${dataDir}/logs/firebase-tools.log   (has all that firebase-tools said)`,
      ],
    })
    expect(readdirSync(dataDir)).toEqual(['logs'])
  })

  test('success counts for nothing where the functions are not as wanted', async () => {
    const {error} = await execute({comparisons: [{verdict: 'create'}], live: undefined})
    expect(error).toMatchObject({
      code: 'STITCH_FIREBASE_DEPLOY_FAILED',
      hints: [expect.stringContaining('stitch-lookup is not there'), expect.any(String)],
    })
  })

  test('the smallest number of instances is set afterwards, without a new build', async () => {
    const lookup = {memoryMb: 512, cpu: 1, concurrency: 80, minInstances: 2, maxInstances: 20, timeoutSeconds: 30}
    const comparisons: Comparison[] = [{verdict: 'update', reasons: ['minInstances 0 -> 2']}, same]
    const {error, calls} = await execute({settings: {lookup}, comparisons})
    expect(error).toBeUndefined()
    expect(calls).toEqual([
      {
        api: 'cloudfunctions',
        method: 'PATCH',
        path: '/v2/projects/echo/locations/us-central1/functions/stitch-lookup',
        query: {updateMask: 'serviceConfig.minInstanceCount'},
        body: {serviceConfig: {minInstanceCount: 2}},
      },
    ])
  })

  test('no setting is changed afterwards where another bundle runs', async () => {
    const lookup = {memoryMb: 512, cpu: 1, concurrency: 80, minInstances: 2, maxInstances: 20, timeoutSeconds: 30}
    const {error, calls} = await execute({settings: {lookup}, comparisons: [older], live: {state: 'ACTIVE'}})
    expect(error).toMatchObject({code: 'STITCH_FIREBASE_DEPLOY_FAILED'})
    expect(calls).toEqual([])
  })

  test('an account for builds is refused, since firebase-tools cannot set one', async () => {
    const {error, told} = await execute({settings: {buildServiceAccount: 'builder@acme.iam.gserviceaccount.com'}})
    expect(error).toMatchObject({
      code: 'STITCH_FIREBASE_BUILD_ACCOUNT',
      message:
        'firebase-tools cannot build as builder@acme.iam.gserviceaccount.com, so stitch-lookup was not deployed.',
    })
    expect(told).toEqual([])
  })
})
