import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {CallRecord} from '../fake-gcp/handle.ts'
import {startCloud, writeProject, type CloudOnWire} from './fake-cloud.ts'
import {makeFolder, processesOf, runStitch, startStitch, until, type Finished} from './run-stitch.ts'

const folder = makeFolder()
beforeAll(async () => {
  writeProject(folder.path)
  expect(await runStitch(folder.path, ['simulate', '--async', '--no-ui'])).toMatchObject({code: 0})
})
afterAll(() => folder[Symbol.dispose]())

async function stitch(on: CloudOnWire, ...args: readonly string[]): Promise<Finished> {
  return await runStitch(folder.path, args, {env: on.env})
}

/** Requests that change something. */
function writes({fake}: CloudOnWire): readonly CallRecord[] {
  return fake.calls.filter(
    ({method, path}) => method !== 'GET' && !/:(getIamPolicy|testIamPermissions)$|^\/tokeninfo$/.test(path),
  )
}

/** Every secret value that the cloud holds, as it was sent and as it is meant. */
function secretsOf({cloud}: CloudOnWire): string[] {
  const payloads = [...cloud.table('secretmanager.versions').values()].map(
    ({payload}) => (typeof payload === 'string' ? payload : payload.data) as string,
  )
  const values = payloads.map((payload) => Buffer.from(payload, 'base64').toString())
  return [...payloads, ...values, ...values.flatMap((value) => value.match(/[A-Za-z0-9+/]{43}=/g) ?? [])]
}

