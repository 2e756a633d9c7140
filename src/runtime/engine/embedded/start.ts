import {systemClock} from '#runtime/kernel/clock.ts'
import {clientEnvironment} from '../environment.ts'
import {probeOnce} from '../probe.ts'
import {makeDataFolder} from '../project-folder.ts'
import type {Engine, EngineOptions} from '../types.ts'
import {createFirestoreService} from './firestore/service.ts'
import {listen} from './listen.ts'
import {createPubSub} from './pubsub/pubsub.ts'
import {firestorePages} from './rest/firestore-pages.ts'
import {lazyRest} from './rest/lazy.ts'
import {pubsubPages} from './rest/pubsub-pages.ts'
import {openMessages} from './store/open-messages.ts'
import {openStore} from './store/open-store.ts'

/** Production takes up to a day to delete what has expired; here nobody wants to wait. */
const EXPIRE_EVERY_MS = 1000

/**
 * Firestore and Pub/Sub in this process, each on a port of its own. Documents are kept in `<dataDir>/firestore.db`,
 * topics, subscriptions and their messages in `<dataDir>/pubsub.db`.
 * Throws STITCH_DATA_DIR_… for a folder or file that cannot be used, STITCH_PORT_… for an explicit port that cannot.
 */
export async function startEmbeddedEngine(options: EngineOptions): Promise<Engine> {
  const {projectId, log, signal} = options
  signal.throwIfAborted()
  await using stack = new AsyncDisposableStack()
  const folder: {dataDir?: string} = options.inMemory ? {} : {dataDir: makeDataFolder(options.dataDir)}
  const store = stack.use(openStore(folder))
  const firestore = stack.use(
    createFirestoreService(store, options.clock ?? systemClock, {
      ttl: options.ttl,
      limits: options.firestoreLimits,
      concurrency: options.firestoreConcurrency,
      timers: options.timeline,
    }),
  )
  const messages = folder.dataDir === undefined ? undefined : stack.use(openMessages(folder.dataDir))
  const discard = options.ownSubscriptions?.map((id) => `projects/${projectId}/subscriptions/${id}`) ?? []
  const pubsub = stack.use(
    createPubSub({
      discard,
      ...(options.timeline ? {timeline: options.timeline} : {}),
      ...(messages ? {store: messages} : {}),
      push: options.push ?? true,
    }),
  )

  const documents = lazyRest({
    services: [firestore.service],
    packages: ['google.firestore.v1'],
    pages: firestorePages({clear: firestore.clear, databases: store.databases}),
  })
  const firestoreServer = stack.use(
    await listen(
      [firestore.service],
      {...options.firestorePort, what: 'Firestore', flag: '--firestore-port'},
      log,
      documents,
    ),
  )
  const topics = lazyRest({
    services: pubsub.services,
    packages: ['google.pubsub.v1', 'google.iam.v1'],
    pages: pubsubPages(pubsub),
    otherwise: pubsub.pages,
  })
  const pubsubServer = stack.use(
    await listen(pubsub.services, {...options.pubsubPort, what: 'Pub/Sub', flag: '--pubsub-port'}, log, topics),
  )
  if (options.ttl?.length) {
    const timer = setInterval(firestore.expire, EXPIRE_EVERY_MS).unref()
    stack.defer(() => clearInterval(timer))
  }
  const hosts = {
    firestoreHost: `127.0.0.1:${firestoreServer.port}`,
    pubsubHost: `127.0.0.1:${pubsubServer.port}`,
  }
  await Promise.all([
    probeOnce('firestore', hosts.firestoreHost, projectId, signal),
    probeOnce('pubsub', hosts.pubsubHost, projectId, signal),
  ])

  const opened = stack.move()
  return {
    name: 'embedded',
    ...hosts,
    env: clientEnvironment({...hosts, projectId}),
    // It dies with this process only.
    failed: new AbortController().signal,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
