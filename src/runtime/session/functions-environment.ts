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
    STITCH_CONFIG: JSON.stringify(functionsConfig(config, sgtmUrl)),
    STITCH_HMAC_KEYS: JSON.stringify(keys.hmac),
    STITCH_PEPPER: keys.pepper,
  }
}

/** What the handlers are told in STITCH_CONFIG. @param sgtmUrl base URL of the server container that is called back */
export function functionsConfig(config: ResolvedConfig, sgtmUrl: string): object {
  const {project, kinds, blockedValues, destinations, sensitive, identities, requests, topic, deadlines, limits} =
    config
  // Loopback is refused as a callback target everywhere but here.
  const callback = {baseUrl: sgtmUrl, path: '/stitch/callback', allowPrivate: true}
  return {
    project,
    kinds,
    blockedValues,
    destinations,
    sensitive,
    identities,
    requests,
    topic,
    callback,
    deadlines,
    limits,
  }
}
