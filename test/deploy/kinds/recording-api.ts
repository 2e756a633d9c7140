import {ApiError} from '#runtime/deploy/gcp/api-error.ts'
import type {Api, ApiRequest, Operation} from '#runtime/deploy/types.ts'
import {checkRequest} from '../../fake-gcp/check-request.ts'

/** By `METHOD /path`: one answer for all calls, or one after the other, the last for all that follow. */
export type Answers = Readonly<Record<string, unknown>>

/** An Api that answers from a table, 404 where there is no entry, and keeps what it was asked. */
export type RecordingApi = Api & {
  readonly requests: ApiRequest[]
  /** `METHOD /path` of what is not a read, in order. */
  readonly writes: () => readonly string[]
  /** Bodies of the requests to `METHOD /path`. */
  readonly bodies: (request: string) => readonly unknown[]
  readonly uploads: {readonly url: string; readonly bytes: number}[]
  /** Deviations from the discovery documents, if these are there. */
  readonly problems: string[]
}

export function createRecordingApi(answers: Answers = {}, operations: readonly Operation[] = []): RecordingApi {
  const requests: ApiRequest[] = []
  const problems: string[] = []
  const uploads: {url: string; bytes: number}[] = []
  const counts = new Map<string, number>()

  const call = async <T>(request: ApiRequest): Promise<T> => {
    await Promise.resolve()
    // Bodies are kept as they were sent.
    requests.push(structuredClone(request))
    problems.push(...validate(request))
    const key = keyOf(request)
    const entry = answers[key]
    const count = counts.get(key) ?? 0
    counts.set(key, count + 1)
    const answer: unknown = Array.isArray(entry) ? entry[Math.min(count, entry.length - 1)] : entry
    if (answer instanceof Error) throw answer
    if (answer === undefined && request.method === 'GET') throw refusal(request, 404, 'NOT_FOUND')
    return (answer ?? {}) as T
  }

  return {
    call,
    find: async <T>(request: ApiRequest) => {
      try {
        return await call<T>(request)
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined
        throw error
      }
    },
    list: async <T>(request: ApiRequest, field: string) => {
      const key = keyOf(request)
      if (!Object.hasOwn(answers, key)) requests.push(request)
      const answer = Object.hasOwn(answers, key) ? await call<Readonly<Record<string, readonly T[]>>>(request) : {}
      return answer[field] ?? []
    },
    wait: async (_api, _version, operation, onProgress) => {
      for (const state of operations) onProgress?.(state)
      const {error} = operations.at(-1) ?? {}
      if (error)
        throw refusal({api: 'cloudfunctions', method: 'GET', path: '/'}, 400, 'INVALID_ARGUMENT', error.message)
      return operation
    },
    upload: async (url, zip) => {
      uploads.push({url, bytes: zip.length})
      await Promise.resolve()
    },
    download: async () => await Promise.reject(new Error('no kind downloads anything')),
    requests,
    uploads,
    problems,
    writes: () => requests.filter((one) => one.method !== 'GET' && !one.readOnly).map(keyOf),
    bodies: (key) => requests.filter((one) => keyOf(one) === key).map(({body}) => body),
  }
}

/** An ApiError as a refusal of this request. */
export function refusal(
  request: ApiRequest,
  status: number,
  reason: string,
  message = reason,
  isUnclear = false,
): ApiError {
  return new ApiError(message, {status, reason, request, isUnclear})
}

function keyOf({method, path}: ApiRequest): string {
  return `${method} ${path}`
}

function validate({api, method, path, query = {}, body}: ApiRequest): readonly string[] {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    [value].flat().map((one): [string, string] => [key, one]),
  )
  const host = `${api}.googleapis.com`
  const sent = {method, host, path, query: new URLSearchParams(pairs), body, hasBody: body !== undefined}
  return checkRequest(sent).problems.map((problem) => `${method} ${host}${path}: ${problem}`)
}
