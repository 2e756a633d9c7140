import {randomBytes} from 'node:crypto'
import {parseFunctionsConfig} from '#runtime/handlers/config.ts'
import type {HttpRequest, HttpResponse} from '#runtime/handlers/http.ts'
import {createIdentityKey} from '#runtime/handlers/identity-key.ts'
import {createLookup} from '#runtime/handlers/lookup.ts'
import {readOwnHandlers} from '#runtime/handlers/own-handlers.ts'
import {signHeaders, type HmacKeys} from '#runtime/handlers/signature.ts'
import type {Fields} from '#runtime/handlers/value.ts'
import {createWorker, type WorkerDeps} from '#runtime/handlers/worker.ts'
import {createMemoryPublisher, createMemoryStore, toFields} from './memory.ts'

export const PEPPER = Buffer.from('pepper-pepper-pepper-pepper')
export const KEYS: HmacKeys = [
  {id: 'new', key: Buffer.from('0123456789abcdef0123456789abcdef')},
  {id: 'old', key: Buffer.from('fedcba9876543210fedcba9876543210')},
]
export const NOW = Date.parse('2026-05-18T12:00:00Z')
export const COOKIE = `ck_${'0a'.repeat(16)}`
export const RUN = 'R210319-143855-123'

/** A configuration with a direct kind of each sort and a graph. */
export const CONFIG = {
  project: 'demo-stitch',
  topic: 'stitch-requests',
  kinds: {
    script_run: {match: '^R\\d{6}-\\d{6}-\\d{3}$', collection: 'scriptRuns'},
    product: {match: '^P-.+$', collection: 'products', browserLookup: true},
    specimen: {match: '^T-.+$', collection: 'specimens', browserLookup: true},
    bare: {match: '^B-\\d+$', collection: 'bare', browserLookup: true},
    note: {collection: 'notes', browserLookup: true},
    visitor: {
      collection: 'visitors',
      graph: true,
      namespaces: {
        customer_id: {match: '^C-\\d+$', normalise: ['trim']},
        cookie: {match: '^ck_[0-9a-f]{32}$', browserLookup: true},
        email: {match: '^\\s*[^@\\s]+@[^@\\s]+\\s*$', normalise: ['nfkc', 'trim', 'lower']},
      },
    },
  },
  destinations: {
    browser: {
      visitor: ['gender', 'purchases', 'crm.segment'],
      product: ['name', 'price'],
      script_run: ['script', 'status'],
      note: ['text'],
      specimen: ['value'],
    },
    server: {
      visitor: ['gender', 'purchases', 'crm', 'email'],
      product: ['name', 'price', 'profitMargin'],
      script_run: ['script', 'status', 'client'],
      specimen: ['*'],
    },
  },
  sensitive: {product: ['cost', 'profitMargin'], visitor: ['email', 'crm.creditLimit']},
  blockedValues: ['^[0-]*$', '^(?:null|none|anonymous|P-none)$'],
  callback: {baseUrl: 'https://sgtm.example.com', path: '/stitch/callback'},
}

export const VISITOR = toFields({
  gender: 'f',
  purchases: 12,
  email: 'franziska@example.com',
  crm: {segment: 'loyal-customers', creditLimit: 5000},
})

/** Documents that lead from a cookie, a customer id and an e-mail to one visitor, and the direct ones. */
export const DOCUMENTS: Readonly<Record<string, Fields>> = {
  'visitors/v1': VISITOR,
  'products/P-1001': toFields({name: 'Espresso machine', price: 349.5, cost: 210, profitMargin: 39.9}),
  'scriptRuns/R210319-143855-123': toFields({script: 'Component Manager', status: 'ok', client: 'Example Ltd'}),
  'notes/n': toFields({text: 'a note'}),
  'bare/B-1': toFields({text: 'nobody may see this'}),
  ...identity('cookie', COOKIE, {visitorId: 'v1'}),
  ...identity('customer_id', 'C-1001', {visitorId: 'v1'}),
  ...identity('email', 'franziska@example.com', {visitorId: 'v1'}),
}

/** The document of one identity. */
export function identity(ns: string, value: string, fields: object): Record<string, Fields> {
  return {[`identities/${createIdentityKey(PEPPER, ns, value)}`]: toFields({ns, kv: 1, ...fields})}
}

