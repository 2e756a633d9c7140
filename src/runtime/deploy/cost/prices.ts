/** Day on which the prices were looked up; they are of Google's public lists in US dollars. */
export const PRICES_DATE = '2026-11-24'

export type Price = {
  /** US dollars for one `unit`. */
  readonly usd: number
  readonly unit: string
  /** Units a month that cost nothing. */
  readonly free: number
  readonly source: string
  /** False where the figure was not found on Google's own page on that day. */
  readonly confirmed: boolean
}

const RUN = 'https://cloud.google.com/run/pricing'
const FIRESTORE = 'https://cloud.google.com/firestore/pricing'
const BUILD = 'https://cloud.google.com/build/pricing'
const SECRETS = 'https://cloud.google.com/secret-manager/pricing'

/** An average month, as Google's free daily quotas are multiplied here: 365 / 12 days. */
export const DAYS_PER_MONTH = 365 / 12

const MILLION = 1_000_000

/** What costs the same everywhere. Amounts are of the unit named; free amounts are per month. */
const GLOBAL = {
  runRequests: {usd: 0.4 / MILLION, unit: 'request', free: 2 * MILLION, source: RUN, confirmed: true},
  pubsub: {
    usd: 40 / 1024,
    unit: 'GiB',
    free: 10,
    source: 'https://cloud.google.com/pubsub/pricing',
    confirmed: true,
  },
  logging: {
    usd: 0.5,
    unit: 'GiB',
    free: 50,
    source: 'https://cloud.google.com/stackdriver/pricing',
    confirmed: true,
  },
  buildMinutes: {usd: 0.006, unit: 'minute', free: 2500, source: BUILD, confirmed: true},
  images: {
    usd: 0.1,
    unit: 'GB',
    free: 0.5,
    source: 'https://cloud.google.com/artifact-registry/pricing',
    confirmed: true,
  },
  secretVersions: {usd: 0.06, unit: 'version', free: 6, source: SECRETS, confirmed: true},
  secretAccesses: {usd: 0.03 / 10_000, unit: 'access', free: 10_000, source: SECRETS, confirmed: true},
  // 1 GiB within North America is free; it is left out, as nothing says that the container is there.
  egress: {usd: 0.12, unit: 'GiB', free: 0, source: 'https://cloud.google.com/vpc/network-pricing', confirmed: false},
} as const satisfies Record<string, Price>

/**
 * Cloud Run with billing by request, in regions of the first price tier. Idle prices are those of minimum instances
 * that serve nothing.
 */
const RUN_TIER_1 = {
  runCpu: {usd: 0.000024, unit: 'vCPU-second', free: 180_000, source: RUN, confirmed: true},
  runMemory: {usd: 0.0000025, unit: 'GiB-second', free: 360_000, source: RUN, confirmed: true},
  runIdleCpu: {usd: 0.0000025, unit: 'vCPU-second', free: 0, source: RUN, confirmed: false},
  runIdleMemory: {usd: 0.0000025, unit: 'GiB-second', free: 0, source: RUN, confirmed: false},
} as const satisfies Record<string, Price>

/** The second tier is dearer by this factor; not found on Google's page on that day. */
const TIER_2_FACTOR = 1.4

/** https://cloud.google.com/run/docs/locations; all other regions are of the second tier. */
const TIER_1_REGIONS: ReadonlySet<string> = new Set([
  'asia-east1',
  'asia-northeast1',
  'asia-northeast2',
  'europe-north1',
  'europe-southwest1',
  'europe-west1',
  'europe-west4',
  'europe-west8',
  'europe-west9',
  'me-west1',
  'us-central1',
  'us-east1',
  'us-east4',
  'us-east5',
  'us-south1',
  'us-west1',
])

type FirestoreClass = {
  readonly per100k: readonly [reads: number, writes: number, deletes: number]
  readonly gib: number
}

/** Firestore's Standard edition; a location that is not listed is priced as a US region and marked unconfirmed. */
const FIRESTORE_CLASSES: Readonly<Record<string, FirestoreClass & {readonly confirmed: boolean}>> = {
  nam5: {per100k: [0.06, 0.18, 0.02], gib: 0.18, confirmed: true},
  nam7: {per100k: [0.06, 0.18, 0.02], gib: 0.18, confirmed: false},
  eur3: {per100k: [0.06, 0.18, 0.02], gib: 0.18, confirmed: false},
  'us-west1': {per100k: [0.03, 0.09, 0.01], gib: 0.15, confirmed: true},
  'us-west2': {per100k: [0.036, 0.108, 0.012], gib: 0.108, confirmed: true},
  'europe-west3': {per100k: [0.039, 0.117, 0.013], gib: 0.177, confirmed: false},
}
const OTHER_LOCATION = {...FIRESTORE_CLASSES['us-west1']!, confirmed: false}

/** Every price of one place. */
export type Prices = Readonly<Record<keyof typeof GLOBAL | keyof typeof RUN_TIER_1 | FirestoreItem, Price>>
type FirestoreItem = 'reads' | 'writes' | 'deletes' | 'ttlDeletes' | 'stored'

/** Where functions and database are. One database a project has a free quota; here `(default)` is taken to be it. */
export type PricePlace = {readonly region: string; readonly location: string; readonly database: string}

/** The price list of a place. Free amounts of CPU and memory are discounts at first-tier prices, see `freeUsd`. */
export function pricesOf({region, location, database}: PricePlace): Prices {
  const tier1 = TIER_1_REGIONS.has(region)
  const run = Object.fromEntries(
    Object.entries(RUN_TIER_1).map(([item, price]) => [
      item,
      tier1 ? price : {...price, usd: price.usd * TIER_2_FACTOR, confirmed: false},
    ]),
  ) as Readonly<Record<keyof typeof RUN_TIER_1, Price>>
  const {per100k, gib, confirmed} = FIRESTORE_CLASSES[location] ?? OTHER_LOCATION
  const hasQuota = database === '(default)'
  const documents = (usd: number, unit: string, freePerDay: number): Price => ({
    usd: usd / 100_000,
    unit,
    free: hasQuota ? freePerDay * DAYS_PER_MONTH : 0,
    source: FIRESTORE,
    confirmed,
  })
  return {
    ...GLOBAL,
    ...run,
    reads: documents(per100k[0], 'read', 50_000),
    writes: documents(per100k[1], 'write', 20_000),
    deletes: documents(per100k[2], 'delete', 20_000),
    // Deletes by a TTL policy have no free quota.
    ttlDeletes: documents(per100k[2], 'delete', 0),
    stored: {usd: gib, unit: 'GiB', free: hasQuota ? 1 : 0, source: FIRESTORE, confirmed},
  }
}

/** What a free amount is worth: Cloud Run's is a discount at first-tier prices, wherever the function runs. */
export function freeUsd(item: keyof Prices, price: Price): number {
  const usd = item in RUN_TIER_1 ? RUN_TIER_1[item as keyof typeof RUN_TIER_1].usd : price.usd
  return price.free * usd
}
