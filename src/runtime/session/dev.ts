import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {loadFixtures} from '#runtime/fixtures/load.ts'
import {resolveBundle} from '#runtime/functions/bundle.ts'
import type {BundleFiles} from '#runtime/functions/types.ts'
import type {Bus} from '#runtime/kernel/bus.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import {EXIT} from '#runtime/kernel/errors.ts'
import {adoptRequests} from './adopt-requests.ts'
import {checkFunctionsConfig} from './check-config.ts'
import {openSession, type Session} from './open-session.ts'
import {reloadOnChange} from './reload.ts'
import {seedIfNeeded} from './seed-project.ts'

export type DevOptions = {
  readonly config: ResolvedConfig
  readonly command: string
  /** What stitch comes with: the bundle, and what one is built from. */
  readonly files: BundleFiles
  readonly version: string
  readonly bus: Bus
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Runs `work` with the whole path, worker included, up and seeded around it; closes everything afterwards. */
export async function withSession<T>(options: DevOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const {config, command, bus, clock, signal, version} = options
  const {emit} = bus
  bus.emit({type: 'log.opened', version: 1, stitch: version})
  await checkFunctionsConfig(config)
  const fixtures = await loadFixtures(config.fixtures)
  using _adopting = adoptRequests(bus)
  const bundle = await resolveBundle(config, options.files)
  const {sha256, bytes} = bundle
  emit({type: 'run.started', command, engine: config.engine, async: true, bundle: {sha256, bytes}, scenarios: []})
  await using session = await openSession(
    {...options, bundle, async: true, emit, command: `stitch ${command}`},
    (engine, keys) => seedIfNeeded({config, fixtures, engine, keys, emit, clock, signal}),
  )
  const began = clock.now()
  try {
    return await work(session)
  } finally {
    emit({type: 'run.ended', passed: 0, failed: 0, durationMs: clock.now() - began, exit: EXIT.ok})
  }
}

/** Keeps a session running and reloads what changes, until the signal aborts or a stage dies; throws its reason. */
export async function keepRunning(options: DevOptions, onReady: (session: Session) => Promise<void>): Promise<never> {
  return await withSession(options, async (session) => {
    await onReady(session)
    for await (const _ of reloadOnChange({...options, session, emit: options.bus.emit, signal: session.signal})) {
      // Every reload is on the log already.
    }
    throw session.signal.reason
  })
}

/** What a program needs to use the session: for `exec`, the ready file and the shell. */
export function environmentOf(session: Session): Record<string, string> {
  return {
    FIRESTORE_EMULATOR_HOST: session.engine.firestoreHost,
    PUBSUB_EMULATOR_HOST: session.engine.pubsubHost,
    GOOGLE_CLOUD_PROJECT: session.config.project,
    METADATA_SERVER_DETECTION: 'none',
    STITCH_SGTM_URL: session.container.url,
    STITCH_LOOKUP_URL: session.functions.lookupUrl,
  }
}

/** Brings the fixtures back as they are in the files, whatever was changed since. */
export async function reseed(
  {config, bus, clock, signal}: Pick<DevOptions, 'config' | 'bus' | 'clock' | 'signal'>,
  session: Session,
): Promise<void> {
  const fixtures = await loadFixtures(config.fixtures)
  await seedIfNeeded({config, fixtures, engine: session.engine, keys: session.keys, emit: bus.emit, clock, signal})
}
