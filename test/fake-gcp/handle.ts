import type {HttpRequest, HttpResponse, Transport} from '#runtime/deploy/gcp/transport.ts'
import {answerCall, type Violation} from './answer-call.ts'
import type {FakeCloud} from './cloud.ts'
import {connectionReset} from './faults.ts'
import {takeApart} from './request.ts'
import {createRouter} from './router.ts'
import {routes as allRoutes} from './routes.ts'
import {Answer, type FakeCall, type Json, type Route} from './service.ts'
import {startServer, type RunningFake} from './server.ts'
import {tokenFor} from './token.ts'

export type CallRecord = {
  readonly n: number
  readonly method: string
  readonly host: string
  readonly path: string
  /** 0 while it is under way, and where the connection was reset. */
  status: number
}

export type FakeOptions = {
  /** Default: all there are. */
  readonly routes?: readonly Route[]
  /** A token with more scope than the call needs is a violation. Only our own requests keep to that. */
  readonly strictScopes?: boolean
  /**
   * Sees every call before it is looked at and after its change is made. `kill` stands for the end of the client: this
   * call and all later ones of this handle are never answered, and `killed` is fulfilled.
   */
  readonly onCall?: (n: number, call: FakeCall, phase: 'before' | 'after') => 'kill' | undefined | void
}

export type FakeGcp = {
  readonly cloud: FakeCloud
  /** In this process, without any network. */
  readonly transport: Transport
  readonly start: () => Promise<RunningFake>
  readonly calls: readonly CallRecord[]
  /** Each deviation from Google's documents, as `POST pubsub… : labels is not an object`. */
  readonly violations: readonly string[]
  readonly assertValid: () => void
  readonly killed: Promise<void>
  /**
   * Does something in the cloud as its owner, at once: no permission, fault, propagation or count. For what was there
   * before. `url` with or without `https://`. Rejects where the fake refuses it.
   */
  readonly seed: (method: string, url: string, body?: object) => Promise<Json>
}

/** A way into a cloud. Several may lead into the same one: a test that kills a client makes a new one for the next. */
export function createFakeGcp(cloud: FakeCloud, options: FakeOptions = {}): FakeGcp {
  const find = createRouter(options.routes ?? allRoutes)
  const calls: CallRecord[] = []
  const violations: Violation[] = []
  const death = Promise.withResolvers<void>()
  let dead = false

  const see = (call: FakeCall, phase: 'before' | 'after'): void => {
    if (dead || options.onCall?.(call.n, call, phase) !== 'kill') return
    dead = true
    death.resolve()
  }

  const transport: Transport = async (request) => {
    // As a socket would: what was sent before is answered before.
    await Promise.resolve()
    request.signal?.throwIfAborted()
    if (dead) return await forever()
    const parts = takeApart(request, cloud.tick())
    const record: CallRecord = {n: parts.n, method: parts.method, host: parts.host, path: parts.path, status: 0}
    calls.push(record)
    see(parts, 'before')
    if (dead) return await forever()
    const answer = await answerCall(parts, {cloud, find, violations, strictScopes: options.strictScopes ?? false})
    see(parts, 'after')
    if (dead) return await forever()
    if (answer === 'reset') throw connectionReset()
    record.status = answer.status
    return toResponse(answer)
  }

  const lines = (): string[] => violations.map(({where, problem}) => `${where}: ${problem}`)
  return {
    cloud,
    transport,
    calls,
    killed: death.promise,
    start: async () => await startServer(transport),
    get violations() {
      return lines()
    },
    assertValid: () => {
      if (violations.length > 0) throw new Error(`${violations.length} deviations:\n${lines().join('\n')}`)
    },
    seed: async (method, url, body) => await seedCloud(cloud, find, method, url, body),
  }
}

async function seedCloud(
  cloud: FakeCloud,
  find: ReturnType<typeof createRouter>,
  method: string,
  url: string,
  body: object | undefined,
): Promise<Json> {
  const {permissions} = cloud
  const {needed, enabled} = {needed: new Set(cloud.needed), enabled: new Set(cloud.project.services)}
  cloud.permissions = 'all'
  try {
    const request: HttpRequest = {
      method,
      url: url.startsWith('https://') ? url : `https://${url}`,
      headers: {authorization: `Bearer ${tokenFor('owner@example.com', [])}`},
      ...(body ? {body: JSON.stringify(body)} : {}),
    }
    const call = takeApart(request, 0)
    cloud.project.services.add(call.host)
    const answer = await answerCall(call, {cloud, find, violations: [], asOwner: true})
    const text = answer === 'reset' ? 'reset' : Buffer.from(answer.body).toString()
    if (answer === 'reset' || answer.status !== 200) throw new Error(`The fake refuses ${method} ${url}: ${text}`)
    cloud.settle()
    return text === '' ? {} : JSON.parse(text)
  } finally {
    cloud.permissions = permissions
    cloud.needed.clear()
    for (const one of needed) cloud.needed.add(one)
    // Seeding goes around an API that is not enabled, and leaves it so unless enabling was what it did.
    const {host} = new URL(url.startsWith('https://') ? url : `https://${url}`)
    if (!enabled.has(host)) cloud.project.services.delete(host)
  }
}

function toResponse({status, headers, body}: Answer): HttpResponse {
  return {status, headers, body: typeof body === 'string' ? Buffer.from(body) : body}
}

async function forever(): Promise<never> {
  return await new Promise<never>(() => {})
}
