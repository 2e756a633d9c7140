import {randomBytes} from 'node:crypto'
import {readEnvironment} from './environment.ts'
import extension from './extension.ts'
import {createFirestoreStore} from './gcp-firestore.ts'
import {createPubSubPublisher} from './gcp-pubsub.ts'
import {createLookup} from './lookup.ts'
import {createOutbound} from './outbound.ts'
import {readOwnHandlers} from './own-handlers.ts'
import {serveHttp} from './serve-http.ts'
import {createWallClock} from './wall-clock.ts'
import {createWorker} from './worker.ts'

/**
 * The bundle's entry: both functions with the real clients, as functions-framework finds them by name. The environment
 * is read when the file is loaded, so that a wrong configuration, or a project's file that does not fit it, stops the start and not the first visitor; the clients
 * connect at the first request.
 */
const environment = readEnvironment(process.env)
const {config} = environment
const deadlineMs = config.deadlines.firestoreMs
const deps = {
  ...environment,
  store: createFirestoreStore(config, process.env['FIRESTORE_EMULATOR_HOST']),
  clock: createWallClock(),
  log: (line: Readonly<Record<string, unknown>>) => void process.stdout.write(`${JSON.stringify(line)}\n`),
  random: randomBytes,
  own: readOwnHandlers(extension, config),
}

/** `GET|POST /v1/stitch` and `POST /v1/result`. */
export const lookup = serveHttp(
  createLookup({
    ...deps,
    publisher: createPubSubPublisher({projectId: config.project, topic: config.topic, deadlineMs}),
  }),
)

/** The push endpoint of the subscription. */
export const worker = serveHttp(createWorker({...deps, send: createOutbound(config.callback)}))
