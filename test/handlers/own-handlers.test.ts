import {describe, expect, test} from 'vitest'
import type {Handlers} from '#runtime/handlers/handlers-file.ts'
import {HandlersFault, readOwnHandlers} from '#runtime/handlers/own-handlers.ts'
import {StoreError} from '#runtime/handlers/ports.ts'
import {CONFIG, COOKIE, createStage, stable} from './stand-ins/stage.ts'

/** A kind of the project's own beside those of Firestore. */
const config = {
  kinds: {...CONFIG.kinds, offer: {match: '^O-\\d+$', resolver: true, browserLookup: true}},
  destinations: {
    browser: {...CONFIG.destinations.browser, offer: ['title', 'until', 'price.amount']},
    server: {...CONFIG.destinations.server, offer: ['*'], visitor: ['gender', 'tier']},
  },
}
const OFFER = {
  title: 'Two for one',
  until: new Date('2026-06-01T00:00:00Z'),
  price: {amount: 12, cost: 7.5},
  margin: 0.4,
}

/** Both functions with a resolver of offers, unless something else is given. */
function stageWith(own: Handlers, more: object = {}) {
  const offers: Handlers['resolvers'] = {offer: ({id}) => (id === 'O-1' ? OFFER : undefined)}
  return createStage({config: {...config, ...more}, own: {...own, resolvers: own.resolvers ?? offers}})
}

/** Log lines that are no hops. */
function linesOf({lines}: ReturnType<typeof createStage>) {
  return lines.filter((line) => !line['stitch'])
}

describe('a resolver of the project', () => {
  test('answers for its kind, without a read of Firestore, and its answer says so', async () => {
    const stage = stageWith({})
    const {body} = await stage.post({id: 'O-1', destination: 'server'})
    expect(body).toMatchObject({
      status: 'found',
      kind: 'offer',
      attributes: {title: 'Two for one', until: '2026-06-01T00:00:00Z', price: {amount: 12, cost: 7.5}, margin: 0.4},
      meta: {source: 'resolver'},
    })
    expect(stage.memory.calls).toEqual([])
    expect(stage.hops()).toEqual(['resolve offer', 'lookup'])
  })

  test('shows a browser only what its list names', async () => {
    const {body} = await stageWith({}).post({id: 'O-1'})
    expect(body['attributes']).toEqual({title: 'Two for one', until: '2026-06-01T00:00:00Z', price: {amount: 12}})
    expect(JSON.stringify(body)).not.toMatch(/7\.5|margin|cost/)
  })

  test('says which of its attributes were held back', async () => {
    const stage = stageWith({}, {destinations: {...config.destinations, server: {offer: ['title']}}})
    const {body} = await stage.post({id: 'O-1', destination: 'server'})
    expect(body.meta?.['dropped']).toEqual(
      expect.arrayContaining([{attribute: 'margin', reason: 'not on the allow-list'}]),
    )
  })

  test('that finds nothing gives the negative that everything else gives', async () => {
    const stage = stageWith({})
    const {body} = await stage.post({id: 'O-2'})
    expect(stable(body)).toEqual({
      status: 'not_found',
      kind: 'offer',
      attributes: {},
      meta: {source: 'resolver', schema: 1},
    })
  })

  test('is not asked for ids that a browser may not look up, and the answer is the same', async () => {
    const asked: string[] = []
    const kinds = {...config.kinds, offer: {match: '^O-\\d+$', resolver: true}}
    const stage = stageWith({resolvers: {offer: ({id}) => void asked.push(id)}}, {kinds})
    const denied = await stage.post({id: 'O-1'})
    expect(asked).toEqual([])
    expect(stable(denied.body)).toEqual({
      status: 'not_found',
      kind: 'offer',
      attributes: {},
      meta: {source: 'resolver', schema: 1},
    })
  })

  test('is asked once for each id of a batch, whatever else is in it', async () => {
    const asked: string[] = []
    const resolvers: Handlers['resolvers'] = {
      offer: async ({id}) => {
        asked.push(id)
        return id === 'O-9' ? undefined : {title: id}
      },
    }
    const stage = stageWith({resolvers})
    const {body} = await stage.post({ids: ['O-1', 'P-1001', 'O-9', 'O-1', 'O-2', '..']})
    expect(asked.sort()).toEqual(['O-1', 'O-2', 'O-9'])
    expect(body.results?.map(({status, attributes}) => [status, attributes])).toEqual([
      ['found', {title: 'O-1'}],
      ['found', {name: 'Espresso machine', price: 349.5}],
      ['not_found', {}],
      ['found', {title: 'O-1'}],
      ['found', {title: 'O-2'}],
      ['not_found', {}],
    ])
    expect(stage.hops().sort()).toEqual(['lookup', 'read products', 'resolve offer'])
  })

  test('gives the same through Pub/Sub', async () => {
    const stage = stageWith({})
    const sync = await stage.post({id: 'O-1'})
    const {body} = await stage.post({id: 'O-1', mode: 'async'})
    await stage.push()
    const {requestId, pickup} = body
    expect(stable((await stage.result({requestId, pickup})).body)).toEqual(stable(sync.body))
    expect(JSON.parse(stage.sent[0]?.body.toString() ?? '')).toMatchObject({attributes: {margin: 0.4}})
  })
})

