import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {strFromU8, unzipSync} from 'fflate'
import {describe, expect, test} from 'vitest'
import {createFirebaseExecutor} from '#runtime/deploy/firebase/executor.ts'
import {prepareFirebase} from '#runtime/deploy/firebase/prepare.ts'
import {PERMISSIONS} from '#runtime/deploy/gcp/permissions.ts'
import {deploy, type DeployOptions} from '#runtime/deploy/plan/deploy.ts'
import {createCloud, DEFAULT_SERVICES, type FakeCloud} from '../../fake-gcp/cloud.ts'
import {createFakeGcp} from '../../fake-gcp/handle.ts'
import {seedFirebase} from '../../fake-gcp/services/firebase.ts'
import {readObject} from '../../fake-gcp/services/storage/objects.ts'
import {packageRoot} from '../../package-root.ts'
import {deployOptions, ioFor, makeProject, type Project} from '../plan/stage.ts'
import {plainState} from './plain-state.ts'

const reroute = join(import.meta.dirname, '../../fake-gcp/reroute.js')

/** A project of Firebase; firebase-tools would enable Eventarc by itself and wait ten seconds for it. */
function createFirebaseCloud() {
  const cloud = createCloud({services: [...DEFAULT_SERVICES, 'eventarc.googleapis.com', 'firebase.googleapis.com']})
  seedFirebase(cloud)
  return cloud
}

/** A deployment into the fake; the real firebase-tools in a real child comes to it over HTTP, and to nothing else. */
async function openFake(cloud = createFirebaseCloud()) {
  const fake = createFakeGcp(cloud)
  const server = await fake.start()
  const {io} = ioFor(fake)
  const viaFirebase = (project: Project): DeployOptions => ({
    ...deployOptions(project, io),
    chooseExecutor: async ({reading, account, authorize}) => {
      const tools = await prepareFirebase(reading.api, reading.target, packageRoot)
      return createFirebaseExecutor({
        tools,
        kinds: io.kinds,
        authorize,
        account,
        dataDir: project.config.dataDir,
        environment: {...process.env, STITCH_FAKE_GCP: server.url},
        execArgv: ['--import', reroute],
        deadlineMs: 60_000,
        signal: io.signal,
      })
    },
  })
  return {fake, cloud, io, viaFirebase, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]()}
}

/** firebase-tools sends `{}` where the method takes no body; the API takes that for none. */
function withoutEmptyBodies(violations: readonly string[]): readonly string[] {
  return violations.filter((line) => !line.endsWith(':generateServiceIdentity: it takes no body'))
}

/**
 * What the deploying account needs besides; and `cloudfunctions.functions.setIamPolicy`, which firebase-tools asks for
 * before it makes a function and never uses.
 */
const MORE_PERMISSIONS = ['firebase.projects.get', 'serviceusage.services.use']

/** Calls that change nothing. */
function isRead({method, path}: {readonly method: string; readonly path: string}): boolean {
  return method === 'GET' || /:(?:testIamPermissions|getIamPolicy)$/.test(path)
}

