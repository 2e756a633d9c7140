import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {deploy} from '#runtime/deploy/plan/deploy.ts'
import {createCloud, type CloudOptions, type FakeCloud} from '../fake-gcp/cloud.ts'
import type {FaultKind} from '../fake-gcp/faults.ts'
import {createFakeGcp, type FakeGcp, type FakeOptions} from '../fake-gcp/handle.ts'
import {deployOptions, ioFor, makeProject, type Project} from './plan/stage.ts'

let project: Project
beforeAll(async () => (project = await makeProject()))
afterAll(async () => await project[Symbol.asyncDispose]())

/** A cloud in which others have something as well. */
async function makeCloud(options: CloudOptions = {}): Promise<FakeCloud> {
  const cloud = createCloud(options)
  const {seed} = createFakeGcp(cloud)
  await seed('PUT', 'pubsub.googleapis.com/v1/projects/stitch-test/topics/orders', {labels: {team: 'shop'}})
  await seed('POST', 'iam.googleapis.com/v1/projects/stitch-test/serviceAccounts', {accountId: 'shop-backend'})
  return cloud
}

/** Deploys into a cloud through a way of its own, as a process would. */
async function deployInto(cloud: FakeCloud, options: FakeOptions = {}): Promise<FakeGcp> {
  const fake = createFakeGcp(cloud, {strictScopes: true, ...options})
  const {io} = ioFor(fake)
  await Promise.race([deploy(deployOptions(project, io)), fake.killed])
  fake.assertValid()
  return fake
}

/** The undisturbed deployment: how many requests it takes, and what is there afterwards. */
async function deployUndisturbed() {
  const cloud = await makeCloud()
  const {calls} = await deployInto(cloud)
  cloud.settle()
  return {numbers: calls.map(({n}) => n), calls, state: cloud.snapshot()}
}

/** What went wrong with a deployment, or undefined. */
async function attempt(cloud: FakeCloud): Promise<string | undefined> {
  try {
    await deployInto(cloud)
    return undefined
  } catch (error) {
    return String((error as Error).stack)
  }
}

describe('a deployment that is killed', () => {
  // While the killed process is away, what it began goes on in the cloud, or has ended.
  test.each([
    {phase: 'before', meanwhile: 'goes on'},
    {phase: 'after', meanwhile: 'goes on'},
    {phase: 'before', meanwhile: 'has ended'},
    {phase: 'after', meanwhile: 'has ended'},
  ] as const)(
    '$phase any of its requests ends in the same state when it is run again ($meanwhile)',
    async ({phase, meanwhile}) => {
      const undisturbed = await deployUndisturbed()
      const different: string[] = []
      for (const [index, n] of undisturbed.numbers.entries()) {
        const cloud = await makeCloud()
        await deployInto(cloud, {onCall: (number, _call, at) => (number === n && at === phase ? 'kill' : undefined)})
        if (meanwhile === 'has ended') cloud.settle()
        const trouble = await attempt(cloud)
        cloud.settle()
        const {method, host, path} = undisturbed.calls[index]!
        const where = `request ${index + 1}: ${method} ${host}${path}`
        if (trouble !== undefined) different.push(`${where}: ${trouble}`)
        else if (!isSame(cloud.snapshot(), undisturbed.state)) {
          expect(cloud.snapshot(), where).toEqual(undisturbed.state)
        }
      }
      expect(different).toEqual([])
      expect(undisturbed.numbers.length).toBeGreaterThan(50)
    },
    120_000,
  )
})

describe('a deployment that meets one fault', () => {
  const kinds: readonly {kind: FaultKind; when: 'before' | 'after'}[] = [
    {kind: 'reset', when: 'before'},
    {kind: 'reset', when: 'after'},
    {kind: 429, when: 'before'},
    {kind: 500, when: 'before'},
    {kind: 500, when: 'after'},
    {kind: 503, when: 'before'},
    {kind: 503, when: 'after'},
    // Somebody else was quicker: only a write is ever told so.
    {kind: 409, when: 'before'},
    {kind: 412, when: 'before'},
    {kind: 403, when: 'before'},
    {kind: 404, when: 'before'},
  ]

  test.each(kinds)(
    '$kind $when any of its requests, ends in the same state at once or when it is run again',
    async ({kind, when}) => {
      const undisturbed = await deployUndisturbed()
      const different: string[] = []
      let atOnce = 0
      let tried = 0
      for (const [index, n] of undisturbed.numbers.entries()) {
        if ((kind === 409 || kind === 412) && !isWrite(undisturbed.calls[index]!)) continue
        tried++
        const cloud = await makeCloud()
        cloud.faults.inject({match: n, kind, when})
        const first = await attempt(cloud)
        if (first === undefined) atOnce++
        const trouble = first === undefined ? undefined : await attempt(cloud)
        cloud.settle()
        const {method, host, path} = undisturbed.calls[index]!
        const where = `request ${index + 1}: ${method} ${host}${path}`
        if (trouble !== undefined) different.push(`${where}: ${trouble}`)
        else if (!isSame(cloud.snapshot(), undisturbed.state)) {
          expect(cloud.snapshot(), where).toEqual(undisturbed.state)
        }
      }
      expect(different).toEqual([])
      // What passes by itself is waited for; what is refused is told, and nothing is lost by it.
      if (kind !== 403 && kind !== 404) expect(atOnce).toBe(tried)
    },
    120_000,
  )
})

describe('a build that ends in an error', () => {
  test.each(['ARTIFACT_REGISTRY', 'BUILD', 'SERVICE'])(
    'at the stage %s of either function is told, and the next run ends in the same state',
    async (stage) => {
      const undisturbed = await deployUndisturbed()
      for (const name of ['stitch-lookup', 'stitch-worker']) {
        const cloud = await makeCloud()
        cloud.faults.inject({
          match: ({method, query}) => method === 'POST' && query.get('functionId') === name,
          kind: `operation:${stage}`,
        })
        expect(await attempt(cloud)).toMatch(/^StitchError: /)
        expect(cloud.faults.met()).toBe(1)
        expect(await attempt(cloud)).toBeUndefined()
        cloud.settle()
        expect(cloud.snapshot()).toEqual(undisturbed.state)
      }
    },
  )
})

function isWrite({method, path}: {readonly method: string; readonly path: string}): boolean {
  return method !== 'GET' && !/:(getIamPolicy|testIamPermissions)$/.test(path)
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
