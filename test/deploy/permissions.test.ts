import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {PERMISSIONS, permissionsFor, type Extra, type Permission, type Phase} from '#runtime/deploy/gcp/permissions.ts'
import {readDrift} from '#runtime/deploy/look/drift.ts'
import {readLogs} from '#runtime/deploy/look/logs.ts'
import {readFunction} from '#runtime/deploy/look/stage.ts'
import {readStatus} from '#runtime/deploy/look/status.ts'
import {deploy} from '#runtime/deploy/plan/deploy.ts'
import {destroy} from '#runtime/deploy/plan/destroy.ts'
import type {DeployIo} from '#runtime/deploy/plan/place.ts'
import {rollback} from '#runtime/deploy/plan/rollback.ts'
import {fetchKeys} from '#runtime/deploy/verify/keys.ts'
import {createCloud, type FakeCloud} from '../fake-gcp/cloud.ts'
import {createFakeGcp} from '../fake-gcp/handle.ts'
import {deployOptions, ioFor, makeProject, type Project} from './plan/stage.ts'

let project: Project
beforeAll(async () => {
  project = await (await makeProject()).withDeploy({alerts: {enabled: true, channels: []}})
})
afterAll(async () => await project[Symbol.asyncDispose]())

/** Each command by what it needs, as `openPlace` is told. */
const COMMANDS = {
  'deploy --plan': {
    phases: ['plan'],
    extras: ['builder', 'alerts'],
    run: async (io: DeployIo) => await deploy({...deployOptions(project, io), planOnly: true}),
  },
  deploy: {
    phases: ['plan', 'apply'],
    extras: ['builder', 'alerts'],
    run: async (io: DeployIo, adopt: readonly string[] = []) => await deploy({...deployOptions(project, io), adopt}),
  },
  rollback: {
    phases: ['rollback'],
    extras: [],
    run: async (io: DeployIo) => await rollback({...optionsOf(io), release: undefined}),
  },
  destroy: {
    phases: ['destroy'],
    extras: ['alerts'],
    run: async (io: DeployIo) => await destroy({...optionsOf(io), deleteSecrets: false, deleteDatabase: undefined}),
  },
  'destroy of everything': {
    phases: ['destroy'],
    extras: ['alerts', 'delete-secrets', 'delete-database'],
    run: async (io: DeployIo) => await destroy({...optionsOf(io), deleteSecrets: true, deleteDatabase: '(default)'}),
  },
  status: {
    phases: ['status'],
    extras: [],
    run: async (io: DeployIo) => await look(io),
  },
  'status with drift': {
    phases: ['status', 'plan'],
    extras: ['alerts'],
    run: async (io: DeployIo) => {
      expect(await readDrift(project.config, project.stage, 'ab'.repeat(32), io)).toMatchObject({blocked: 0, update: 2})
      return await look(io)
    },
  },
  logs: {phases: ['logs'], extras: [], run: async (io: DeployIo) => await readLogs(await apiOf(io), query())},
  // What is asked of Google; the requests themselves go to the function.
  verify: {
    phases: ['verify'],
    extras: [],
    run: async (io: DeployIo) => {
      const api = await apiOf(io)
      const lookup = await readFunction(api, project.stage.target, 'stitch-lookup')
      await fetchKeys(api, project.stage.target, lookup!)
      await readLogs(api, query())
    },
  },
} satisfies Record<
  string,
  {phases: readonly Phase[]; extras: readonly Extra[]; run: (io: DeployIo) => Promise<unknown>}
>
type Command = keyof typeof COMMANDS

function optionsOf(io: DeployIo) {
  return {...deployOptions(project, io), review: async () => true}
}

async function apiOf(io: DeployIo) {
  return (await io.connect(project.stage.target)).api
}

async function look(io: DeployIo) {
  const {config, stage} = project
  const input = {config, stage, now: io.clock.now(), bundle: undefined, drift: {unknown: '-'}}
  const status = await readStatus({...input, api: await apiOf(io)})
  return status.unread
}

function query() {
  const functions = ['stitch-lookup', 'stitch-worker']
  const {target} = project.stage
  return {target, functions, since: 0, severity: undefined, request: undefined, most: 10}
}

function listOf(command: Command): readonly Permission[] {
  const {phases, extras} = COMMANDS[command]
  return permissionsFor(phases, extras)
}

function namesOf(permissions: readonly Permission[]): string[] {
  return permissions.map(({permission}) => permission).toSorted()
}

/** Whose permissions are exactly those that a command lists. */
function allow(cloud: FakeCloud, permissions: readonly Permission[]): void {
  cloud.permissions = new Set(namesOf(permissions))
  cloud.needed.clear()
}

const P = 'projects/stitch-test'

