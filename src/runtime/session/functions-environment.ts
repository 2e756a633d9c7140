import {functionsConfig, type FunctionsPlace} from '#runtime/config/functions-config.ts'
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
    STITCH_CONFIG: JSON.stringify(functionsConfig(config, localPlace(config, sgtmUrl))),
    STITCH_HMAC_KEYS: JSON.stringify(keys.hmac),
    STITCH_PEPPER: keys.pepper,
  }
}

/** The place of a simulation: everything on this machine. @param sgtmUrl base URL of the local server container */
export function localPlace({project, topic}: ResolvedConfig, sgtmUrl: string): FunctionsPlace {
  return {project, database: '(default)', topic, sgtmUrl, allowPrivate: true}
}
