import {cpSync, mkdtempSync, mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {describe, expect, test} from 'vitest'
import {resolveConfig} from '#runtime/config/resolve.ts'
import {resolveStage} from '#runtime/deploy/settings.ts'
import {ApiError} from '#runtime/deploy/gcp/api-error.ts'
import type {HttpRequest, HttpResponse} from '#runtime/deploy/gcp/transport.ts'
import type {Api, ApiRequest} from '#runtime/deploy/types.ts'
import {verifyEndpoint} from '#runtime/deploy/verify/verify-endpoint.ts'
import {verifySignature} from '#runtime/handlers/signature.ts'
import {createNonceCache} from '#runtime/handlers/nonce-cache.ts'
import {createBus} from '#runtime/kernel/bus.ts'
import {SHA256, recordEvents, type RecordedStep} from './stand-ins/recorded-run.ts'

const URL_OF_LOOKUP = 'https://stitch-lookup-abc-uc.a.run.app'
const KEY = Buffer.alloc(32, 9)
const NOON = Date.UTC(2026, 10, 24, 12)
const fixtures = resolve(import.meta.dirname, '../../../fixtures')

const direct: RecordedStep = {step: 'direct', mode: 'sync', reads: [['products', 1]]}
const again: RecordedStep = {...direct, step: 'again', forwarded: {id: 'P-2', requestId: crypto.randomUUID()}}
const later: RecordedStep = {step: 'later', mode: 'async', reads: [['products', 1]], picksUp: true}

type Cloud = {
  /** What the deployed function answers; the warm-up asks for results. */
  readonly answer?: (body: Record<string, unknown>, path: string) => {status: number; body: object}
  /** Documents that each lookup reads. */
  readonly documents?: number
  readonly isDeployed?: boolean
  readonly label?: string
  readonly refusesSecret?: boolean
  /** Traces beyond this number tell nothing. */
  readonly tells?: number
}

/** A deployed stage in memory: it checks signatures as the functions do, and writes the hops that they write. */
function createCloud({
  answer,
  documents = 1,
  isDeployed = true,
  label = SHA256.slice(0, 40),
  refusesSecret,
  tells = 99,
}: Cloud) {
  let now = NOON
  const nonces = createNonceCache()
  const requests: {url: string; body: Record<string, unknown>; trace: string}[] = []
  const entries: object[] = []
  const calls: ApiRequest[] = []
  let ids = 0
  const nextId = (): string => String(++ids)
  const hop = (trace: string, id: string, message: string, about: object): void => {
    entries.push({
      insertId: id,
      timestamp: new Date(now).toISOString(),
      severity: 'INFO',
      trace: `projects/my-project/traces/${trace}`,
      spanId: id.padStart(16, '0'),
      jsonPayload: {message, stitch: {hop: {end: now++, ok: true, ...about}}},
    })
  }
  const transport = async ({url, headers, body = '', method}: HttpRequest): Promise<HttpResponse> => {
    const path = new URL(url).pathname
    verifySignature({method, path, headers, body: Buffer.from(body)}, [{id: 'k1', key: KEY}], nonces, now)
    const sent = JSON.parse(String(body)) as Record<string, unknown>
    const trace = headers['traceparent']?.split('-')[1] ?? ''
    if (trace) requests.push({url, body: sent, trace})
    const isResult = path === '/v1/result'
    const asked = requests.find(({body: other}) => other['requestId'] === sent['requestId'])
    const found = {requestId: sent['requestId'], status: 'found', kind: 'product', attributes: {}}
    const usual = isResult
      ? {status: 200, body: asked ? found : {...found, status: 'pending', kind: null}}
      : {status: 200, body: found}
    const given = answer?.(sent, path) ?? usual
    if (trace && requests.length <= tells) {
      const [start, lookup] = [now++, nextId()]
      const parent = lookup.padStart(16, '0')
      const facts = {documents, found: documents}
      hop(trace, nextId(), 'read products', {lane: 'firestore', parent, start: now++, facts})
      hop(trace, lookup, 'lookup', {lane: 'lookup', start, facts: {mode: 'sync', http: given.status}})
    }
    return {status: given.status, headers: {}, body: Buffer.from(JSON.stringify(given.body))}
  }
  const readSecret = (request: ApiRequest) => {
    if (refusesSecret) throw new ApiError('denied', {status: 403, reason: 'PERMISSION_DENIED', request})
    const data = Buffer.from(JSON.stringify({k1: KEY.toString('base64')})).toString('base64')
    return {name: 'projects/1/secrets/stitch-hmac-keys/versions/7', payload: {data}}
  }
  const api = {
    find: async (request: ApiRequest) => {
      calls.push(request)
      if (request.api === 'secretmanager') return readSecret(request)
      if (!isDeployed) return undefined
      const secrets = [{key: 'STITCH_HMAC_KEYS', secret: 'stitch-hmac-keys', version: '7'}]
      return {
        name: 'f',
        state: 'ACTIVE',
        labels: {'stitch-source': label},
        serviceConfig: {uri: URL_OF_LOOKUP, secretEnvironmentVariables: secrets},
      }
    },
    call: async (request: ApiRequest) => {
      calls.push(request)
      const {filter} = request.body as {filter: string}
      return {entries: entries.filter((entry) => filter.includes((entry as {trace: string}).trace)).toReversed()}
    },
  } as unknown as Api
  const clock = {now: () => now, sleep: async (ms: number) => void (now += ms)}
  return {transport, api, clock, calls, requests}
}

async function verify(
  steps: readonly RecordedStep[],
  cloud: ReturnType<typeof createCloud>,
  changes: {async?: boolean; keys?: string} = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'stitch-verify-'))
  try {
    cpSync(fixtures, join(folder, 'fixtures'), {recursive: true})
    mkdirSync(join(folder, '.stitch'))
    const log = recordEvents(steps)
      .map((event) => `${JSON.stringify(event)}\n`)
      .join('')
    if (steps.length > 0) writeFileSync(join(folder, '.stitch/simulated.ndjson'), log)
    const config = await resolveConfig({
      cwd: folder,
      demoFile: join(folder, 'fixtures/stitch.config.json'),
      overrides: {project: {value: 'my-project', from: 'flag --project'}},
    })
    const {transport, api, clock} = cloud
    const bus = createBus(clock)
    const parity = await verifyEndpoint({
      config,
      stage: await resolveStage(config, {}),
      scenario: undefined,
      async: changes.async ?? false,
      connect: async () => ({api, account: 'me@example.com', [Symbol.asyncDispose]: async () => undefined}),
      keys: changes.keys,
      identityToken: undefined,
      waitMs: 20_000,
      version: '0.1.0',
      io: {transport, clock, signal: new AbortController().signal, bus, tell: () => undefined},
    })
    return {parity, bus}
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

describe('stitch verify at the deployed function', () => {
  test('finds parity where answers, hops and reads are the same', async () => {
    const cloud = createCloud({})
    const {parity, bus} = await verify([direct, again], cloud)
    expect(parity.requests.map(({verdict, differences}) => ({verdict, differences}))).toEqual([
      {verdict: 'same', differences: []},
      {verdict: 'same', differences: []},
    ])
    expect(parity).toMatchObject({verdict: 'parity', comparesHops: true, notSeeded: 0})
    expect(parity.requests[0]!.deployed.hops!.map(({name}) => name)).toEqual(['lookup', 'read products'])
    // Every request has a request id of its own, and the keys are those that the function runs with.
    expect(new Set(cloud.requests.map(({body}) => body['requestId'])).size).toBe(cloud.requests.length)
    expect(cloud.calls.map(({path}) => path)).toContain(
      '/v1/projects/my-project/secrets/stitch-hmac-keys/versions/7:access',
    )
    expect(bus.events.some(({type}) => type === 'http.exchanged')).toBe(true)
  })

  test('does not ask for the secret where keys are given', async () => {
    const cloud = createCloud({refusesSecret: true})
    const {parity} = await verify([direct], cloud, {keys: JSON.stringify({k1: KEY.toString('base64')})})
    expect(parity.verdict).toBe('parity')
    expect(cloud.calls.filter(({api}) => api === 'secretmanager')).toEqual([])
  })

  test('tells another number of reads', async () => {
    const {parity} = await verify([direct], createCloud({documents: 2}))
    expect(parity.verdict).toBe('differences')
    expect(parity.requests[0]!.differences.map(({what}) => what)).toEqual([
      'read products, documents',
      'read products, found',
    ])
  })

  test('tells another bundle, though all requests are the same', async () => {
    const {parity} = await verify([direct], createCloud({label: 'cd'.repeat(20)}))
    expect(parity).toMatchObject({verdict: 'differences', differences: [{what: 'bundle'}]})
  })

  test('tells a database without the fixtures', async () => {
    const answer: Cloud['answer'] = ({requestId}, path) => ({
      status: 200,
      body: {requestId, status: path === '/v1/result' ? 'pending' : 'not_found', kind: 'product', attributes: {}},
    })
    const {parity} = await verify([direct], createCloud({answer}))
    expect(parity).toMatchObject({verdict: 'differences', notSeeded: 1})
  })

  test('does not call it parity where log lines have not arrived', async () => {
    const {parity} = await verify([direct, again], createCloud({tells: 1}))
    expect(parity.verdict).toBe('unverified')
    expect(parity.requests.map(({verdict}) => verdict)).toEqual(['same', 'unknown'])
    expect(parity.requests[1]!.unknown).toBe('its log lines did not arrive within 20 s')
  })

  test('leaves what is asynchronous out unless it is asked for', async () => {
    const {parity} = await verify([direct, later], createCloud({}))
    expect(parity).toMatchObject({verdict: 'parity', skipped: {async: 1}})
  })

  test.each([
    {what: 'no simulation', steps: [], cloud: {}, code: 'STITCH_NOT_SIMULATED'},
    {what: 'nothing deployed', steps: [direct], cloud: {isDeployed: false}, code: 'STITCH_NOT_DEPLOYED'},
    {what: 'nothing that can be fired', steps: [later], cloud: {}, code: 'STITCH_NOTHING_SELECTED'},
    {
      what: 'an endpoint of something else',
      steps: [direct],
      cloud: {answer: () => ({status: 404, body: {hello: 'world'}})},
      code: 'STITCH_NO_ENDPOINT',
    },
    {
      what: "an error of the platform's own",
      steps: [direct],
      cloud: {answer: () => ({status: 501, body: {error: {code: 501, status: 'UNIMPLEMENTED'}}})},
      code: 'STITCH_NO_ENDPOINT',
    },
    {
      what: 'an endpoint that IAM protects',
      steps: [direct],
      cloud: {answer: () => ({status: 403, body: {}})},
      code: 'STITCH_ACCESS_REFUSED',
    },
    {
      what: 'an endpoint with other keys',
      steps: [direct],
      cloud: {answer: () => ({status: 401, body: {error: {code: 'bad_signature'}}})},
      code: 'STITCH_KEYS_REFUSED',
    },
    {
      what: 'a clock that is wrong',
      steps: [direct],
      cloud: {answer: () => ({status: 401, body: {error: {code: 'stale_timestamp'}}})},
      code: 'STITCH_CLOCK_SKEW',
    },
  ])('stops at $what', async ({steps, cloud, code}) => {
    await expect(verify(steps, createCloud(cloud))).rejects.toMatchObject({name: 'StitchError', code})
  })

  test('never quotes a key', async () => {
    const keys = '{"k1": "c2hvcnQ="}'
    const error: unknown = await verify([direct], createCloud({}), {keys}).catch((cause: unknown) => cause)
    expect(error).toMatchObject({code: 'STITCH_KEYS_INVALID', exit: 'deploy'})
    expect(JSON.stringify(error)).not.toContain('c2hvcnQ')
  })
})