describe('the listed permissions', () => {
  test('are enough for each command, and each of them is asked for', async () => {
    const cloud = createCloud()
    const fake = createFakeGcp(cloud, {strictScopes: true})
    const asked = new Set<string>()
    const act = async (command: Command, ...rest: [adopt?: readonly string[]]): Promise<unknown> => {
      const permissions = listOf(command)
      allow(cloud, permissions)
      const {io} = ioFor(fake)
      const outcome = await COMMANDS[command].run(io, ...rest)
      for (const one of cloud.needed) asked.add(one)
      expect({[command]: [...cloud.needed.difference(cloud.permissions as Set<string>)]}).toEqual({[command]: []})
      return outcome
    }
    // Of others, to be adopted: a topic, and a secret that has no value yet.
    await fake.seed('PUT', `pubsub.googleapis.com/v1/${P}/topics/stitch-requests`, {labels: {team: 'web'}})
    const secret = {labels: {team: 'web'}, replication: {automatic: {}}}
    await fake.seed('POST', `secretmanager.googleapis.com/v1/${P}/secrets?secretId=stitch-pepper`, secret)
    await act('deploy --plan')
    await act('deploy', ['topic/stitch-requests', 'secret/stitch-pepper'])
    expect(await act('deploy')).toMatchObject({applied: false})
    // Somebody changes this and that.
    const account = `iam.googleapis.com/v1/${P}/serviceAccounts/stitch-lookup@stitch-test.iam.gserviceaccount.com`
    await fake.seed('POST', `${account}:disable`, {})
    await fake.seed('PATCH', account, {serviceAccount: {displayName: 'Mine'}, updateMask: 'displayName'})
    await fake.seed('PATCH', `pubsub.googleapis.com/v1/${P}/subscriptions/stitch-worker`, {
      subscription: {ackDeadlineSeconds: 99},
      updateMask: 'ackDeadlineSeconds',
    })
    const metric = {name: 'stitch-errors', description: 'Managed by stitch, stage default.', filter: 'severity>=ERROR'}
    await fake.seed('PUT', `logging.googleapis.com/v2/${P}/metrics/stitch-errors`, metric)
    const [policy] = cloud.table('monitoring.alertPolicies').keys()
    await fake.seed('PATCH', `monitoring.googleapis.com/v3/${policy}?updateMask=enabled`, {enabled: false})
    expect(await act('deploy')).toMatchObject({plan: {summary: {update: 4}}})
    await project.rebuild('exports.lookup = exports.worker = () => 2\n')
    expect(await act('deploy')).toMatchObject({plan: {summary: {update: 2}}})
    expect(await act('status')).toEqual([])
    expect(await act('status with drift')).toEqual([])
    await act('logs')
    await act('verify')
    expect(await act('rollback')).toMatchObject({applied: true})
    expect(await act('destroy')).toMatchObject({applied: true})
    await act('destroy of everything')
    fake.assertValid()
    expect([...asked].toSorted()).toEqual(namesOf(PERMISSIONS))
  })
})

/** Deployed twice, so that there is a release to go back to. */
async function deployed(): Promise<FakeCloud> {
  const cloud = createCloud()
  const {io} = ioFor(createFakeGcp(cloud))
  await project.rebuild('exports.lookup = exports.worker = () => {}\n')
  await deploy(deployOptions(project, io))
  await project.rebuild('exports.lookup = exports.worker = () => 2\n')
  await deploy(deployOptions(project, io))
  return cloud
}

describe('one permission less', () => {
  test.each(['deploy --plan', 'deploy', 'rollback', 'destroy of everything'] as const)(
    'than %s needs is told by name with the command that grants it, before anything else',
    async (command) => {
      const cloud = await deployed()
      const list = listOf(command)
      for (const missing of list) {
        allow(
          cloud,
          list.filter((one) => one !== missing),
        )
        const fake = createFakeGcp(cloud)
        const error = await COMMANDS[command].run(ioFor(fake).io).catch((thrown: unknown) => thrown)
        const {permission, role} = missing
        // Whoever may see neither a project nor its APIs cannot be told that it is there.
        const unseen = command === 'rollback' && permission === 'resourcemanager.projects.get'
        expect(error, permission).toMatchObject(
          unseen
            ? {code: 'STITCH_PROJECT_NOT_FOUND', exit: 'deploy'}
            : {
                code: 'STITCH_PERMISSION_MISSING',
                exit: 'deploy',
                message: `deployer@example.com lacks ${permission} in stitch-test, so nothing was planned or changed.`,
                hints: [
                  `gcloud projects add-iam-policy-binding stitch-test --member=user:deployer@example.com --role=${role} --condition=None`,
                ],
              },
        )
        expect(fake.calls.length, permission).toBeLessThanOrEqual(6)
      }
    },
  )

  test.each(['status', 'logs', 'verify'] as const)('than %s needs is named', async (command) => {
    const cloud = await deployed()
    const list = listOf(command)
    for (const missing of list) {
      allow(
        cloud,
        list.filter((one) => one !== missing),
      )
      const outcome = await COMMANDS[command].run(ioFor(createFakeGcp(cloud)).io).catch((thrown: unknown) => thrown)
      const told = outcome instanceof Error ? outcome.message : JSON.stringify(outcome)
      expect(told, missing.permission).toContain(missing.permission)
    }
  })
})
