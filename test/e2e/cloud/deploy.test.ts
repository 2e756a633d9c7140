import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startCloud, writeProject, writesTo, type CloudOnWire} from './fake-cloud.ts'
import {makeFolder, processesOf, runStitch, type Finished} from '../run-stitch.ts'

const folder = makeFolder()
beforeAll(async () => {
  writeProject(folder.path)
  expect(await runStitch(folder.path, ['simulate', '--async', '--no-ui'])).toMatchObject({code: 0})
})
afterAll(() => folder[Symbol.dispose]())

async function stitch(on: CloudOnWire, ...args: readonly string[]): Promise<Finished> {
  return await runStitch(folder.path, args, {env: on.env})
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
    expect(writesTo(on)).toEqual([])

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
    expect(writesTo(on).filter(({n}) => n > before)).toEqual([])
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

  test('a missing permission is named with the command that grants it, before anything changes', async () => {
    await using on = await startCloud({permissions: ['resourcemanager.projects.get']})
    const {code, stderr} = await stitch(on, 'deploy', '--yes')
    expect({code, writes: writesTo(on)}).toEqual({code: 5, writes: []})
    expect(stderr).toMatch(/Code: STITCH_PERMISSION_MISSING/)
    expect(stderr).toMatch(/gcloud projects add-iam-policy-binding stitch-test .*--role=roles\//)
  })
})

/** All text below a folder. */
function readTree(path: string): string {
  return readdirSync(path, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
}
