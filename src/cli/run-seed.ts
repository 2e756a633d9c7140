import {createBus} from '#runtime/kernel/bus.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import type {SeedPlace} from '#runtime/deploy/seed-place.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {SeedOutcome} from '#runtime/session/seed-command.ts'
import {deployClock} from './deploy-io.ts'
import {resolveProject, type Parsed} from './project.ts'
import {writeStdout} from './output.ts'
import {narrateWarnings} from './narrate.ts'
import {listenForInterrupts} from './signals.ts'
import {showSeedProgress} from './seed-progress.ts'

type SeedParsed = Parsed & {
  readonly argv: readonly unknown[]
  readonly flags: {
    readonly generate?: number | undefined
    readonly seed: number
    readonly kind?: string[] | undefined
    readonly reset: boolean
    readonly 'dry-run': boolean
    readonly yes: boolean
    readonly project?: string | undefined
    readonly stage?: string | undefined
  }
}

/** `stitch seed`: into the local engine, or into a real project that was named with --project and confirmed. */
export async function runSeed({parsed, json}: {readonly parsed: SeedParsed; readonly json: boolean}): Promise<unknown> {
  const {flags} = parsed
  const config = await resolveProject(parsed)
  using interrupts = listenForInterrupts()
  const {seedProject} = await import('#runtime/session/seed-command.ts')
  const bus = createBus(systemClock)
  using _narration = narrateWarnings(bus)
  using progress = showSeedProgress(bus, {show: !json})
  // A variable may be set for other reasons; a project is meant only where it is named on the command line.
  const isReal =
    config.origins['project'] === 'flag --project' &&
    config.origins['engine'] !== 'flag --engine' &&
    config.origins['engine'] !== 'STITCH_ENGINE'
  const confirmed = isReal && (flags.yes || (await confirm(config.project, json)))
  // Documents of a project are made for its deployment.
  const place = confirmed ? await findPlace(config, flags.stage, interrupts.signal) : {}
  const {report, target} = await seedProject({
    config,
    paths: parsed.argv.map(String),
    kinds: flags.kind ?? [],
    generate: flags.generate === undefined ? undefined : {count: flags.generate, seed: flags.seed},
    reset: flags.reset,
    dryRun: flags['dry-run'],
    real: isReal ? {confirmed, ...NOWHERE, ...place} : undefined,
    emit: bus.emit,
    clock: systemClock,
    signal: interrupts.signal,
  })
  progress[Symbol.dispose]()
  if (!json) await writeStdout(`${describe(report, target)}\n`)
  return {target, ...report}
}

const NOWHERE = {database: '(default)', pepper: undefined}

/** The database and the pepper of a deployed stage. */
async function findPlace(config: ResolvedConfig, stage: string | undefined, signal: AbortSignal): Promise<SeedPlace> {
  const [{connect}, {findSeedPlace}, {explain}, {resolveStage}] = await Promise.all([
    import('#runtime/deploy/gcp/connect.ts'),
    import('#runtime/deploy/seed-place.ts'),
    import('#runtime/deploy/gcp/explain.ts'),
    import('#runtime/deploy/settings.ts'),
  ])
  const {target} = await resolveStage(config, {stage})
  await using connection = await connect({clock: deployClock(signal), signal, quotaProject: config.project})
  try {
    const place = await findSeedPlace(config, {stage}, connection.api)
    if (place.pepper !== undefined) return place
  } catch (error) {
    throw explain(error, {doing: 'nothing was seeded', account: connection.account, target})
  }
  throw new StitchError(
    `Nothing is deployed to ${config.project} yet, so the secret that identities are made with is missing and nothing was seeded.`,
    {code: 'STITCH_NOT_DEPLOYED', exit: 'deploy', hints: [`stitch deploy --project ${config.project}`]},
  )
}

/** One line: what was done, or would be, and where. */
function describe({written, unchanged, deleted, verified, dryRun}: SeedOutcome['report'], target: string): string {
  const total = written + unchanged
  const count = (number: number): string => (number === 1 ? '1 document' : `${number} documents`)
  const removed = deleted > 0 ? `, ${deleted} deleted` : ''
  if (dryRun)
    return `${written} of ${total} documents would be written to ${target}, ${unchanged} are there already${deleted > 0 ? `, ${deleted} would be deleted` : ''}; nothing was changed.`
  if (written === 0 && deleted === 0) return `All ${total} documents are in ${target} already; nothing was changed.`
  if (written === 0) return `All ${total} documents are in ${target} already${removed}.`
  return `${count(written)} written to ${target} and read back (${verified} equal), ${unchanged} unchanged${removed}.`
}

/** A person types the project's name; where nobody can be asked, `--yes` is the only way. */
async function confirm(project: string, json: boolean): Promise<boolean> {
  if (json || !process.stdin.isTTY || !process.stderr.isTTY) return false
  const {createInterface} = await import('node:readline/promises')
  using terminal = createInterface({input: process.stdin, output: process.stderr})
  const answer = await terminal.question(`This writes to the real project ${project}. Type its name to go on: `)
  if (answer.trim() === project) return true
  throw new StitchError(`The project's name was not typed, so nothing was read or written.`, {
    code: 'STITCH_REAL_PROJECT',
    exit: 'usage',
  })
}