describe('a resolver that fails', () => {
  const secret = 'O-4711 of franz@example.com'
  const failing: Handlers['resolvers'] = {
    offer: ({id}) => {
      if (id === 'O-1') return OFFER
      throw Object.assign(new TypeError(secret), {code: 'ECONNRESET'})
    },
  }

  test('degrades its own ids as a failing database does', async () => {
    const stage = stageWith({resolvers: failing})
    const {body, status} = await stage.post({ids: ['O-1', 'O-4711', 'P-1001']})
    expect(status).toBe(200)
    expect(body.results?.map((item) => item.status)).toEqual(['found', 'degraded', 'found'])
    expect((await stage.post({id: 'O-4711', strict: true})).body.error?.code).toBe('store_unavailable')
  })

  test('is told by name and code, beside its request, without what it said', async () => {
    const stage = stageWith({resolvers: failing})
    await stage.post({id: 'O-4711'})
    const [line] = linesOf(stage)
    expect(line).toMatchObject({severity: 'ERROR', message: 'resolve offer failed: TypeError ECONNRESET'})
    expect(String(line?.['logging.googleapis.com/trace'])).toMatch(/^projects\/demo-stitch\/traces\/[0-9a-f]{32}$/)
    expect(JSON.stringify(stage.lines)).not.toMatch(/4711|franz/)
  })

  test('is told in its own words in a simulation', async () => {
    const callback = {baseUrl: 'http://127.0.0.1:1', allowPrivate: true}
    const stage = stageWith({resolvers: failing}, {callback})
    await stage.post({id: 'O-4711'})
    expect(linesOf(stage)[0]?.['message']).toBe('resolve offer failed: TypeError ECONNRESET: [id] of franz@example.com')
  })

  test('by taking too long is not waited for, and hears of it', async () => {
    const {promise, resolve} = Promise.withResolvers<void>()
    const resolvers: Handlers['resolvers'] = {
      offer: async ({signal}) => {
        signal.addEventListener('abort', () => resolve(), {once: true})
        return await new Promise<never>(() => undefined)
      },
    }
    const stage = stageWith({resolvers}, {deadlines: {firestoreMs: 20}})
    const {body} = await stage.post({id: 'O-1', strict: true})
    await promise
    expect(body.error?.code).toBe('deadline')
    expect(stage.lines.find((line) => line['message'] === 'resolve offer')).toMatchObject({
      stitch: {hop: {ok: false, error: 'deadline_exceeded', facts: {ids: 1, found: 0}}},
    })
  })

  test.each([
    {what: 'a text', result: 'x'},
    {what: 'a list', result: [1]},
    {what: 'a function inside', result: {title: {of: () => 1}}},
    {what: 'itself', result: selfish()},
  ])('by returning $what gives nothing of it', async ({result}) => {
    const stage = stageWith({resolvers: {offer: () => result as never}})
    expect((await stage.post({id: 'O-1', destination: 'server'})).body).toMatchObject({
      status: 'degraded',
      attributes: {},
    })
    expect(linesOf(stage)[0]?.['message']).toBe('resolve offer failed: AttributesFault')
  })

  test('makes Pub/Sub deliver again', async () => {
    let works = false
    const resolvers: Handlers['resolvers'] = {
      offer: () => {
        if (!works) throw new StoreError('unavailable')
        return OFFER
      },
    }
    const stage = stageWith({resolvers})
    await stage.post({id: 'O-1', mode: 'async'})
    expect((await stage.push()).status).toBe(503)
    expect(stage.sent).toEqual([])
    works = true
    expect((await stage.push(0, {deliveryAttempt: 2})).status).toBe(204)
    expect(stage.sent).toHaveLength(1)
  })
})

function selfish(): object {
  const value: Record<string, unknown> = {}
  value['self'] = value
  return value
}

