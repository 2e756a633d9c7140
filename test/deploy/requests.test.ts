import {beforeAll, describe, expect, test} from 'vitest'
import {readDrift} from '#runtime/deploy/look/drift.ts'
import {readLogs} from '#runtime/deploy/look/logs.ts'
import {readFunction} from '#runtime/deploy/look/stage.ts'
import {readStatus} from '#runtime/deploy/look/status.ts'
import {deploy} from '#runtime/deploy/plan/deploy.ts'
import {destroy} from '#runtime/deploy/plan/destroy.ts'
import {rollback} from '#runtime/deploy/plan/rollback.ts'
import {fetchKeys} from '#runtime/deploy/verify/keys.ts'
import {createCloud} from '../fake-gcp/cloud.ts'
import {createFakeGcp, type CallRecord} from '../fake-gcp/handle.ts'
import {deployOptions, ioFor, makeProject} from './plan/stage.ts'

/** The requests of each command of one stage's life in a new project, in order. */
const made = new Map<string, readonly CallRecord[]>()

/** Requests that each may take at most: all, and of these the ones that change something. */
const BUDGETS: readonly [command: string, most: number, writes: number][] = [
  ['plan', 49, 0],
  ['first deploy', 226, 42],
  ['second deploy', 49, 0],
  ['deploy of a new bundle', 111, 6],
  ['status', 11, 0],
  ['drift', 46, 0],
  ['verify', 3, 0],
  ['rollback', 25, 6],
  ['destroy', 121, 17],
]

function isWrite({method, path}: CallRecord): boolean {
  return method !== 'GET' && !/:(getIamPolicy|testIamPermissions)$|\/entries:list$/.test(path)
}

beforeAll(async () => {
  await using project = await makeProject()
  const fake = createFakeGcp(createCloud(), {strictScopes: true})
  const {io} = ioFor(fake)
  const {config, stage} = project
  const {target} = stage
  const {api} = await io.connect(target)
  const options = {...deployOptions(project, io), review: async () => true}
  const count = async (command: string, work: () => Promise<unknown>): Promise<void> => {
    const before = fake.calls.length
    await work()
    made.set(command, fake.calls.slice(before))
  }
  await count('plan', async () => await deploy({...options, planOnly: true}))
  await count('first deploy', async () => await deploy(options))
  await count('second deploy', async () => await deploy(options))
  const sha256 = await project.rebuild('exports.lookup = exports.worker = () => 2\n')
  await count('deploy of a new bundle', async () => await deploy(options))
  const input = {config, stage, api, now: io.clock.now(), bundle: sha256, drift: {unknown: '-'}}
  await count('status', async () => await readStatus(input))
  await count('drift', async () => await readDrift(config, stage, sha256, io))
  // What it asks Google for; what it fires goes to the function.
  await count('verify', async () => {
    const lookup = await readFunction(api, target, 'stitch-lookup')
    await fetchKeys(api, target, lookup!)
    const query = {target, functions: ['stitch-lookup'], since: 0, severity: undefined, request: undefined, most: 10}
    await readLogs(api, query)
  })
  await count('rollback', async () => await rollback({...options, release: undefined}))
  await count('destroy', async () => await destroy({...options, deleteSecrets: false, deleteDatabase: undefined}))
  // Every one is as Google's documents describe it, with the narrowest scope.
  fake.assertValid()
})

describe('the requests of', () => {
  test.each(BUDGETS)('a %s are at most %i, of which %i change something', (command, most, writes) => {
    const calls = made.get(command)!
    expect(calls.length).toBeGreaterThan(0)
    expect(calls.length).toBeLessThanOrEqual(most)
    expect(calls.filter(isWrite).length).toBeLessThanOrEqual(writes)
  })

  test('all commands have a budget', () => {
    expect([...made.keys()]).toEqual(BUDGETS.map(([command]) => command))
  })

  test.each(['drift', 'status', 'rollback', 'destroy'])('a %s ask nobody who builds', (command) => {
    expect(made.get(command)!.filter(({host}) => host === 'cloudbuild.googleapis.com')).toEqual([])
  })

  test('a second deploy ask for nothing twice, but for the policy that tells who builds', () => {
    const asked = made.get('second deploy')!.map(({host, path}) => `${host}${path}`)
    expect(asked.filter((one, index) => asked.indexOf(one) !== index)).toEqual([
      'cloudresourcemanager.googleapis.com/v3/projects/stitch-test:getIamPolicy',
    ])
  })
})
