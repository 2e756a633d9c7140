import {freeUsd, type Price, type Prices} from './prices.ts'
import type {Usage} from './workload.ts'

export type BillLine = {
  readonly item: keyof Prices
  readonly quantity: number
  readonly price: Price
  /** US dollars of the month, before and after the free tier. */
  readonly grossUsd: number
  readonly usd: number
}

export type Bill = {readonly lines: readonly BillLine[]; readonly grossUsd: number; readonly usd: number}

/** Items in the order of a bill, by service. */
const ITEMS: readonly (keyof Prices)[] = [
  'runRequests',
  'runCpu',
  'runMemory',
  'runIdleCpu',
  'runIdleMemory',
  'reads',
  'writes',
  'deletes',
  'ttlDeletes',
  'stored',
  'pubsub',
  'logging',
  'buildMinutes',
  'images',
  'secretVersions',
  'secretAccesses',
  'egress',
]

/** Prices a month's quantities. Items that are not used at all are left out. */
export function priceUsage(usage: Usage, prices: Prices): Bill {
  const lines = ITEMS.filter((item) => usage[item] > 0).map((item): BillLine => {
    const price = prices[item]
    const grossUsd = usage[item] * price.usd
    return {item, quantity: usage[item], price, grossUsd, usd: Math.max(0, grossUsd - freeUsd(item, price))}
  })
  const total = (of: (line: BillLine) => number): number => lines.reduce((sum, line) => sum + of(line), 0)
  return {lines, grossUsd: total((line) => line.grossUsd), usd: total((line) => line.usd)}
}
