import {createHash} from 'node:crypto'
import type {FunctionsConfig} from './config.ts'
import {Refusal} from './errors.ts'
import {parseFieldPath} from './field-path.ts'
import {isJson, parseJsonBody, splitPath, type HttpRequest} from './http.ts'
import {isRequestId, newRequestId} from './ids.ts'
import {parseQuery} from './query.ts'
import type {Destination, Rules} from './rules.ts'

/** What is asked, the same whether it came as GET, as POST or as a message. */
export type StitchRequest = {
  readonly requestId: string
  /** One entry unless `batch`; each is checked on its own, so that one bad id does not spoil a batch. */
  readonly ids: readonly string[]
  readonly batch: boolean
  readonly kind?: string
  /** Dotted paths, each checked. */
  readonly fields?: readonly string[]
  readonly mode: 'sync' | 'async'
  readonly destination: Destination
  readonly eventAttributes: boolean
  readonly strict: boolean
  /** `types=1`: values as Firestore's REST API writes them. */
  readonly typed: boolean
  readonly idToken?: string
  readonly preview?: string
}

type Source = Readonly<Record<string, unknown>>

/**
 * Reads a signed call. Fields that are not known are ignored, so that a newer container can call an older function.
 * Throws Refusal: invalid_request, invalid_id, invalid_field, unknown_kind, batch_too_large, unsupported_media_type.
 */
export function readRequest(request: HttpRequest, rules: Rules, limits: FunctionsConfig['limits']): StitchRequest {
  if (request.method !== 'GET') return checkRequest(readBody(request), rules, limits)
  if (request.body.length > 0) throw new Refusal('invalid_request', 'A GET has no body.')
  const {ids, fields, ...rest} = parseQuery(splitPath(request.path).query)
  return checkRequest({...rest, ...splitList('ids', ids), ...splitList('fields', fields)}, rules, limits)
}

/** The body as an object. Throws Refusal unsupported_media_type or invalid_request. */
export function readBody(request: HttpRequest): Source {
  if (!isJson(request)) throw new Refusal('unsupported_media_type')
  try {
    const body = parseJsonBody(request.body)
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Source
  } catch {
    // The parser's message would quote the body.
  }
  throw new Refusal('invalid_request', 'The body must be a JSON object in UTF-8.')
}

/** Checks the shape; the same for both methods and for messages. */
export function checkRequest(source: Source, rules: Rules, limits: FunctionsConfig['limits']): StitchRequest {
  const take = (key: string): unknown => (Object.hasOwn(source, key) ? (source[key] ?? undefined) : undefined)
  const [id, ids] = [take('id'), take('ids')]
  if (id !== undefined && ids !== undefined) throw new Refusal('invalid_request', 'Give either id or ids.')
  const kind = readOptional(take('kind'), 'kind', 100)
  if (kind !== undefined && !rules.hasKind(kind)) throw new Refusal('unknown_kind')
  const fields = readFields(take('fields'))
  const idToken = readOptional(take('idToken'), 'idToken', 200)
  const preview = readOptional(take('preview'), 'preview', 2000)
  if (preview !== undefined && !/^[\x20-\x7e]*$/.test(preview))
    throw new Refusal('invalid_request', 'preview is no header value.')
  const requestId = take('requestId')
  if (requestId !== undefined && !isRequestId(requestId))
    throw new Refusal('invalid_request', 'requestId must be a UUID.')
  return {
    requestId: requestId?.toLowerCase() ?? newRequestId(),
    ids: ids === undefined ? [readId(id)] : readIds(ids, limits.batch),
    batch: ids !== undefined,
    ...(kind === undefined ? {} : {kind}),
    ...(fields === undefined ? {} : {fields}),
    mode: readChoice(take('mode'), 'mode', ['sync', 'async']),
    destination: readChoice(take('destination'), 'destination', ['browser', 'server']),
    eventAttributes: readFlag(take('eventAttributes'), 'eventAttributes'),
    strict: readFlag(take('strict'), 'strict'),
    typed: readFlag(take('types'), 'types'),
    ...(idToken === undefined ? {} : {idToken}),
    ...(preview === undefined ? {} : {preview}),
  }
}

/**
 * SHA-256 (hex) of what is asked: equal for GET and POST, and for repeats with a fresh token or another preview.
 * Two requests with one request id but different hashes are in conflict.
 */
export function hashRequest({
  ids,
  batch,
  kind,
  fields,
  destination,
  eventAttributes,
  strict,
  typed,
}: StitchRequest): string {
  const content = [ids, batch, kind ?? null, fields ?? null, destination, eventAttributes, strict, typed]
  return createHash('sha256').update(JSON.stringify(content), 'utf8').digest('hex')
}

function readId(id: unknown): string {
  if (typeof id !== 'string') throw new Refusal('invalid_id', id === undefined ? 'Give id or ids.' : undefined)
  return id
}

function readIds(ids: unknown, most: number): readonly string[] {
  if (!Array.isArray(ids) || ids.length === 0)
    throw new Refusal('invalid_request', 'ids must be a list that is not empty.')
  if (ids.length > most) throw new Refusal('batch_too_large')
  return ids.map(readId)
}

function readFields(fields: unknown): readonly string[] | undefined {
  if (fields === undefined) return undefined
  if (!Array.isArray(fields) || fields.length > 100)
    throw new Refusal('invalid_field', 'fields must be a list of at most 100.')
  for (const field of fields)
    if (typeof field !== 'string' || !parseFieldPath(field)) throw new Refusal('invalid_field')
  return fields as string[]
}

function readOptional(value: unknown, name: string, longest: number): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && value.length <= longest) return value
  throw new Refusal('invalid_request', `${name} must be a text of at most ${longest} characters.`)
}

/** The first choice is the default. */
function readChoice<T extends string>(value: unknown, name: string, choices: readonly [T, ...T[]]): T {
  const found = choices.find((choice) => choice === (value ?? choices[0]))
  if (found === undefined) throw new Refusal('invalid_request', `${name} must be one of ${choices.join(', ')}.`)
  return found
}

/** JSON true and 1, and their texts in a query. */
function readFlag(value: unknown, name: string): boolean {
  if (value === undefined || [false, 0, '0', 'false'].includes(value as string)) return false
  if ([true, 1, '1', 'true'].includes(value as string)) return true
  throw new Refusal('invalid_request', `${name} must be 1 or 0.`)
}

/** `a,b` of a query as a list. */
function splitList(key: string, value: unknown): Source {
  return value === undefined ? {} : {[key]: typeof value === 'string' ? value.split(',') : value}
}