describe('stitch deploy', () => {
  test('shows the plan, changes nothing without a yes, deploys, and then has nothing to do', async () => {
    await using on = await startCloud({run: {}})
    const planned = await stitch(on, 'deploy', '--plan', '--detailed-exitcode')
    expect(planned).toMatchObject({code: 2})
    expect(planned.stdout).toMatch(/\+ .*stitch-lookup/)
    expect(planned.stdout).toMatch(/public/)
    const unasked = await stitch(on, 'deploy')
    expect(unasked).toMatchObject({code: 2})
    expect(unasked.stderr).toMatch(/Code: STITCH_NOT_CONFIRMED/)
    expect(writes(on)).toEqual([])

    const deployed = await stitch(on, 'deploy', '--yes')
    expect(deployed).toMatchObject({code: 0})
    expect(deployed.stdout).toMatch(/https:\/\/stitch-lookup\S+run\.app/)
    on.fake.assertValid()
    const said = deployed.stdout + deployed.stderr + planned.stdout + readTree(join(folder.path, '.stitch/logs'))
    for (const secret of secretsOf(on)) expect(said.includes(secret), 'a secret is shown').toBe(false)
    expect(secretsOf(on).length).toBeGreaterThan(3)

    const before = on.fake.calls.at(-1)!.n
    const again = await stitch(on, 'deploy', '--yes', '--detailed-exitcode')
    expect(again).toMatchObject({code: 0})
    expect(again.stdout).toMatch(/[Nn]othing to do/)
    expect(writes(on).filter(({n}) => n > before)).toEqual([])
    expect(processesOf(folder.path)).toEqual([])
  })

  test('prints one document with --json, and the bundle in it is the simulated one', async () => {
    await using on = await startCloud({run: {}})
    const {code, stdout} = await stitch(on, 'deploy', '--yes', '--json')
    expect(code).toBe(0)
    const simulated = JSON.parse(readFileSync(folder.file('.stitch/simulated.json'), 'utf8')) as {sha256: string}
    expect(stdout).toContain(simulated.sha256)
    expect(JSON.parse(stdout)).toMatchObject({applied: true})
  })

  test('refuses a configuration that was not simulated, before it asks the cloud anything', async () => {
    using other = makeFolder()
    writeProject(other.path)
    await using on = await startCloud({run: {}})
    const {code, stderr} = await runStitch(other.path, ['deploy', '--yes'], {env: on.env})
    expect({code, calls: on.fake.calls}).toEqual({code: 5, calls: []})
    expect(stderr).toMatch(/Code: STITCH_NOT_SIMULATED/)
    expect(stderr).toContain('stitch simulate --async')
  })

  test('stops on Ctrl-C, says how far it came, and goes on where it stopped', async () => {
    await using on = await startCloud({run: {}})
    const running = startStitch(folder.path, ['deploy', '--yes'], {env: on.env})
    await until(() => on.fake.calls.some(({path}) => path.includes('serviceAccounts') && writes(on).length > 12))
    running.child.kill('SIGINT')
    const {code, stderr} = await running.finished
    expect(code).toBe(130)
    expect(stderr).toMatch(/Code: STITCH_INTERRUPTED/)
    expect(await stitch(on, 'deploy', '--yes')).toMatchObject({code: 0})
    expect(processesOf(folder.path)).toEqual([])
  })

  test('killed with SIGKILL anywhere, the next run ends in the same state', async () => {
    await using whole = await startCloud({run: {}})
    await stitch(whole, 'deploy', '--yes')
    whole.cloud.settle()
    const expected = whole.cloud.snapshot()
    const total = whole.fake.calls.length
    for (const share of [0.5, 0.85]) {
      const at = Math.floor(total * share)
      await using on = await startCloud({run: {}})
      const running = startStitch(folder.path, ['deploy', '--yes'], {env: on.env})
      await until(() => on.fake.calls.length >= at || running.child.exitCode !== null)
      running.child.kill('SIGKILL')
      expect(await running.finished).toMatchObject({signal: 'SIGKILL'})
      expect(await stitch(on, 'deploy', '--yes')).toMatchObject({code: 0})
      on.cloud.settle()
      expect(on.cloud.snapshot(), `killed near request ${at} of ${total}`).toEqual(expected)
    }
  })

  test('a missing permission is named with the command that grants it, before anything changes', async () => {
    await using on = await startCloud({permissions: ['resourcemanager.projects.get']})
    const {code, stderr} = await stitch(on, 'deploy', '--yes')
    expect({code, writes: writes(on)}).toEqual({code: 5, writes: []})
    expect(stderr).toMatch(/Code: STITCH_PERMISSION_MISSING/)
    expect(stderr).toMatch(/gcloud projects add-iam-policy-binding stitch-test .*--role=roles\//)
  })
})

describe('after a deployment', () => {
  test('status, another release, rollback and destroy', async () => {
    using own = makeFolder()
    writeProject(own.path)
    await using on = await startCloud({run: {}})
    const run = async (...args: readonly string[]) => await runStitch(own.path, args, {env: on.env})
    expect(await run('status')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('STITCH_NOT_DEPLOYED') as unknown,
    })
    const empty = on.cloud.snapshot()
    await run('simulate', '--async', '--no-ui')
    expect(await run('deploy', '--yes')).toMatchObject({code: 0})
    const status = await run('status')
    expect(status).toMatchObject({code: 0})
    expect(status.stdout).toMatch(/lookup +active, stitch-lookup[^]*drift +none/)

    const first = on.cloud.snapshot()
    writeProject(own.path, {sgtmUrl: 'https://other.example.com'})
    expect(await run('deploy', '--yes')).toMatchObject({code: 0})
    expect(on.cloud.snapshot()).not.toEqual(first)
    const list = await run('rollback', '--list')
    expect(list.stdout.match(/\d{8}T\d{6}Z-[0-9a-f]{8}/g)?.length).toBeGreaterThanOrEqual(2)
    const back = await run('rollback', '--yes')
    expect(back).toMatchObject({code: 0})
    expect(JSON.stringify(on.cloud.snapshot())).not.toContain('other.example.com')
    on.fake.assertValid()

    expect(await run('destroy')).toMatchObject({code: 2})
    const destroyed = await run('destroy', '--yes')
    expect(destroyed).toMatchObject({code: 0})
    expect(destroyed.stdout + destroyed.stderr).toMatch(/kept|keeps|stays/)
    on.fake.assertValid()
    const left = Object.keys(on.cloud.snapshot().resources).filter((name) => !(name in empty.resources))
    // Secrets and the database are kept unless they are named; buckets and the repository are Google's own.
    expect(left.filter((name) => !/^(secretmanager|firestore|storage|artifactregistry)\./.test(name))).toEqual([])
    expect(await run('status')).toMatchObject({code: 5})
  })
})

/** All text below a folder. */
function readTree(path: string): string {
  return readdirSync(path, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
}
