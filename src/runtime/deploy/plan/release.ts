import {readdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {z} from 'zod'
import {DeploySettings} from '#runtime/config/deploy-schema.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {makeFolder} from '#runtime/kernel/make-folder.ts'
import type {Target} from '../types.ts'

const Simulation = z.looseObject({at: z.string(), passed: z.number(), failed: z.number()})

/** What was deployed, as far as going back to it needs; no secret is in it. */
const Release = z.object({
  version: z.literal(1),
  id: z.string(),
  /** ISO 8601. */
  at: z.string(),
  project: z.string(),
  region: z.string(),
  stage: z.string(),
  sha256: z.string(),
  configHash: z.string(),
  /** Whether the last simulation stood behind it. */
  verified: z.boolean(),
  simulation: Simulation.optional(),
  /** Plain variables by function id. */
  environment: z.record(z.string(), z.record(z.string(), z.string())),
  /** Pinned versions by secret id. */
  secretVersions: z.record(z.string(), z.string()),
  settings: DeploySettings,
  /** Who deployed it. */
  account: z.string(),
  /** Version of stitch. */
  stitch: z.string(),
  /** The release that was gone back to. */
  rollbackOf: z.string().optional(),
})
export type Release = z.infer<typeof Release>

/** Now, or a second after the newest release, so that ids sort as the releases were made and no two are the same. */
export function releaseTime(now: number, newest: Release | undefined): number {
  return newest ? Math.max(now, Date.parse(newest.at) + 1000) : now
}

/** `20261124T101500Z-ab12cd34`: sorts by time, and shows the bundle. */
export function releaseId(at: number, sha256: string): string {
  const time = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return `${time}-${sha256.slice(0, 8)}`
}

/** Where a stage's releases are kept; a project of its own each, since one folder may deploy to several. */
export function releasesFolder(dataDir: string, {stage}: Pick<Target, 'stage'>): string {
  return join(dataDir, 'releases', stage ?? 'default')
}

/**
 * Keeps a release and its zip. Written beside and renamed as a whole: a folder with a release's name is complete.
 * Throws STITCH_DATA_DIR_NOT_WRITABLE.
 */
export async function keepRelease(folder: string, release: Release, zip: Uint8Array): Promise<void> {
  const draft = join(folder, `.${release.id}.${process.pid}`)
  try {
    makeFolder(draft)
    await Promise.all([
      writeFile(join(draft, 'release.json'), `${JSON.stringify(release, null, 2)}\n`),
      writeFile(join(draft, 'source.zip'), zip),
    ])
    await rename(draft, join(folder, release.id))
  } catch (cause) {
    await rm(draft, {recursive: true, force: true})
    throw new StitchError(`${folder} cannot be written, so the release ${release.id} was deployed and not kept.`, {
      code: 'STITCH_DATA_DIR_NOT_WRITABLE',
      exit: 'environment',
      hints: ['--data-dir DIR   with a folder that can be written, then deploy again'],
      cause,
    })
  }
}

/** The kept releases of a project's stage and region, oldest first. What is not a release is passed over. */
export async function listReleases(folder: string, {project, region}: Target): Promise<readonly Release[]> {
  const names = await readdir(folder).catch((): string[] => [])
  const releases = await Promise.all(
    names.filter((name) => !name.startsWith('.')).map(async (name) => await readRelease(join(folder, name))),
  )
  return releases
    .filter((release) => release !== undefined)
    .filter((release) => release.project === project && release.region === region)
    .toSorted((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id))
}

/** Two thirds of a megabyte each: enough to go back a long way. */
const MOST_KEPT = 20

/** Forgets all but the newest releases of a project's stage and region. What cannot be deleted stays. */
export async function pruneReleases(folder: string, target: Target): Promise<void> {
  const old = (await listReleases(folder, target)).slice(0, -MOST_KEPT)
  await Promise.all(old.map(async ({id}) => await rm(join(folder, id), {recursive: true, force: true}).catch(() => {})))
}

async function readRelease(folder: string): Promise<Release | undefined> {
  try {
    return Release.parse(JSON.parse(await readFile(join(folder, 'release.json'), 'utf8')))
  } catch {
    return undefined
  }
}

/** The archive of a kept release. Throws STITCH_RELEASE_NOT_FOUND. */
export async function readReleaseZip(folder: string, {id}: Release): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, id, 'source.zip'))
  } catch (cause) {
    throw new StitchError(`The archive of the release ${id} cannot be read, so nothing was rolled back.`, {
      code: 'STITCH_RELEASE_NOT_FOUND',
      exit: 'deploy',
      hints: ['stitch rollback --list'],
      cause,
    })
  }
}

/** Whether two releases are the same deployment: nothing is kept twice. */
export function isSameRelease(a: Release, b: Release): boolean {
  const essence = ({sha256, environment, secretVersions, settings}: Release): string =>
    JSON.stringify({sha256, environment, secretVersions, settings})
  return essence(a) === essence(b)
}
