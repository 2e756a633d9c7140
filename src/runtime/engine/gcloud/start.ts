import {join} from 'node:path'
import {clientEnvironment} from '../environment.ts'
import {makeDataFolder} from '../project-folder.ts'
import type {Engine, EngineOptions} from '../types.ts'
import {classArchiveFolder} from './class-archive.ts'
import {EMULATORS} from './command-lines.ts'
import {emulatorDied} from './emulator-trouble.ts'
import {findJava} from './find-java.ts'
import {findCloudSdk} from './find-sdk.ts'
import {createMachine} from './machine.ts'
import {startEmulator, type Emulator, type EmulatorOptions} from './start-emulator.ts'
import {requireToolchain} from './toolchain.ts'

/** Both JVMs on a busy two-core machine took 6 s at most; a laptop that just woke up deserves more. */
const READY_WITHIN_MS = 60_000

/**
 * Google's own emulators, started side by side without the Google Cloud CLI in between: it costs seconds, and the
 * JVMs it starts outlive it. The first run leaves their classes in a cache for the following ones. Documents live in memory only. Logs go to `<dataDir>/logs/`.
 * Throws STITCH_ENGINE_MISSING when they or Java are not installed, and what starting one of them throws.
 */
export async function startGcloudEngine(options: EngineOptions): Promise<Engine> {
  const environment = options.environment ?? process.env
  const machine = createMachine(environment)
  const [java, sdk] = await Promise.all([findJava(machine), findCloudSdk(machine)])
  const tools = requireToolchain({java, sdk})
  const logs = makeDataFolder(join(options.dataDir, 'logs'))

  await using stack = new AsyncDisposableStack()
  const giveUp = new AbortController()
  const signal = AbortSignal.any([options.signal, giveUp.signal])
  const start = async (service: EmulatorOptions['service'], wish: EmulatorOptions['wish']): Promise<Emulator> => {
    const logFile = join(logs, EMULATORS[service].log)
    try {
      return stack.use(
        await startEmulator({
          ...options,
          service,
          wish,
          tools,
          archives: classArchiveFolder(environment, machine.home),
          logFile,
          environment,
          signal,
          readyWithinMs: READY_WITHIN_MS,
        }),
      )
    } catch (error) {
      giveUp.abort(error)
      throw error
    }
  }
  const started = [start('firestore', options.firestorePort), start('pubsub', options.pubsubPort)] as const
  // Both must have settled before the stack closes what one of them opened.
  await Promise.allSettled(started)
  const [firestore, pubsub] = await Promise.all(started)

  const failure = new AbortController()
  const opened = stack.move()
  let closing = false
  const watch = async (service: EmulatorOptions['service'], emulator: Emulator): Promise<void> => {
    const exit = await emulator.exited
    if (closing) return
    failure.abort(
      await emulatorDied(service, exit, emulator.logFile, {when: 'in mid-run', therefore: 'the run was stopped'}),
    )
  }
  void watch('firestore', firestore)
  void watch('pubsub', pubsub)

  const hosts = {firestoreHost: firestore.host, pubsubHost: pubsub.host}
  return {
    name: 'gcloud',
    ...hosts,
    env: clientEnvironment({...hosts, projectId: options.projectId}),
    failed: failure.signal,
    [Symbol.asyncDispose]: async () => {
      closing = true
      if (firestore.leavesArchive || pubsub.leavesArchive) {
        // The person waits for it, so it is told where it is read.
        options.log('warn', 'The emulators write their classes for later runs, which takes a few seconds, once.')
      }
      await opened.disposeAsync()
    },
  }
}
