import {setTimeout as delay} from 'node:timers/promises'
import {StitchError} from '#runtime/kernel/errors.ts'
import {startGuarded, type Guarded, type GuardedExit} from '../guard.ts'
import {ownsPort} from '../ports-holder.ts'
import {portTaken, resolvePort} from '../ports.ts'
import {waitUntilAnswered, type ProbedService} from '../probe.ts'
import type {EngineOptions, PortWish} from '../types.ts'
import {openClassArchive, saysArchiveIsUnusable, type ClassArchive} from './class-archive.ts'
import {EMULATORS, emulatorArguments, JVM_FLAGS} from './command-lines.ts'
import {emulatorDied, emulatorSilent, readLog, saysPortIsTaken} from './emulator-trouble.ts'
import type {Toolchain} from './toolchain.ts'

/** An emulator that answers. */
export type Emulator = AsyncDisposable & {
  readonly host: string
  readonly logFile: string
  readonly exited: Promise<GuardedExit>
  /** Whether it leaves a class archive when it ends, which takes it a second. */
  readonly leavesArchive: boolean
}

export type EmulatorOptions = Pick<EngineOptions, 'projectId' | 'signal' | 'log'> & {
  readonly service: ProbedService
  readonly wish: PortWish
  readonly tools: Toolchain
  /** Where class archives are kept. */
  readonly archives: string
  readonly logFile: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How long the first answer may take. */
  readonly readyWithinMs: number
}

/** A JVM needs a second to open its port; who starts at the same time may be faster. After so many losses we give up. */
const ATTEMPTS = 3
/** The emulators keep nothing on disk, so nothing is lost if this is too short. */
const GRACE_MS = 1500
/** Writing a class archive takes a second or two on a machine that does nothing else, and was seen to take over ten. */
const WRITING_GRACE_MS = 30_000

/**
 * One emulator, ready when it answered an RPC. A default port that somebody takes between the look and the start is
 * given up for the next one.
 * Throws STITCH_PORT_TAKEN, STITCH_ENGINE_DIED, STITCH_ENGINE_SILENT (exit environment), or the signal's reason.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const wish = {...options.wish, what: EMULATORS[options.service].what, flag: EMULATORS[options.service].flag}
  for (let attempt = 1; ; attempt++) {
    const port = await resolvePort(wish, options.log)
    const emulator = await tryOnPort(port, options)
    if (emulator === 'without archive') continue
    if (emulator) return emulator
    if (wish.explicit || attempt === ATTEMPTS) throw await portTaken({...wish, port})
  }
}

/**
 * Undefined when the port went to somebody else in the meantime. An emulator that died with a class archive is to be
 * tried without it, whatever it died of.
 */
async function tryOnPort(port: number, options: EmulatorOptions): Promise<Emulator | 'without archive' | undefined> {
  const {service, tools, logFile, environment} = options
  const jar = service === 'firestore' ? tools.firestoreJar : tools.pubsubJar
  const key = {service, jar, java: tools.java, jvmFlags: JVM_FLAGS, environment}
  const archive = await openClassArchive(options.archives, key)
  await using stack = new AsyncDisposableStack()
  stack.defer(archive.state === 'written' ? archive.drop : async () => {})
  // A JVM that crashes tells of it in its working folder, which is the person's, unless it is told where.
  const more = [...archive.flags, `-XX:ErrorFile=${logFile.replace(/\.log$/, '')}-crash.log`]
  const args = emulatorArguments(service, tools, port, more)
  const graceMs = archive.state === 'written' ? WRITING_GRACE_MS : GRACE_MS
  const guarded = stack.use(startGuarded({command: tools.java.command, args, environment, logFile, graceMs}))
  try {
    const outcome = await waitForOutcome(guarded, port, options)
    if (outcome === 'ready' && archive.state === 'read' && saysArchiveIsUnusable(await readLog(logFile))) {
      await archive.drop()
    }
    if (outcome === 'ready')
      return describeEmulator(guarded, stack.move(), archive, {host: `127.0.0.1:${port}`, logFile})
  } catch (error) {
    guarded.kill()
    if (archive.state !== 'read' || !isDeath(error)) throw error
    await archive.drop()
    options.log('debug', `${EMULATORS[service].title} ended with its class archive and is started without it.`)
    return 'without archive'
  }
  guarded.kill()
  return undefined
}

function describeEmulator(
  guarded: Guarded,
  opened: AsyncDisposableStack,
  archive: ClassArchive,
  {host, logFile}: Pick<Emulator, 'host' | 'logFile'>,
): Emulator {
  return {
    host,
    logFile,
    exited: guarded.exited,
    leavesArchive: archive.state === 'written',
    [Symbol.asyncDispose]: async () => {
      await guarded[Symbol.asyncDispose]()
      // A JVM ends with 143 after SIGTERM, when its archive is complete; SIGKILL may have come amid it.
      if ((await guarded.exited).signal === null) await archive.keep()
      await opened.disposeAsync()
    },
  }
}

function isDeath(error: unknown): boolean {
  return error instanceof StitchError && error.code === 'STITCH_ENGINE_DIED'
}

/** Whichever comes first: an answer, the end of the process, a lost port, the end of patience, or the run's signal. */
async function waitForOutcome(
  guarded: Guarded,
  port: number,
  options: EmulatorOptions,
): Promise<'ready' | 'port lost'> {
  const {service, projectId, logFile, signal, readyWithinMs} = options
  const settled = new AbortController()
  const patience = AbortSignal.timeout(readyWithinMs)
  const waiting = AbortSignal.any([signal, patience, settled.signal])
  try {
    const answered = waitUntilAnswered(service, `127.0.0.1:${port}`, projectId, waiting).then(() => 'answered' as const)
    const outcome = await Promise.race([answered, guarded.exited, watchForLostPort(logFile, waiting)])
    // An answer may come from a server that was faster than ours, such as the emulator of another run.
    if (outcome === 'answered') return (await isOurs(guarded, port)) ? 'ready' : 'port lost'
    if (outcome === 'port lost' || (await saysPortIsTaken(logFile))) return 'port lost'
    throw await emulatorDied(service, outcome, logFile, {when: 'before it answered', therefore: 'nothing was run'})
  } catch (error) {
    signal.throwIfAborted()
    throw patience.aborted ? await emulatorSilent(service, readyWithinMs / 1000, logFile, error) : error
  } finally {
    settled.abort()
  }
}

async function isOurs(guarded: Guarded, port: number): Promise<boolean> {
  const pid = await guarded.pid
  return pid !== undefined && (await ownsPort(pid, port)) !== false
}

/** Never settles unless the port is lost: the answer, the exit and the time-out are told by others. */
async function watchForLostPort(logFile: string, signal: AbortSignal): Promise<'port lost'> {
  while (!signal.aborted) {
    if (await saysPortIsTaken(logFile)) return 'port lost'
    await delay(200, undefined, {signal}).catch(() => {})
  }
  return await new Promise(() => {})
}
