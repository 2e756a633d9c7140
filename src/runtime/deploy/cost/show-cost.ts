import {wrapCells} from '#runtime/trace/cells.ts'
import type {BillLine} from './bill.ts'
import type {Estimate} from './estimate.ts'
import {PRICES_DATE, type Prices} from './prices.ts'

/** What a bill calls its items. */
const NAMES: Readonly<Record<keyof Prices, string>> = {
  runRequests: 'Cloud Run requests',
  runCpu: 'Cloud Run CPU',
  runMemory: 'Cloud Run memory',
  runIdleCpu: 'Cloud Run idle CPU',
  runIdleMemory: 'Cloud Run idle memory',
  reads: 'Firestore reads',
  writes: 'Firestore writes',
  deletes: 'Firestore deletes',
  ttlDeletes: 'Firestore TTL deletes',
  stored: 'Firestore storage',
  pubsub: 'Pub/Sub throughput',
  logging: 'Logging',
  buildMinutes: 'Cloud Build',
  images: 'Artifact Registry',
  secretVersions: 'Secret versions',
  secretAccesses: 'Secret accesses',
  egress: 'Data to the container',
}

const NOT_INCLUDED = [
  'the server container (sGTM) itself, its load balancer and its own log',
  'taxes, support, committed use and other discounts, and currencies other than USD',
  'what other things in the same billing account use of the free tier',
  'reads of an own handlers file, restores, backups, and log kept longer than 30 days',
]

/** The estimate as lines of at most 80 cells. */
export function showCost(estimate: Estimate): readonly string[] {
  const {bill, place, workload} = estimate
  const {requests, asyncShare} = workload
  const head = `A month of ${amount(requests)} requests, ${percent(asyncShare)} of them asynchronous, in ${place.region}, database ${place.database} in ${place.location}.`
  const unsure = bill.lines.filter(({price}) => !price.confirmed)
  return [
    ...wrapCells(head, 80),
    '',
    row('', 'used', 'free', 'USD'),
    ...bill.lines.map(showLine),
    row('', '', '', '-'.repeat(9)),
    row('total for the month', '', '', money(bill.usd)),
    row('without the free tier', '', '', money(bill.grossUsd)),
    '',
    ...explainCounts(estimate).flatMap((text) => wrapCells(text, 80)),
    '',
    ...wrapCells(`Prices of ${PRICES_DATE}, in USD, from Google's public lists; --json names each source.`, 80),
    ...(unsure.length > 0
      ? wrapCells(
          `* Not confirmed on Google's own page for this place: ${unsure.map(({item}) => NAMES[item]).join(', ')}.`,
          80,
        )
      : []),
    'Not included:',
    ...NOT_INCLUDED.flatMap((text) => wrapCells(text, 78).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)),
  ]
}

function showLine({item, quantity, price, usd}: BillLine): string {
  const free = price.free === 0 ? '-' : amount(price.free)
  return row(
    `${NAMES[item]}${price.confirmed ? '' : ' *'}`,
    `${amount(quantity)} ${plural(price.unit, quantity)}`,
    free,
    money(usd),
  )
}

function row(name: string, used: string, free: string, usd: string): string {
  return `${name.padEnd(26)}${used.padStart(28)}${free.padStart(12)}${usd.padStart(14)}`.trimEnd()
}

/** What the figures rest on: counted, assumed, or said. */
function explainCounts({workload, counted}: Estimate): readonly string[] {
  const {counts, lookup, worker, lookupMs, workerMs} = workload
  const {sync, async} = counts
  const origin =
    counted === 'simulation'
      ? `Counted in the last simulation (${counts.requests} requests)`
      : 'Assumed, as no simulation is recorded (stitch simulate --async records one)'
  return [
    `${origin}: ${figure(sync.reads)} reads per synchronous request; ${figure(async.reads)} reads and ${figure(async.writes)} writes per asynchronous one, ${figure(async.deliveries)} deliveries, ${figure(workload.pickupsPerAsync)} pick-ups.`,
    `lookup takes ${lookupMs} ms on ${lookup.cpu} CPU and ${lookup.memoryMb} MiB, ${lookup.concurrency} at once, at least ${lookup.minInstances} instances; worker ${workerMs} ms on ${worker.cpu} CPU and ${worker.memoryMb} MiB, ${worker.concurrency} at once, at least ${worker.minInstances}. Requests are taken to be spread evenly over the month.`,
  ]
}

function plural(unit: string, quantity: number): string {
  if (quantity === 1 || /^Gi?B$/.test(unit)) return unit
  return unit.endsWith('s') ? `${unit}es` : `${unit}s`
}

const figure = (value: number): string => String(Math.round(value * 100) / 100)

const percent = (share: number): string => `${figure(share * 100)} %`

/** Three digits are what such an estimate is worth. */
function amount(value: number): string {
  if (value === 0) return '0'
  if (value < 0.01) return '< 0.01'
  if (value < 100) return figure(value)
  return Math.round(Number(value.toPrecision(3))).toLocaleString('en-US')
}

function money(usd: number): string {
  return usd > 0 && usd < 0.005 ? '< 0.01' : usd.toFixed(2)
}

/** The estimate as one document. */
export function toCostDocument({place, workload, counted, bill}: Estimate): Record<string, unknown> {
  return {
    version: 1,
    currency: 'USD',
    pricesOf: PRICES_DATE,
    place,
    counted,
    workload,
    lines: bill.lines.map(({item, quantity, price, grossUsd, usd}) => ({
      item,
      name: NAMES[item],
      quantity,
      ...price,
      unitUsd: price.usd,
      grossUsd,
      usd,
    })),
    grossUsd: bill.grossUsd,
    totalUsd: bill.usd,
    notIncluded: NOT_INCLUDED,
  }
}
