import {setTimeout as delay} from 'node:timers/promises'
import protobuf from 'protobufjs/minimal.js'
import {openGrpcChannel} from './grpc-call.ts'

export type ProbedService = 'firestore' | 'pubsub'

/** gRPC status codes that say that the server is there but is not the service asked for, or not ready yet. */
const UNIMPLEMENTED = 12
const UNAVAILABLE = 14

/**
 * A cheap read of each service, the same cost however much is stored. In both requests field 1 names the resource.
 * That the document does not exist is as good an answer as any.
 */
const CALLS: Readonly<Record<ProbedService, {method: string; resource: (projectId: string) => string}>> = {
  firestore: {
    method: 'google.firestore.v1.Firestore/GetDocument',
    resource: (projectId) => `projects/${projectId}/databases/(default)/documents/stitch/probe`,
  },
  pubsub: {method: 'google.pubsub.v1.Publisher/ListTopics', resource: (projectId) => `projects/${projectId}`},
}

/** One RPC of the service's own protocol. Resolves when it is answered as that service would; rejects otherwise. */
export async function probeOnce(
  service: ProbedService,
  host: string,
  projectId: string,
  signal: AbortSignal,
): Promise<void> {
  const {method, resource} = CALLS[service]
  await using channel = openGrpcChannel(host)
  const request = protobuf.Writer.create().uint32(10).string(resource(projectId)).finish()
  const answer = await channel.call(method, request, signal)
  if (answer.status === UNIMPLEMENTED) throw new Error(`it answers, but it does not know ${method}`)
  if (answer.status === UNAVAILABLE) throw new Error(answer.message || 'it is not available yet')
}

/**
 * Waits until an RPC is answered: that is what ready means, since a port may be open long before anything answers.
 * Rejects with the last probe's error when `signal` aborts; its reason tells why waiting ended.
 */
export async function waitUntilAnswered(
  service: ProbedService,
  host: string,
  projectId: string,
  signal: AbortSignal,
  everyMs = 25,
): Promise<void> {
  let last: unknown = new Error('nothing was tried')
  while (!signal.aborted) {
    try {
      await probeOnce(service, host, projectId, AbortSignal.any([signal, AbortSignal.timeout(2000)]))
      return
    } catch (error) {
      if (!signal.aborted) last = error
      await delay(everyMs, undefined, {signal}).catch(() => {})
    }
  }
  throw last
}
