import {mkdtemp, readdir, rm, writeFile, mkdir} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {unzipSync} from 'fflate'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {DeploySettings} from '#runtime/config/deploy-schema.ts'
import {chooseRelease, currentRelease} from '#runtime/deploy/plan/choose-release.ts'
import {checkSimulation, checkPlace} from '#runtime/deploy/plan/gate.ts'
import {
  isSameRelease,
  keepRelease,
  listReleases,
  pruneReleases,
  readReleaseZip,
  releaseId,
  type Release,
} from '#runtime/deploy/plan/release.ts'
import {zipSource} from '#runtime/deploy/plan/source-zip.ts'
import {target} from './kinds.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stitch-release-'))
})
afterAll(async () => {
  await rm(folder, {recursive: true, force: true})
})

function release(second: number, letter: string): Release {
  const at = Date.UTC(2026, 10, 24, 10, 15, second)
  const sha256 = letter.repeat(64)
  return {
    version: 1,
    id: releaseId(at, sha256),
    at: new Date(at).toISOString(),
    project: 'my-project',
    region: 'us-central1',
    stage: 'default',
    sha256,
    configHash: 'c'.repeat(64),
    verified: true,
    environment: {'stitch-lookup': {STITCH_CONFIG: `{"of":"${letter}"}`}},
    secretVersions: {'stitch-pepper': '1'},
    settings: DeploySettings.parse({}),
    account: 'deployer@example.com',
    stitch: '0.1.0',
  }
}

/** A function as it is there when a release is deployed. */
function live({sha256, environment}: Release) {
  return {
    labels: {'stitch-source': sha256.slice(0, 40)},
    serviceConfig: {environmentVariables: environment['stitch-lookup']},
  }
}

describe('a release', () => {
  const first = release(0, 'a')
  const second = release(1, 'b')

  test('is named by its time and bundle', () => {
    expect(first.id).toBe('20261124T101500Z-aaaaaaaa')
  })

  test('is kept as a whole, and found again with its archive', async () => {
    const releases = join(folder, 'kept')
    await keepRelease(releases, second, new Uint8Array([2]))
    await keepRelease(releases, first, new Uint8Array([1]))
    await mkdir(join(releases, '.20261124T101502Z-cccccccc.1'))
    await mkdir(join(releases, 'broken'))
    await writeFile(join(releases, 'broken', 'release.json'), '{')
    expect(await listReleases(releases, target)).toEqual([first, second])
    expect([...(await readReleaseZip(releases, second))]).toEqual([2])
    expect((await readdir(join(releases, first.id))).toSorted()).toEqual(['release.json', 'source.zip'])
  })

  test('of another project or region is not this stage’s', async () => {
    const releases = join(folder, 'kept')
    expect(await listReleases(releases, {...target, project: 'other-project'})).toEqual([])
    expect(await listReleases(releases, {...target, region: 'europe-west1'})).toEqual([])
    expect(await listReleases(join(folder, 'nothing'), target)).toEqual([])
  })

  test('without its archive cannot be gone back to', async () => {
    await expect(readReleaseZip(folder, release(5, 'e'))).rejects.toMatchObject({code: 'STITCH_RELEASE_NOT_FOUND'})
  })

  test('is the same as another by what was deployed, not by when', () => {
    expect(isSameRelease(first, {...release(9, 'a'), account: 'somebody@example.com'})).toBe(true)
    expect(isSameRelease(first, {...first, secretVersions: {'stitch-pepper': '2'}})).toBe(false)
  })
})

describe('the release to go back to', () => {
  const [a, b, c] = [release(0, 'a'), release(1, 'b'), release(2, 'c')] as const
  const releases = [a, b, c]

  test('is the one before what is deployed', () => {
    expect(currentRelease(releases, [live(b), live(b)])).toBe(b)
    expect(chooseRelease(releases, {named: undefined, current: b})).toBe(a)
  })

  test('is not guessed where the functions are of none, or of two releases', () => {
    expect(currentRelease(releases, [live(b), live(c)])).toBe(undefined)
    expect(currentRelease(releases, [live(release(3, 'd'))])).toBe(undefined)
    expect(currentRelease(releases, [undefined, undefined])).toBe(undefined)
    expect(() => chooseRelease(releases, {named: undefined, current: undefined})).toThrow(
      expect.objectContaining({code: 'STITCH_RELEASE_NOT_FOUND'}),
    )
  })

  test('can be named by the beginning of its id', () => {
    expect(chooseRelease(releases, {named: c.id, current: c})).toBe(c)
    expect(chooseRelease(releases, {named: '20261124T101501', current: c})).toBe(b)
  })

  test.each([
    {named: '20261124T1015', message: '3 releases begin with 20261124T1015, so nothing was rolled back.'},
    {
      named: '20261124T101500Z-aaaaaaab',
      message: 'There is no kept release 20261124T101500Z-aaaaaaab, so nothing was rolled back.',
    },
  ])('$named is none', ({named, message}) => {
    expect(() => chooseRelease(releases, {named, current: c})).toThrow(message)
  })

  test('has none before the first', () => {
    expect(() => chooseRelease(releases, {named: undefined, current: a})).toThrow(/^There is no kept release before /)
  })
})

