import type {DeploySettings} from '#runtime/config/deploy-schema.ts'
import type {Counts, Operations} from './count.ts'
import {DAYS_PER_MONTH, type Prices} from './prices.ts'

/** What is expected of a month, and how the functions are set up for it. Times are milliseconds. */
export type Workload = {
  /** Requests to the container's `/stitch` in a month. */
  readonly requests: number
  /** 0 to 1: how many of them go through Pub/Sub. */
  readonly asyncShare: number
  /** How often the page fetches the result of an asynchronous request. */
  readonly pickupsPerAsync: number
  readonly counts: Counts
  /** How long one call takes, waits for Firestore included. */
  readonly lookupMs: number
  readonly workerMs: number
  readonly lookup: DeploySettings['lookup']
  readonly worker: DeploySettings['worker']
  readonly storedGib: number
  /** Days until an image that is no longer kept is deleted matter less than how many are kept. */
  readonly images: number
  readonly deploys: number
  /** False where the container runs in the functions' region, to which sending costs nothing. */
  readonly isEgress: boolean
}

/** Quantities of a month by item, in the units of the price list. */
export type Usage = Readonly<Record<keyof Prices, number>>

const SECONDS_PER_MONTH = DAYS_PER_MONTH * 86_400
const GIB = 1024 ** 3

/** Pub/Sub bills a request for at least this many bytes. */
const LEAST_MESSAGE_BYTES = 1000
/** Attributes, time and id of a message, which count beside its body; the traceparent alone has 66 bytes. */
const MESSAGE_EXTRA_BYTES = 250
/** Assumed: a structured line with its metadata, and the platform's own line for every request. */
const LOG_LINE_BYTES = 700
const REQUEST_LINE_BYTES = 1200
/** Assumed: a build of one function, and what one image adds to the repository. */
const BUILD_MINUTES = 2
const IMAGE_GB = 0.1
/** Assumed: how often instances of both functions start in a month; each reads both secrets. */
const STARTS = 1000
const SECRETS = 2

/** Every billed quantity of a workload; pure. */
export function countUsage(workload: Workload): Usage {
  const {requests, asyncShare, pickupsPerAsync, counts, lookup, worker} = workload
  const async = requests * asyncShare
  const sync = requests - async
  const pickups = async * pickupsPerAsync
  const deliveries = async * counts.async.deliveries
  const lookupCalls = requests + pickups
  const total = (key: keyof Operations): number =>
    sync * counts.sync[key] + async * counts.async[key] + pickups * counts.pickup[key]
  const lookupTime = instanceTime(lookupCalls, workload.lookupMs, lookup)
  const workerTime = instanceTime(deliveries, workload.workerMs, worker)
  const message = Math.max(LEAST_MESSAGE_BYTES, counts.async.messageBytes + MESSAGE_EXTRA_BYTES)
  return {
    runRequests: lookupCalls + deliveries,
    runCpu: lookupTime.active * lookup.cpu + workerTime.active * worker.cpu,
    runMemory: (lookupTime.active * lookup.memoryMb + workerTime.active * worker.memoryMb) / 1024,
    runIdleCpu: lookupTime.idle * lookup.cpu + workerTime.idle * worker.cpu,
    runIdleMemory: (lookupTime.idle * lookup.memoryMb + workerTime.idle * worker.memoryMb) / 1024,
    reads: total('reads'),
    writes: total('writes'),
    deletes: 0,
    ttlDeletes: async,
    stored: workload.storedGib,
    pubsub: (message * (async + deliveries)) / GIB,
    logging: (total('logLines') * LOG_LINE_BYTES + (lookupCalls + deliveries) * REQUEST_LINE_BYTES) / GIB,
    buildMinutes: workload.deploys * 2 * BUILD_MINUTES,
    images: 2 * workload.images * IMAGE_GB,
    secretVersions: SECRETS,
    secretAccesses: STARTS * SECRETS,
    egress: workload.isEgress ? total('sentBytes') / GIB : 0,
  }
}

/**
 * Seconds in which instances work or are kept idle, in a month of evenly spread calls. An instance is billed while at
 * least one call is in it, rounded up to 100 ms (https://cloud.google.com/run/pricing); with calls arriving at random,
 * that is the busy share 1 - e^-load of a month for each instance. Bursts need more instances but share them better.
 */
export function instanceTime(
  calls: number,
  ms: number,
  {concurrency, minInstances}: {readonly concurrency: number; readonly minInstances: number},
): {readonly active: number; readonly idle: number} {
  const seconds = Math.ceil(ms / 100) / 10
  // Calls under way at any moment, on average.
  const load = (calls * seconds) / SECONDS_PER_MONTH
  const instances = Math.max(1, Math.ceil(load / concurrency))
  const active = SECONDS_PER_MONTH * instances * -Math.expm1(-load / instances)
  return {active, idle: Math.max(0, SECONDS_PER_MONTH * minInstances - active)}
}
