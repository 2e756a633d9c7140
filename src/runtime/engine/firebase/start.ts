import {join} from 'node:path'
import {clientEnvironment} from '../environment.ts'
import {createMachine} from '../gcloud/machine.ts'
import type {Guarded} from '../guard.ts'
import {portTaken, resolvePort} from '../ports.ts'
import {makeDataFolder} from '../project-folder.ts'
import type {Engine, EngineOptions} from '../types.ts'
import {findSuite} from './find-suite.ts'
import {requireSuite} from './require-suite.ts'
import {startSuite} from './start-suite.ts'
import {suiteDied} from './suite-trouble.ts'

/** Who starts at the same time may be faster to a port; after so many losses we give up. */
const ATTEMPTS = 3

/**
 * The emulator suite of firebase-tools, with a configuration that is written for it; the project's own `firebase.json`
 * plays no part. Documents live in memory only. It works in `<dataDir>/firebase` and logs to `<dataDir>/logs/`.
 * Throws STITCH_ENGINE_MISSING when firebase-tools or its Java are not there, STITCH_PORT_TAKEN for an explicit port
 * that cannot be had (both exit environment), and what starting the suite throws.
 */
export async function startFirebaseEngine(options: EngineOptions): Promise<Engine> {
  const environment = options.environment ?? process.env
  const suite = requireSuite(await findSuite(createMachine(environment), options.dataDir))
  const folder = makeDataFolder(join(options.dataDir, 'firebase'))
  const logs = {folder, logFile: join(makeDataFolder(join(options.dataDir, 'logs')), 'firebase-tools.log')}
  if (suite.toDownload.length > 0) {
    options.log(
      'warn',
      `firebase-tools has no emulator for ${suite.toDownload.join(' and ')} yet and downloads it first.`,
    )
  }
  const started = await startOnPorts(options, (ports) => startSuite({...options, ...ports, suite, logs, environment}))
  const {guarded, firestorePort, pubsubPort} = started
  const failure = new AbortController()
  let closing = false
  const watch = async (): Promise<void> => {
    const exit = await guarded.exited
    if (closing) return
    const told = {logs, java: suite.java, when: 'in mid-run', therefore: 'the run was stopped'}
    failure.abort(await suiteDied(exit, told))
  }
  void watch()

  const hosts = {firestoreHost: `127.0.0.1:${firestorePort}`, pubsubHost: `127.0.0.1:${pubsubPort}`}
  return {
    name: 'firebase',
    ...hosts,
    env: clientEnvironment({...hosts, projectId: options.projectId}),
    failed: failure.signal,
    [Symbol.asyncDispose]: async () => {
      closing = true
      await guarded[Symbol.asyncDispose]()
    },
  }
}

type Ports = {readonly firestorePort: number; readonly pubsubPort: number}

/** Starts again on other ports as long as somebody is faster, unless they were asked for by number. */
async function startOnPorts(
  {firestorePort, pubsubPort, log}: EngineOptions,
  start: (ports: Ports) => Promise<Guarded | undefined>,
): Promise<Ports & {readonly guarded: Guarded}> {
  const firestore = {...firestorePort, what: 'Firestore', flag: '--firestore-port'}
  const pubsub = {...pubsubPort, what: 'Pub/Sub', flag: '--pubsub-port'}
  for (let attempt = 1; ; attempt++) {
    const ports = {firestorePort: await resolvePort(firestore, log), pubsubPort: await resolvePort(pubsub, log)}
    const guarded = await start(ports)
    if (guarded) return {...ports, guarded}
    if (attempt === ATTEMPTS) {
      throw await portTaken(
        pubsub.explicit ? {...pubsub, port: ports.pubsubPort} : {...firestore, port: ports.firestorePort},
      )
    }
  }
}
