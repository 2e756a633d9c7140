import {formatHints} from './client-hints.ts'
import {parameterOf} from './fields.ts'
import {formatItem} from './items.ts'

type EventData = Readonly<Record<string, unknown>>

/** A hit ready to be sent. Its own address, user agent and cookies are in it, not in the transport. */
export type Mpv2Hit = {readonly url: string; readonly headers: Readonly<Record<string, string>>}

/** Fields that a hit carries in another way or not at all. */
const left: ReadonlySet<string> = new Set(['v', 'tid', 'ip_override', 'user_agent', 'page_hostname', 'page_path'])

/**
 * Gives the version 2 hit for an event in a container's event data: the reverse of `extractMpv2`, field by field, with
 * what is no field of the protocol as event parameters (`ep.`, and `epn.` for numbers).
 * @throws where the event names no measurement id
 */
export function encodeMpv2(event: EventData, endpoint = 'https://www.google-analytics.com/g/collect'): Mpv2Hit {
  const id = event['x-ga-measurement_id']
  if (typeof id !== 'string' || id === '') throw new Error('The event has no x-ga-measurement_id.')
  const parameters: [string, string][] = [
    ['v', '2'],
    ['tid', id],
  ]
  for (const [name, value] of Object.entries(event)) parameters.push(...encode(name, value))
  const query = parameters.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
  const agent = event['user_agent']
  return {url: `${endpoint}?${query}`, headers: typeof agent === 'string' ? {'user-agent': agent} : {}}
}

function encode(name: string, value: unknown): [string, string][] {
  if (value === undefined || value === null || typeof value === 'function') return []
  if (name === 'ip_override') return [['_uip', toParameter(value)]]
  if (name === 'items') return encodeItems(value)
  if (name === 'client_hints') return formatHints(value)
  if (name === 'event_location') return encodeRegion(value)
  if (name === 'x-ga-system_properties') return encodeGroup('_', value)
  if (name === 'x-sst-system_properties') return encodeGroup('sst.', value)
  if (name === 'x-ga-mp2-user_properties') return encodeTyped('up', value)
  if (name === 'user_data') return flatten('ep.user_data', value)
  const parameter = parameterOf(name)
  if (parameter !== undefined) return left.has(parameter) || left.has(name) ? [] : [[parameter, toParameter(value)]]
  if (name.startsWith('x-ga-mp2-')) return [[name.slice('x-ga-mp2-'.length), toParameter(value)]]
  if (left.has(name) || name.startsWith('x-ga-')) return []
  return typeof value === 'number' ? [[`epn.${name}`, `${value}`]] : [[`ep.${name}`, toText(value)]]
}

function encodeItems(value: unknown): [string, string][] {
  if (!Array.isArray(value)) return []
  return value
    .filter((item): item is EventData => typeof item === 'object' && item !== null)
    .map((item, index) => [`pr${index + 1}`, formatItem(item)])
}

function encodeRegion(value: unknown): [string, string][] {
  const {country, region} = (typeof value === 'object' && value !== null ? value : {}) as EventData
  if (typeof country !== 'string') return []
  return [['ur', typeof region === 'string' ? `${country}-${region}` : country]]
}

function encodeGroup(prefix: string, value: unknown): [string, string][] {
  return entries(value).map(([name, part]) => [`${prefix}${name}`, toParameter(part)])
}

function encodeTyped(prefix: string, value: unknown): [string, string][] {
  return entries(value).map(([name, part]) => [
    `${typeof part === 'number' ? `${prefix}n` : prefix}.${name}`,
    toText(part),
  ])
}

function flatten(path: string, value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, toText(value)]]
  return entries(value).flatMap(([name, part]) => flatten(`${path}.${name}`, part))
}

function entries(value: unknown): [string, unknown][] {
  const all = typeof value === 'object' && value !== null ? Object.entries(value as EventData) : []
  return all.filter(([, part]) => part !== undefined && part !== null && typeof part !== 'function')
}

/** Flags of the protocol are 1 and 0. */
function toParameter(value: unknown): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : toText(value)
}

function toText(value: unknown): string {
  return typeof value === 'object' ? (JSON.stringify(value) ?? '') : `${value as string | number | boolean}`
}
