import type {IncomingRequest} from '../api.ts'

type Json = Readonly<Record<string, unknown>>

/** Whether a request is a JSON body of Measurement Protocol version 2, as servers and apps send it to `/mp/collect`. */
export function isJsonRequest({method, path, query}: IncomingRequest): boolean {
  const parameters = new URLSearchParams(query)
  const named = parameters.has('measurement_id') || parameters.has('firebase_app_id')
  return method === 'POST' && (named || path.endsWith('/mp/collect')) && parameters.get('v') !== '2'
}

/**
 * Gives the events of such a request (https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference).
 * The address and user agent of the sender are a server's, and so stand for nobody: only those in the body are taken.
 * @throws where the body is not JSON of that form
 */
export function readJsonEvents({query, body}: IncomingRequest): Record<string, unknown>[] {
  const payload = parse(body?.toString('utf8') ?? '')
  const list = payload['events']
  if (!Array.isArray(list) || list.length === 0) throw new Error('The body has no list of events.')
  const parameters = new URLSearchParams(query)
  const shared = dropUndefined({
    'x-ga-protocol_version': '2',
    'x-ga-measurement_id': parameters.get('measurement_id') ?? undefined,
    'x-ga-firebase_app_id': parameters.get('firebase_app_id') ?? undefined,
    'x-ga-app_instance_id': payload['app_instance_id'],
    'x-ga-npa': payload['non_personalized_ads'] === true ? '1' : undefined,
    'x-ga-mp2-user_properties': readProperties(payload['user_properties']),
    client_id: payload['client_id'],
    user_id: payload['user_id'],
    timestamp_micros: payload['timestamp_micros'],
    user_data: payload['user_data'],
    consent: payload['consent'],
    device: payload['device'],
    event_location: readLocation(payload['user_location']),
    ip_override: payload['ip_override'],
    user_agent: payload['user_agent'],
  })
  return list.map((item, index) => {
    const event = asObject(item)
    if (typeof event?.['name'] !== 'string' || event['name'] === '')
      throw new Error(`Event ${index + 1} of the body has no name.`)
    const {session_id: session, session_number: number, ...params} = asObject(event['params']) ?? {}
    return dropUndefined({
      ...shared,
      event_name: event['name'],
      ...params,
      ga_session_id: session === undefined ? undefined : `${session as string | number}`,
      ga_session_number: number,
      timestamp_micros: event['timestamp_micros'] ?? shared['timestamp_micros'],
    })
  })
}

function parse(text: string): Json {
  try {
    const value = asObject(JSON.parse(text))
    if (value) return value
  } catch {
    // Said below.
  }
  throw new Error('The body is not a JSON object.')
}

/** `{tier: {value: 'gold'}}` as `{tier: 'gold'}`. */
function readProperties(value: unknown): Json | undefined {
  const given = asObject(value)
  return given && Object.fromEntries(Object.entries(given).map(([name, part]) => [name, asObject(part)?.['value']]))
}

function readLocation(value: unknown): Json | undefined {
  const given = asObject(value)
  return given && dropUndefined({country: given['country_id'], region: given['region_id'], city: given['city']})
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

function dropUndefined(value: Json): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined))
}