describe('the gate', () => {
  const good = {
    version: 1 as const,
    sha256: 'a'.repeat(64),
    config: 'c'.repeat(64),
    at: '2026-11-24T00:00:00.000Z',
    passed: 10,
    failed: 0,
    async: true,
    engine: 'embedded',
    stitch: '0.1.0',
  }
  const asked = {sha256: good.sha256, configHash: good.config, force: false}

  test('lets through what was simulated', () => {
    expect(checkSimulation(good, asked)).toEqual({verified: true, simulation: good})
  })

  test.each([
    {what: 'nothing', simulation: undefined, message: /^This bundle has not been simulated in this data folder, so /},
    {
      what: 'another bundle',
      simulation: {...good, sha256: 'b'.repeat(64)},
      message: /another bundle \(bbbbbbbbbbbb and not aaaaaaaaaaaa\)/,
    },
    {
      what: 'another configuration',
      simulation: {...good, config: 'd'},
      message: /^The configuration has changed since/,
    },
    {what: 'failed checks', simulation: {...good, failed: 2}, message: /had 2 failed checks/},
    {what: 'the synchronous path only', simulation: {...good, async: false}, message: /the path through Pub\/Sub/},
  ])('refuses $what, unless forced', ({simulation, message}) => {
    expect(() => checkSimulation(simulation, asked)).toThrow(
      expect.objectContaining({code: 'STITCH_NOT_SIMULATED', exit: 'deploy', message: expect.stringMatching(message)}),
    )
    expect(checkSimulation(simulation, {...asked, force: true}).verified).toBe(false)
  })

  test('refuses a project of the simulation, and a server container that nobody named', () => {
    const config = {project: 'demo-stitch', file: '/p/stitch.config.json'} as Parameters<typeof checkPlace>[0]
    expect(() => checkPlace(config, {sgtmUrl: 'https://sgtm.example.com'})).toThrow(
      expect.objectContaining({code: 'STITCH_PROJECT_MISSING'}),
    )
    expect(() => checkPlace({...config, project: 'my-project'}, {})).toThrow(
      expect.objectContaining({code: 'STITCH_SGTM_URL_MISSING'}),
    )
  })
})

describe('the archive', () => {
  test('has the bundle and its package.json, and is the same bytes every time', async () => {
    const file = join(folder, 'index.js')
    await writeFile(file, 'exports.lookup = 1\n')
    await writeFile(join(folder, 'package.json'), '{}\n')
    const {sha256, zip} = await zipSource({file, sha256: 'ab'})
    expect(sha256).toBe('ab')
    expect(Object.keys(unzipSync(zip))).toEqual(['index.js', 'package.json'])
    expect(Buffer.from((await zipSource({file, sha256: 'ab'})).zip).equals(zip)).toBe(true)
  })

  test('needs both', async () => {
    const file = join(folder, 'nowhere', 'index.js')
    await expect(zipSource({file, sha256: 'ab'})).rejects.toMatchObject({code: 'STITCH_BUNDLE_MISSING'})
  })
})

test('only the newest twenty releases are kept, of this project and region', async () => {
  const own = join(folder, 'pruned')
  for (let second = 0; second < 23; second++) await keepRelease(own, release(second, 'a'), new Uint8Array([1]))
  const other = {...release(30, 'b'), project: 'another-project'}
  await keepRelease(own, other, new Uint8Array([1]))
  await pruneReleases(own, target)
  const left = await listReleases(own, target)
  expect(left.map(({id}) => id)).toEqual(Array.from({length: 20}, (_, index) => release(index + 3, 'a').id))
  expect(await listReleases(own, {...target, project: 'another-project'})).toHaveLength(1)
})
