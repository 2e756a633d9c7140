import type {IncomingRequest} from '../api.ts'
import {complete} from './extract-v2.ts'
import {toNumber} from './fields.ts'
import {readHits, valueIn} from './hits.ts'
import type {Hit} from './hits.ts'

type EventData = Record<string, unknown>

/** Parameters of version 1 with a name of their own in event data; every other one becomes `x-ga-mp1-` and its name. */
const names: ReadonlyMap<string, string> = new Map([
  ['v', 'x-ga-protocol_version'],
  ['tid', 'x-ga-measurement_id'],
  ['gtm', 'x-ga-gtm_version'],
  ['cid', 'client_id'],
  ['uid', 'user_id'],
  ['ul', 'language'],
  ['sr', 'screen_resolution'],
  ['vp', 'viewport_size'],
  ['de', 'page_encoding'],
  ['dl', 'page_location'],
  ['dr', 'page_referrer'],
  ['dt', 'page_title'],
  ['dh', 'page_hostname'],
  ['dp', 'page_path'],
  ['uip', 'ip_override'],
  ['ua', 'user_agent'],
  ['ec', 'event_category'],
  ['ea', 'event_action'],
  ['el', 'event_label'],
  ['ti', 'transaction_id'],
  ['ta', 'affiliation'],
  ['tcc', 'coupon'],
  ['cu', 'currency'],
])

/** Names of events for the types of hit that are none themselves. */
const types: ReadonlyMap<string, string> = new Map([
  ['pageview', 'page_view'],
  ['screenview', 'screen_view'],
  ['timing', 'timing_complete'],
])

/** Codes of a product in enhanced ecommerce, `pr1id=SKU`. */
const products: ReadonlyMap<string, string> = new Map([
  ['id', 'item_id'],
  ['nm', 'item_name'],
  ['br', 'item_brand'],
  ['ca', 'item_category'],
  ['va', 'item_variant'],
  ['pr', 'price'],
  ['qt', 'quantity'],
  ['cc', 'coupon'],
  ['ps', 'index'],
])
const numbers: ReadonlySet<string> = new Set(['price', 'quantity', 'index'])

/** Whether a request is a hit of Measurement Protocol version 1, or a batch of them, on whatever path. */
export function isMpv1(request: IncomingRequest): boolean {
  return isHit(readHits(request)[0])
}

/**
 * Gives the events of a version 1 request, in their order, as a container's event data.
 * @throws where the request is not of version 1
 */
export function extractMpv1(request: IncomingRequest): readonly EventData[] {
  const hits = readHits(request)
  if (!hits.every(isHit)) throw new Error('The request is not one of Measurement Protocol version 1.')
  return hits.map((hit) => readEvent(hit, request))
}

/** Version, property and type of hit are required, and who it is about (`cid` or `uid`). */
function isHit(hit: Hit | undefined): boolean {
  if (hit === undefined || valueIn(hit, 'v') !== '1') return false
  const about = valueIn(hit, 'cid') ?? valueIn(hit, 'uid') ?? ''
  return about !== '' && ['tid', 't'].every((name) => (valueIn(hit, name) ?? '') !== '')
}

function readEvent(hit: Hit, request: IncomingRequest): EventData {
  const type = valueIn(hit, 't') ?? ''
  const event: EventData = {event_name: type === 'event' ? (valueIn(hit, 'ea') ?? type) : (types.get(type) ?? type)}
  const items = new Map<number, EventData>()
  for (const [parameter, value] of hit) {
    const name = names.get(parameter)
    const [, position, code = ''] = /^pr(\d{1,3})([a-z]+)$/.exec(parameter) ?? []
    const field = products.get(code)
    if (name !== undefined) event[name] = value
    else if (position !== undefined && field !== undefined) {
      const item = items.get(Number(position)) ?? {}
      item[field] = numbers.has(field) ? toNumber(value) : value
      items.set(Number(position), item)
    } else if (parameter !== '') event[`x-ga-mp1-${parameter}`] = value
  }
  if (items.size > 0) event['items'] = [...items].sort(([a], [b]) => a - b).map(([, item]) => item)
  return complete(event, request)
}
