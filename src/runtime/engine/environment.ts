/**
 * What a process with the official clients in it needs to talk to an engine. The metadata server is named absent
 * because the clients otherwise look for it on the network, wait, and warn.
 */
export function clientEnvironment(hosts: {
  readonly firestoreHost: string
  readonly pubsubHost: string
  readonly projectId: string
}): Readonly<Record<string, string>> {
  return {
    FIRESTORE_EMULATOR_HOST: hosts.firestoreHost,
    PUBSUB_EMULATOR_HOST: hosts.pubsubHost,
    GOOGLE_CLOUD_PROJECT: hosts.projectId,
    METADATA_SERVER_DETECTION: 'none',
  }
}
