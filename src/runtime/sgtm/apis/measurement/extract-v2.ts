import type {IncomingRequest} from '../api.ts'
import {remoteAddress} from '../remote-address.ts'
import {readHint} from './client-hints.ts'
import {isJsonRequest, readJsonEvents} from './extract-json.ts'
import {emptyRecord, readField, toNumber} from './fields.ts'
import {readHits, valueIn} from './hits.ts'
import type {Hit} from './hits.ts'
import {readItem} from './items.ts'

/** What tags see of one event. */
type EventData = Record<string, unknown>

/**
 * Whether a request is one of Measurement Protocol version 2: a hit as gtag.js sends it (`v=2` and a `tid`), on whatever
 * path, or the JSON form with its events.
 */
export function isMpv2(request: IncomingRequest): boolean {
  if (isJsonRequest(request)) return true
  const [hit] = readHits(request)
  return hit !== undefined && valueIn(hit, 'v') === '2' && (valueIn(hit, 'tid') ?? '') !== ''
}

/**
 * Gives the events of a version 2 request, those of a batch in their order, as a container's event data.
 * @param receivedAt in milliseconds since the Unix epoch
 * @throws where the request is not of version 2, or a hit has no event name
 */
export function extractMpv2(request: IncomingRequest, receivedAt: number): readonly EventData[] {
  if (!isMpv2(request)) throw new Error('The request is not one of Measurement Protocol version 2.')
  if (isJsonRequest(request)) return readJsonEvents(request)
  return readHits(request).map((hit) => readEvent(hit, request, receivedAt))
}

function readEvent(hit: Hit, request: IncomingRequest, receivedAt: number): EventData {
  const event: EventData = emptyRecord()
  const groups = new Map<string, EventData>()
  const items = new Map<number, unknown>()
  const put = (group: string, name: string, value: unknown): void => {
    const known = groups.get(group) ?? emptyRecord()
    known[name] = value
    groups.set(group, known)
  }
  for (const [parameter, value] of hit) {
    const field = readField(parameter, value)
    const hint = readHint(parameter, value)
    const item = /^pr(\d{1,3})$/.exec(parameter)?.[1]
    const [, scope, name = ''] = /^(epn?|upn?|sst)\.(.+)$/s.exec(parameter) ?? []
    if (field) event[field[0]] = field[1]
    else if (hint) put('client_hints', ...hint)
    else if (item !== undefined) items.set(Number(item), readItem(value))
    else if (scope === 'sst') put('x-sst-system_properties', name, value)
    else if (scope === 'up' || scope === 'upn')
      put('x-ga-mp2-user_properties', name, scope === 'up' ? value : toNumber(value))
    else if (scope !== undefined) setParameter(event, name, scope === 'ep' ? value : toNumber(value))
    else if (parameter === 'ur') event['event_location'] = readRegion(value)
    else if (parameter.startsWith('_')) put('x-ga-system_properties', parameter.slice(1), value)
    else if (parameter !== '') event[`x-ga-mp2-${parameter}`] = value
  }
  if (typeof event['event_name'] !== 'string' || event['event_name'] === '')
    throw new Error('A hit of Measurement Protocol version 2 has no event name (en).')
  for (const [name, group] of groups) event[name] = group
  if (groups.has('x-sst-system_properties'))
    put('x-sst-system_properties', 'request_start_time_ms', Math.floor(receivedAt))
  if (items.size > 0) event['items'] = [...items].sort(([a], [b]) => a - b).map(([, item]) => item)
  return complete(event, request)
}

/** Fills what a hit leaves to its transport, and the parts of its address that common event data has by name. */
export function complete(event: EventData, request: IncomingRequest): EventData {
  event['ip_override'] ??= remoteAddress(request)
  event['user_agent'] ??= request.headers['user-agent']
  const location = event['page_location']
  if (typeof location === 'string' && URL.canParse(location)) {
    const {hostname, pathname} = new URL(location)
    event['page_hostname'] ??= hostname
    event['page_path'] ??= pathname
  }
  for (const [name, value] of Object.entries(event)) if (value === undefined) delete event[name]
  return event
}

/** `user_data` comes in pieces, `ep.user_data.address.city`; every other name is taken as it is, dots included. */
function setParameter(event: EventData, name: string, value: unknown): void {
  const path = name.startsWith('user_data.') ? name.split('.') : [name]
  const last = path.pop()!
  let at = event
  for (const key of path) {
    const known = at[key]
    const next = (typeof known === 'object' && known !== null ? known : emptyRecord()) as EventData
    at[key] = next
    at = next
  }
  at[last] = value
}

/** `GB-ENG`: country, and a region where one is known. */
function readRegion(value: string): EventData {
  const [country, region] = value.split('-')
  return {...(country ? {country} : {}), ...(region ? {region} : {})}
}