type Sent = Parameters<WorkerDeps['send']>[0]
type StageOptions = {
  readonly documents?: Readonly<Record<string, Fields>>
  readonly config?: object
  readonly send?: WorkerDeps['send']
  /** The default export of a project's own file. */
  readonly own?: unknown
}

/** Both functions on a store and a topic in memory, with a clock that stands still. */
export function createStage({documents = DOCUMENTS, config = {}, send, own = {}}: StageOptions = {}) {
  const memory = createMemoryStore(documents)
  const topic = createMemoryPublisher()
  const lines: Readonly<Record<string, unknown>>[] = []
  const sent: Sent[] = []
  const time = {now: NOW}
  const parsed = parseFunctionsConfig({...CONFIG, ...config})
  const deps = {
    config: parsed,
    own: readOwnHandlers(own, parsed),
    store: memory.store,
    clock: {now: () => time.now},
    log: (line: Readonly<Record<string, unknown>>) => void lines.push(line),
    random: randomBytes,
    keys: KEYS,
    pepper: PEPPER,
  }
  const deliver: WorkerDeps['send'] = async (request) => {
    sent.push(request)
    return send ? await send(request) : {status: 200}
  }
  const lookup = createLookup({...deps, publisher: topic.publisher})
  const worker = createWorker({...deps, send: deliver})
  return {
    memory,
    topic,
    lines,
    sent,
    time,
    lookup,
    worker,
    post: async (body: unknown) => read(await lookup(signed({body: JSON.stringify(body)}))),
    get: async (query: string) => read(await lookup(signed({method: 'GET', path: `/v1/stitch?${query}`, body: ''}))),
    result: async (body: unknown) => read(await lookup(signed({path: '/v1/result', body: JSON.stringify(body)}))),
    /** Pushes the n-th published message as Pub/Sub does. */
    push: async (index = 0, extra: object = {}) => read(await worker(pushOf(topic.messages[index]!, extra))),
    hops: () => lines.flatMap((line) => (line['stitch'] ? [String(line['message'])] : [])),
  }
}

type Signing = {
  readonly method?: string
  readonly path?: string
  readonly body?: string | Uint8Array
  readonly keys?: HmacKeys
  readonly at?: number
  readonly nonce?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** A signed request; headers given win. */
export function signed({
  method = 'POST',
  path = '/v1/stitch',
  body = '',
  keys = KEYS,
  at = NOW,
  nonce,
  headers = {},
}: Signing): HttpRequest {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const timestamp = String(Math.floor(at / 1000))
  const signature = signHeaders(keys, {
    method,
    path,
    body: bytes,
    timestamp,
    nonce: nonce ?? randomBytes(16).toString('hex'),
  })
  const type: Record<string, string> = method === 'POST' ? {'content-type': 'application/json'} : {}
  return {method, path, body: bytes, headers: {...type, ...signature, ...headers}}
}

export type Read = {readonly status: number; readonly body: Answer; readonly headers: Readonly<Record<string, string>>}
export type Answer = Record<string, unknown> & {
  readonly status?: string
  readonly error?: {readonly code: string}
  readonly meta?: Record<string, unknown>
  readonly results?: readonly Answer[]
}

function read({status, body, headers}: HttpResponse): Read {
  return {status, headers, body: (body === '' ? {} : JSON.parse(body)) as Answer}
}

/** A wrapped push. */
export function pushOf(
  message: {readonly data: Buffer; readonly attributes: Readonly<Record<string, string>>},
  extra: object = {},
): HttpRequest {
  const {data, attributes} = message
  const wrapped = {
    message: {data: data.toString('base64'), attributes, messageId: '77'},
    subscription: 'projects/p/subscriptions/s',
    ...extra,
  }
  return {
    method: 'POST',
    path: '/',
    headers: {'content-type': 'application/json'},
    body: Buffer.from(JSON.stringify(wrapped)),
  }
}

/** An answer without what differs between two runs of the same request. */
export function stable({requestId: _requestId, meta, ...rest}: Answer): Answer {
  const {latencyMs: _latencyMs, ...kept} = meta ?? {}
  return {...rest, ...(meta ? {meta: kept} : {}), ...(rest.results ? {results: rest.results.map(stable)} : {})}
}