describe('deploying with firebase-tools', () => {
  test('makes everything, keeps its token to itself, and the second deployment writes nothing', async () => {
    await using project = await makeProject()
    await using opened = await openFake()
    const {fake, cloud, viaFirebase} = opened
    const first = await deploy(viaFirebase(project))
    expect(withoutEmptyBodies(fake.violations)).toEqual([])
    expect(first.deployed?.lookupUrl).toMatch(/^https:/)
    const log = readFileSync(join(project.config.dataDir, 'logs/firebase-tools.log'), 'utf8')
    expect(log).toContain('generateUploadUrl')
    expect(log).not.toMatch(/ya29\.|Signature=(?!\[)/)
    const before = cloud.snapshot()
    const count = fake.calls.length
    const second = await deploy(viaFirebase(project))
    expect(second.applied).toBe(false)
    expect(cloud.snapshot()).toEqual(before)
    expect(fake.calls.slice(count).filter((call) => !isRead(call))).toEqual([])
    expect(readdirSync(project.config.dataDir).filter((name) => name.startsWith('firebase'))).toEqual([])
  })

  test('a project that is none of Firebase is refused before anything is changed', async () => {
    await using project = await makeProject()
    await using opened = await openFake(createCloud())
    const {fake, viaFirebase} = opened
    await expect(deploy(viaFirebase(project))).rejects.toMatchObject({code: 'STITCH_NOT_A_FIREBASE_PROJECT'})
    expect(fake.calls.filter((call) => !isRead(call))).toEqual([])
  })

  test('a build that fails is told, and the next deployment goes on from there', async () => {
    await using project = await makeProject()
    await using opened = await openFake()
    const {cloud, viaFirebase} = opened
    cloud.faults.inject({
      match: ({method, query}) => method === 'POST' && query.get('functionId') === 'stitch-worker',
      kind: 'operation:BUILD',
    })
    await expect(deploy(viaFirebase(project))).rejects.toMatchObject({
      code: 'STITCH_FIREBASE_DEPLOY_FAILED',
      message: expect.stringMatching(/^firebase-tools ended with an error \(Build failed with status: FAILURE/),
      hints: expect.arrayContaining([expect.stringContaining('stitch-worker differs: ')]),
    })
    await deploy(viaFirebase(project))
    expect(statesOf(cloud)).toEqual({'stitch-lookup': 'ACTIVE', 'stitch-worker': 'ACTIVE'})
  })

  test('instances that always run, which it would have to be forced to, are there all the same', async () => {
    await using project = await makeProject()
    await using opened = await openFake()
    const {cloud, viaFirebase} = opened
    const lookup = {memoryMb: 512, cpu: 1, concurrency: 80, minInstances: 2, maxInstances: 20, timeoutSeconds: 30}
    await deploy(viaFirebase(await project.withDeploy({lookup})))
    await deploy(viaFirebase(await project.withDeploy({lookup: {...lookup, memoryMb: 1024}})))
    const {serviceConfig} = functionsIn(cloud).find(({name}) => name.endsWith('/stitch-lookup'))!
    expect(serviceConfig).toMatchObject({minInstanceCount: 2, availableMemory: '1024Mi'})
  })

  test('ends in the same live state as the default way', async () => {
    await using project = await makeProject()
    await using firebase = await openFake()
    await using gcp = await openFake()
    await deploy(firebase.viaFirebase(project))
    await deploy(deployOptions(project, gcp.io))
    expect(plainState(firebase.cloud)).toEqual(plainState(gcp.cloud))
    const usual = gcp.cloud.needed.union(new Set(PERMISSIONS.map(({permission}) => permission)))
    expect([...firebase.cloud.needed.difference(usual)].toSorted()).toEqual(MORE_PERMISSIONS)
    const sources = sourcesOf(firebase.cloud)
    expect(sources).toEqual(sourcesOf(gcp.cloud))
    expect(Object.values(sources).map((files) => Object.keys(files).toSorted())).toEqual([
      ['index.js', 'package.json'],
      ['index.js', 'package.json'],
    ])
  })

  test('takes over from the default way and hands back, with nothing but the new bundle to do', async () => {
    await using project = await makeProject()
    await using opened = await openFake()
    const {cloud, io, viaFirebase} = opened
    await deploy(deployOptions(project, io))
    expect((await deploy(viaFirebase(project))).applied).toBe(false)
    for (const [source, way] of [
      ['exports.lookup = exports.worker = () => 1', viaFirebase(project)],
      ['exports.lookup = exports.worker = () => 2', deployOptions(project, io)],
    ] as const) {
      await project.rebuild(source)
      const {plan} = await deploy(way)
      expect(plan.changes.flatMap(({symbol, id}) => (symbol === '=' ? [] : [`${symbol} ${id}`]))).toEqual([
        '~ function/stitch-lookup',
        '~ function/stitch-worker',
      ])
      expect(statesOf(cloud)).toEqual({'stitch-lookup': 'ACTIVE', 'stitch-worker': 'ACTIVE'})
    }
  })
})

function statesOf(cloud: FakeCloud): Record<string, string> {
  return Object.fromEntries(functionsIn(cloud).map(({name, state}) => [name.split('/').at(-1)!, state]))
}

/** The files of each function's archive. */
function sourcesOf(cloud: FakeCloud): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const sources = functionsIn(cloud).map(({name, buildConfig}) => {
    const {bucket, object} = buildConfig.source.storageSource
    const files = unzipSync(readObject(cloud, bucket, object)!.bytes)
    return [name, Object.fromEntries(Object.entries(files).map(([file, bytes]) => [file, strFromU8(bytes)]))]
  })
  return Object.fromEntries(sources)
}

type FunctionRow = {
  readonly name: string
  readonly state: string
  readonly serviceConfig: object
  readonly buildConfig: {readonly source: {readonly storageSource: {readonly bucket: string; readonly object: string}}}
}

function functionsIn(cloud: FakeCloud): readonly FunctionRow[] {
  return [...cloud.table('cloudfunctions.functions').values()] as FunctionRow[]
}
