import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import type {LocalKeys} from './local-keys.ts'

export type FunctionsEnvironmentInput = {
  readonly config: ResolvedConfig
  readonly keys: LocalKeys
  /** `127.0.0.1:8080`. */
  readonly firestoreHost: string
  readonly pubsubHost: string
  /** The server container that the worker calls back. */
  readonly sgtmUrl: string
}

/** The environment that the functions run in: in the cloud the same variables but for the two hosts. */
export function functionsEnvironment(input: FunctionsEnvironmentInput): Record<string, string> {
  const {config, keys, firestoreHost, pubsubHost, sgtmUrl} = input
  return {
    FIRESTORE_EMULATOR_HOST: firestoreHost,
    PUBSUB_EMULATOR_HOST: pubsubHost,
    GOOGLE_CLOUD_PROJECT: config.project,
    METADATA_SERVER_DETECTION: 'none',
    STITCH_CONFIG: JSON.stringify({
      project: config.project,
      kinds: config.kinds,
      blockedValues: config.blockedValues,
      destinations: config.destinations,
      sensitive: config.sensitive,
      identities: config.identities,
      requests: config.requests,
      topic: config.topic,
      // Loopback is refused as a callback target everywhere but here.
      callback: {baseUrl: sgtmUrl, path: '/stitch/callback', allowPrivate: true},
      deadlines: config.deadlines,
      limits: config.limits,
    }),
    STITCH_HMAC_KEYS: JSON.stringify(keys.hmac),
    STITCH_PEPPER: keys.pepper,
  }
}
