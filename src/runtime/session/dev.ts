import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {loadFixtures} from '#runtime/fixtures/load.ts'
import {resolveBundle} from '#runtime/functions/bundle.ts'
import type {BundleFiles} from '#runtime/functions/types.ts'
import type {Bus} from '#runtime/kernel/bus.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import {EXIT} from '#runtime/kernel/errors.ts'
import {adoptRequests} from './adopt-requests.ts'
import {checkFunctionsConfig} from './check-config.ts'
import {allowPage, createShopBackend, openPage, type PageFiles} from './open-page.ts'
import {openSession, type Session} from './open-session.ts'
import {reloadOnChange} from './reload.ts'
import {seedIfNeeded} from './seed-project.ts'
import {startStage} from './start-stage.ts'

export type DevOptions = {
  readonly config: ResolvedConfig
  readonly command: string
  /** What stitch comes with: the bundle, and what one is built from. */
  readonly files: BundleFiles
  readonly version: string
  readonly bus: Bus
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Serves the shop's page as well. */
  readonly page?: PageFiles
}

/** Runs `work` with the whole path, worker included, up and seeded around it; closes everything afterwards. */
export async function withSession<T>(
  options: DevOptions,
  work: (session: Session, pageUrl: string | undefined) => Promise<T>,
): Promise<T> {
  const {command, bus, clock, signal, version} = options
  const {emit} = bus
  bus.emit({type: 'log.opened', version: 1, stitch: version})
  await checkFunctionsConfig(options.config)
  await using page = options.page ? await openPage(options.config, options.page, emit) : undefined
  const config = page ? allowPage(options.config, page) : options.config
  const fixtures = await loadFixtures(config.fixtures)
  using _adopting = adoptRequests(bus)
  const bundle = await resolveBundle(config, options.files)
  const {sha256, bytes} = bundle
  emit({type: 'run.started', command, engine: config.engine, async: true, bundle: {sha256, bytes}, scenarios: []})
  await using session = await openSession(
    {...options, config, bundle, async: true, emit, command: `stitch ${command}`},
    (engine, keys) => seedIfNeeded({config, fixtures, engine, keys, emit, clock, signal}),
  )
  const began = clock.now()
  try {
    const files = options.page
    if (page && files) {
      const opening = async (): Promise<void> => page.open(await createShopBackend(session, files, clock))
      await startStage({emit, clock}, 'page', opening, () => ({urls: {page: page.url}}))
    }
    return await work(session, page?.url)
  } finally {
    emit({type: 'run.ended', passed: 0, failed: 0, durationMs: clock.now() - began, exit: EXIT.ok})
  }
}

/** Keeps a session running and reloads what changes, until the signal aborts or a stage dies; throws its reason. */
export async function keepRunning(
  options: DevOptions,
  onReady: (session: Session, pageUrl: string | undefined) => Promise<void>,
): Promise<never> {
  return await withSession(options, async (session, pageUrl) => {
    await onReady(session, pageUrl)
    const {config, signal} = session
    for await (const _ of reloadOnChange({...options, config, session, emit: options.bus.emit, signal})) {
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
