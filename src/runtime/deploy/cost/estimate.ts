import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {nameParts} from '../desired/parts.ts'
import {readRecorded} from '../look/recorded.ts'
import type {StagePlan} from '../settings.ts'
import {priceUsage, type Bill} from './bill.ts'
import {ASSUMED, countOperations, type Counts} from './count.ts'
import {pricesOf, type PricePlace} from './prices.ts'
import {countUsage, type Workload} from './workload.ts'

/** What a person says about the month; what is not said is counted or assumed. */
export type WorkloadWishes = Pick<
  Workload,
  'requests' | 'asyncShare' | 'lookupMs' | 'workerMs' | 'storedGib' | 'deploys' | 'isEgress' | 'pickupsPerAsync'
> & {readonly readsPerRequest: number | undefined}

export type Estimate = {
  readonly place: PricePlace
  readonly workload: Workload
  /** Where the operations per request come from. */
  readonly counted: 'simulation' | 'assumption'
  readonly bill: Bill
}

/** The price of a month of a stage, without any network: its settings, the recorded simulation and the price list. */
export async function estimateCost(config: ResolvedConfig, plan: StagePlan, wishes: WorkloadWishes): Promise<Estimate> {
  const recorded = await readRecorded(config.dataDir)
  return estimateFrom(config, plan, wishes, recorded === undefined ? ASSUMED : countOperations(recorded))
}

/** The same out of given counts; pure. */
export function estimateFrom(
  config: ResolvedConfig,
  plan: StagePlan,
  {readsPerRequest, ...wishes}: WorkloadWishes,
  counts: Counts,
): Estimate {
  const {settings, target} = plan
  const place: PricePlace = {
    region: target.region,
    location: settings.firestore.location ?? target.region,
    database: nameParts(config, plan).database,
  }
  const workload: Workload = {
    ...wishes,
    counts: readsPerRequest === undefined ? counts : withReads(counts, readsPerRequest),
    lookup: settings.lookup,
    worker: settings.worker,
    images: settings.images.keep,
  }
  const counted = counts.requests > 0 ? 'simulation' : 'assumption'
  return {place, workload, counted, bill: priceUsage(countUsage(workload), pricesOf(place))}
}

function withReads(counts: Counts, reads: number): Counts {
  return {...counts, sync: {...counts.sync, reads}, async: {...counts.async, reads}}
}