describe('an addition to what was read', () => {
  test('is made of the whole document, by the id of the document, and passes the list', async () => {
    const seen: unknown[] = []
    const enrich: Handlers['enrich'] = {
      visitor: ({id, kind, attributes}) => {
        seen.push({id, kind, attributes})
        return {tier: Number(attributes['purchases']) > 10 ? 'gold' : 'silver', secret: 'x'}
      },
    }
    const stage = stageWith({enrich})
    const server = await stage.post({id: 'C-1001', destination: 'server'})
    expect(server.body['attributes']).toEqual({gender: 'f', tier: 'gold'})
    expect(seen).toEqual([
      {
        id: 'v1',
        kind: 'visitor',
        attributes: {
          gender: 'f',
          purchases: 12,
          email: 'franziska@example.com',
          crm: {segment: 'loyal-customers', creditLimit: 5000},
        },
      },
    ])
    const browser = await stage.post({id: COOKIE})
    expect(browser.body['attributes']).toEqual({gender: 'f', purchases: 12, crm: {segment: 'loyal-customers'}})
    expect(stage.memory.calls.map(({method}) => method)).toEqual(['read', 'read', 'read', 'read'])
  })

  test('takes the place of an attribute of the same name, and is made once for a document', async () => {
    let calls = 0
    const enrich: Handlers['enrich'] = {
      product: () => {
        calls++
        return {price: 1, name: undefined}
      },
    }
    const stage = stageWith({enrich})
    const {body} = await stage.post({ids: ['P-1001', 'P-1001', 'P-404']})
    expect(body.results?.map(({attributes}) => attributes)).toEqual([
      {name: 'Espresso machine', price: 1},
      {name: 'Espresso machine', price: 1},
      {},
    ])
    expect(calls).toBe(1)
  })

  test('may follow a resolver', async () => {
    const enrich: Handlers['enrich'] = {offer: ({attributes}) => ({title: `${String(attributes['title'])}, today`})}
    const {body} = await stageWith({enrich}).post({id: 'O-1'})
    expect(body['attributes']).toMatchObject({title: 'Two for one, today'})
  })

  test('that fails degrades the answer: half of it would look like all of it', async () => {
    const enrich: Handlers['enrich'] = {product: () => Promise.reject(new Error('no'))}
    const {body} = await stageWith({enrich}).post({id: 'P-1001'})
    expect(body).toMatchObject({status: 'degraded', attributes: {}})
  })

  test('of no interest leaves the masks of the reads as they are', async () => {
    const stage = stageWith({enrich: {visitor: () => ({tier: 'gold'})}})
    await stage.post({id: 'P-1001'})
    expect(stage.memory.calls[0]?.mask).toEqual(['expireAt', 'suppressed', 'mergedInto', 'name', 'price'])
  })
})

describe('a line of the project', () => {
  test('stands beside the request, without the id', async () => {
    const stage = stageWith({
      resolvers: {
        offer: ({id, log}) => {
          log(`asked for ${id}`)
          log('slow', 'WARNING')
          return undefined
        },
      },
    })
    await stage.post({id: 'O-77'})
    expect(linesOf(stage)).toMatchObject([
      {severity: 'INFO', message: 'asked for [id]'},
      {severity: 'WARNING', message: 'slow'},
    ])
  })
})

describe('what a file exports', () => {
  const kinds = {...CONFIG.kinds, offer: {match: '^O-\\d+$', resolver: true}}
  const read = (exported: unknown) => readOwnHandlers(exported, {kinds} as never)
  const resolvers = {offer: () => undefined}

  test.each([
    {exported: 'x', problem: 'the default export must be an object'},
    {exported: {resolvers, enrichers: {}}, problem: 'the default export has the unknown part enrichers'},
    {exported: {resolvers: {offer: 1}}, problem: 'resolvers.offer must be a function'},
    {
      exported: {resolvers: {...resolvers, order: () => 1}},
      problem: 'resolvers.order is for a kind that does not exist',
    },
    {
      exported: {resolvers: {...resolvers, product: () => 1}},
      problem: 'resolvers.product is for a kind without "resolver": true',
    },
    {exported: {resolvers, enrich: {order: () => 1}}, problem: 'enrich.order is for a kind that does not exist'},
    {exported: {resolvers: {}}, problem: 'resolvers.offer is missing'},
    {exported: {resolvers, enrich: []}, problem: 'enrich must be an object'},
  ])('$problem', ({exported, problem}) => {
    expect(() => read(exported)).toThrow(HandlersFault)
    expect(() => read(exported)).toThrow(problem)
  })

  test('that is nothing changes nothing', () => {
    expect(readOwnHandlers({}, {kinds: {}})).toBe(undefined)
  })
})
