import {StitchError, type SourceLocation} from '#runtime/kernel/errors.ts'
import {createDecode} from '../embedded/rest/decode.ts'
import {createEncode} from '../embedded/rest/encode.ts'
import {readSchema} from '../embedded/rest/schema.ts'
import {openGrpcChannel} from '../grpc-call.ts'

/** A message in its proto3 JSON form, which keeps every type of Firestore and Pub/Sub. */
export type Json = Readonly<Record<string, unknown>>

/** gRPC status codes that a caller here looks at. */
export const REFUSED = {notFound: 5, alreadyExists: 6, failedPrecondition: 9, unimplemented: 12} as const

/** An engine refused a call; `status` is its gRPC status code. */
export class RefusedCall extends StitchError {
  readonly status: number
  /** The engine's own words. */
  readonly reason: string
  private readonly method: string

  constructor(method: string, status: number, reason: string, at?: SourceLocation) {
    super(`The engine refused ${method.slice(method.lastIndexOf('/') + 1)} (status ${status}: ${reason}).`, {
      code: 'STITCH_ENGINE_REFUSED',
      exit: 'environment',
      hints: ['stitch engine status'],
      ...(at ? {at} : {}),
    })
    this.status = status
    this.reason = reason
    this.method = method
  }

  /** The same, of what stands at a place in a file. */
  placedAt(at: SourceLocation): RefusedCall {
    return new RefusedCall(this.method, this.status, this.reason, at)
  }
}

/** Calls to one service of an engine, with messages as JSON. */
export type Rpc = AsyncDisposable & {
  /** `google.pubsub.v1.Publisher/CreateTopic`. Throws RefusedCall. */
  readonly call: (method: string, request: Json) => Promise<Json>
  /**
   * Puts something back as it was, also when the work was interrupted, and for a moment only. What cannot be put back
   * stays: the error that led here is the one to be told.
   */
  readonly putBack: (method: string, request: Json) => Promise<void>
  /** All answers of a method that streams them. Throws RefusedCall. */
  readonly collect: (method: string, request: Json) => Promise<readonly Json[]>
}

const PUT_BACK_MS = 5000

/** Opens a connection to whatever engine answers at `host`, over gRPC. */
export function openRpc(host: string, signal: AbortSignal): Rpc {
  const schema = readSchema()
  const encode = createEncode(schema)
  const toJson = createDecode(schema)
  const types = new Map(schema.routes.map((route) => [route.rpc.slice(1), route]))
  const channel = openGrpcChannel(host)
  const decode = (type: string, bytes: Uint8Array) => toJson(type, bytes, {enumsAsNumbers: false}) as Json
  const callWithin = async (method: string, request: Json, until: AbortSignal): Promise<Json> => {
    const {request: from, response: to} = types.get(method)!
    const {status, message, body} = await channel.call(method, encode(from, request), until)
    if (status !== 0) throw new RefusedCall(method, status, message)
    return decode(to, body)
  }
  return {
    call: (method, request) => callWithin(method, request, signal),
    putBack: async (method, request) => {
      await callWithin(method, request, AbortSignal.timeout(PUT_BACK_MS)).catch(() => undefined)
    },
    collect: async (method, request) => {
      const {request: from, response: to} = types.get(method)!
      const {status, message, messages} = await channel.collect(method, encode(from, request), signal)
      if (status !== 0) throw new RefusedCall(method, status, message)
      return messages.map((bytes) => decode(to, bytes))
    },
    [Symbol.asyncDispose]: () => channel[Symbol.asyncDispose](),
  }
}

/** All pages of a list; `field` names the part of an answer that holds the items. */
export async function listAll<T>(rpc: Rpc, method: string, request: Json, field: string): Promise<T[]> {
  const items: T[] = []
  for (let pageToken = ''; ;) {
    const page = await rpc.call(method, {...request, pageSize: 1000, ...(pageToken ? {pageToken} : {})})
    items.push(...((page[field] ?? []) as T[]))
    pageToken = (page['nextPageToken'] as string | undefined) ?? ''
    if (pageToken === '') return items
  }
}

/** What the work gives; undefined where the engine refuses it with one of these codes. */
export async function unlessRefused<T>(codes: readonly number[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RefusedCall && codes.includes(error.status)) return undefined
    throw error
  }
}
