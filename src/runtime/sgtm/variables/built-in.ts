import {randomInt} from 'node:crypto'
import {cookieValues} from '../apis/request.ts'
import type {IncomingRequest} from '../apis/api.ts'
import type {Parameters} from '../types.ts'
import {toText} from '../text.ts'
import {readPath} from './read-path.ts'
import {findInTable} from './tables.ts'

/** What a variable may look at. */
export type ValueSource = {
  readonly request: IncomingRequest
  /** Undefined while clients are asked. */
  readonly event: Readonly<Record<string, unknown>> | undefined
  readonly clientName: string
  readonly containerId: string
  readonly containerVersion: string
  readonly environmentName: string
  readonly isPreview: boolean
}

type Compute = (parameters: Parameters, source: ValueSource) => unknown

const orDefault = (value: unknown, parameters: Parameters): unknown =>
  value === undefined && parameters['setDefaultValue'] === true ? parameters['defaultValue'] : value

/** By a variable's type in exports: short names for those that a person makes, words in capitals for built-in ones. */
const computes: Readonly<Record<string, Compute>> = {
  c: ({value}) => value,
  ed: (parameters, {event}) => orDefault(readPath(event, toText(parameters['keyPath'] ?? '')), parameters),
  rh: ({headerName}, {request}) => request.headers[toText(headerName).toLowerCase()],
  qp: ({queryParamName}, {request}) => new URLSearchParams(request.query).get(toText(queryParamName)) ?? undefined,
  sgtmk: ({name, decodeCookie}, {request}) =>
    cookieValues(request.headers['cookie'] ?? '', toText(name), decodeCookie === true)[0],
  smm: (parameters) => orDefault(findInTable(parameters, 'exact'), parameters),
  remm: (parameters) => orDefault(findInTable(parameters, 'pattern'), parameters),
  r: ({min, max}) => random(min, max),
  uv: () => undefined,
  cn: (_, {clientName}) => clientName,
  cid: (_, {containerId}) => containerId,
  ctv: (_, {containerVersion}) => containerVersion,
  dbg: (_, {isPreview}) => isPreview,
  t: (_, {environmentName}) => environmentName,
  vr: (_, {request}) => region(request.headers),
  EVENT_NAME: (_, {event}) => event?.['event_name'],
  CLIENT_NAME: (_, {clientName}) => clientName,
  REQUEST_PATH: (_, {request}) => request.path,
  REQUEST_METHOD: (_, {request}) => request.method,
  QUERY_STRING: (_, {request}) => request.query,
  CONTAINER_ID: (_, {containerId}) => containerId,
  CONTAINER_VERSION: (_, {containerVersion}) => containerVersion,
  DEBUG_MODE: (_, {isPreview}) => isPreview,
  ENVIRONMENT_NAME: (_, {environmentName}) => environmentName,
  RANDOM_NUMBER: ({min, max}) => random(min, max),
  VISITOR_REGION: (_, {request}) => region(request.headers),
}

const byLoadBalancer = 'read from the headers that load balancers of Google add; undefined without them'

/** Variables whose real value depends on what only Google's infrastructure knows. */
export const approximatedVariables: Readonly<Record<string, string>> = {
  vr: byLoadBalancer,
  VISITOR_REGION: byLoadBalancer,
}

/** Whether a variable of this type can be computed without Firestore. */
export function isKnownVariable(type: string): boolean {
  return Object.hasOwn(computes, type)
}

/** The value of a variable that is not a template, before its format. @throws for a broken pattern, or an unknown type */
export function computeVariable(type: string, parameters: Parameters, source: ValueSource): unknown {
  const compute = isKnownVariable(type) ? computes[type] : undefined
  if (!compute) throw new Error(`variables of type "${type}" are not known here`)
  return compute(parameters, source)
}

function random(min: unknown, max: unknown): number {
  const [low, high] = [Number(min ?? 0), Number(max ?? 2_147_483_647)]
  return Number.isSafeInteger(low) && Number.isSafeInteger(high) && high >= low && high - low < 2 ** 47
    ? randomInt(low, high + 1)
    : randomInt(0, 2_147_483_648)
}

/** `DE-BY`, or the country alone. */
function region(headers: IncomingRequest['headers']): string | undefined {
  const country = headers['x-appengine-country'] ?? headers['x-gclb-country']
  const part = headers['x-appengine-region'] ?? headers['x-gclb-region']
  if (country === undefined) return undefined
  return part === undefined ? country.toUpperCase() : `${country}-${part}`.toUpperCase()
}
