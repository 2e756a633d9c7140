import type {Api, ApiRequest, DeployClock} from '../types.ts'
import {ApiError} from './api-error.ts'
import {waitFor} from './operation.ts'
import {readAnswerError} from './read-error.ts'
import {secretsOf} from './redact.ts'
import {codeOf, mayBeDone, mayHaveReached, retryDelay} from './retry.ts'
import {scopesFor} from './scopes.ts'
import {exchangeFile} from './signed-url.ts'
import type {HttpResponse, Transport} from './transport.ts'

export type ApiOptions = {
  readonly transport: Transport
  /** Headers that authenticate a call with these scopes. `fresh`: the token before this one was not accepted. */
  readonly authorize: (scope: readonly string[], fresh?: boolean) => Promise<Record<string, string>>
  readonly clock: DeployClock
  readonly signal: AbortSignal
  /** Sees every attempt, without its body; status 0 is no answer. */
  readonly onCall?: (call: {readonly request: ApiRequest; readonly status: number}) => void
  /** 0 to 1, spreads delays. */
  readonly random?: () => number
  /** How long one attempt may take. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 60_000
/** A list that does not end is a fault of the API. */
const MOST_PAGES = 1000

/** The Google APIs over `transport`, each request with the one scope it needs, retried where that is harmless. */
export function createApi(options: ApiOptions): Api {
  const call = async <T>(request: ApiRequest): Promise<T> => (await send(request, options)) as T
  return {
    call,
    find: async <T>(request: ApiRequest) => {
      try {
        return await call<T>(request)
      } catch (error) {
        if (isAbsent(error, true)) return undefined
        throw error
      }
    },
    list: async <T>(request: ApiRequest, field: string) => {
      try {
        return await listAll<T>(request, field, call)
      } catch (error) {
        if (isAbsent(error, false)) return []
        throw error
      }
    },
    wait: async (api, version, operation, onProgress) =>
      await waitFor(api, version, operation, {call, clock: options.clock, onProgress}),
    upload: async (url, zip) => {
      await exchangeFile(url, zip, options)
    },
    download: async (url) => await exchangeFile(url, undefined, options),
  }
}

/** What an API that is not enabled would hold is not there; 404 says so of one object. */
function isAbsent(error: unknown, orMissing: boolean): boolean {
  return error instanceof ApiError && (error.reason === 'SERVICE_DISABLED' || (orMissing && error.status === 404))
}

async function listAll<T>(request: ApiRequest, field: string, call: Api['call']): Promise<readonly T[]> {
  const items: T[] = []
  let token: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    // Lists that are asked for with POST take the token in the body.
    const next = token === undefined ? {} : {pageToken: token}
    const paged = request.body
      ? {...request, body: {...request.body, ...next}}
      : {...request, query: {...request.query, ...next}}
    const answer = await call<Readonly<Record<string, unknown>>>(paged)
    items.push(...((answer[field] ?? []) as readonly T[]))
    token = (answer['nextPageToken'] as string | undefined) || undefined
    if (token === undefined) return items
  }
  const options = {status: 0, reason: 'ENDLESS_LIST', request}
  throw new ApiError(`the list has more than ${MOST_PAGES} pages`, options)
}

async function send(request: ApiRequest, options: ApiOptions): Promise<unknown> {
  const {transport, authorize, clock, signal, onCall, random = Math.random, timeoutMs = TIMEOUT_MS} = options
  const {body, ...bare} = request
  const reads = request.readOnly ?? request.method === 'GET'
  const repeatable = request.repeatable ?? (reads || request.method === 'PUT' || request.method === 'DELETE')
  let fresh = false
  // Of any attempt: a change that an earlier one may have made is not undone by the refusal of a later one.
  let unclear = false
  for (let count = 1; ; count++) {
    signal.throwIfAborted()
    const headers = {...(await authorize(scopesFor(request), fresh)), ...headersFor(body)}
    const http = {method: request.method, url: urlOf(request), headers, ...(body ? {body: JSON.stringify(body)} : {})}
    let answer: HttpResponse | undefined
    let failure: unknown
    try {
      answer = await transport({...http, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])})
    } catch (error) {
      signal.throwIfAborted()
      failure = error
    }
    const status = answer?.status ?? 0
    onCall?.({request: bare, status})
    if (answer && status < 400) return parse(answer, request, !reads)
    if (status === 401 && !fresh) {
      fresh = true
      continue
    }
    const attempt = {status, reached: mayHaveReached(failure), count, repeatable}
    unclear ||= !reads && mayBeDone(attempt)
    const delay = retryDelay({...attempt, retryAfter: answer?.headers['retry-after']}, random, clock.now())
    if (delay === undefined) {
      if (!answer) throw noAnswer(failure, request, unclear)
      throw readAnswerError(answer, request, {isUnclear: unclear, secrets: secretsOf(headers, body)})
    }
    await clock.sleep(delay)
  }
}

function headersFor(body: object | undefined): Record<string, string> {
  return {
    accept: 'application/json',
    'user-agent': 'stitch',
    ...(body ? {'content-type': 'application/json'} : {}),
  }
}

function urlOf({api, path, query = {}}: ApiRequest): string {
  const pairs = Object.entries(query).flatMap(([key, value]) => [value].flat().map((one) => [key, one] as const))
  const text = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
  return `https://${api}.googleapis.com${path}${text && '?'}${text}`
}

function parse({status, body}: HttpResponse, request: ApiRequest, isUnclear: boolean): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch {
    // A proxy's page, mostly; it is not shown, since nobody knows what is in it.
    throw new ApiError('the answer was not JSON', {status, reason: 'NOT_JSON', request, isUnclear})
  }
}

function noAnswer(failure: unknown, request: ApiRequest, isUnclear: boolean): ApiError {
  const code = codeOf(failure)
  const said = code === 'TimeoutError' ? 'no answer in time' : `no answer (${code})`
  return new ApiError(said, {status: 0, reason: code, request, isUnclear})
}
