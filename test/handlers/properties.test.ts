import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {COOKIE, createStage, DOCUMENTS, identity, RUN, stable, type Answer} from './stand-ins/stage.ts'
import {toFields} from './stand-ins/memory.ts'

const documents = {
  ...DOCUMENTS,
  'specimens/T-1': toFields({
    value: {a: [1, {b: 'deep text'}], c: 9007199254740993n, d: null},
    other: 'hidden text',
    at: new Date(0),
  }),
  'products/P-9': toFields({name: 'Suppressed kettle', suppressed: true}),
  ...identity('cookie', `ck_${'1'.repeat(32)}`, {visitorId: 'v1', shared: true}),
}

const known = fc.constantFrom(
  COOKIE,
  `ck_${'1'.repeat(32)}`,
  `ck_${'2'.repeat(32)}`,
  'C-1001',
  'P-1001',
  'P-9',
  'P-none',
  'B-1',
  'T-1',
  RUN,
)
/** Every kind of text, so also what is no id, save what `ids=a,b` cannot say. */
const anyId = fc.oneof(
  {weight: 3, arbitrary: known},
  fc.string({unit: 'grapheme', maxLength: 20}),
  fc.string({unit: 'binary', maxLength: 20}).map((text) => `P-${text}`),
)
const fields = fc.array(
  fc.constantFrom(
    'name',
    'price',
    'profitMargin',
    'cost',
    'crm',
    'crm.segment',
    'gender',
    'value',
    'value.a',
    'other',
    'text',
    'nothing',
  ),
  {minLength: 1, maxLength: 4},
)
const request = fc.record(
  {
    id: anyId,
    fields,
    kind: fc.constantFrom('product', 'visitor', 'note', 'specimen', 'nobody'),
    destination: fc.constantFrom('browser', 'server'),
    types: fc.constantFrom(0, 1),
    eventAttributes: fc.boolean(),
    strict: fc.boolean(),
  },
  {requiredKeys: ['id']},
)

describe('for every request', () => {
  test('GET is POST', async () => {
    const stage = createStage({documents})
    const check = fc.asyncProperty(request, async (body) => {
      const query = Object.entries(body)
        .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
        .join('&')
      const [post, get] = [await stage.post(body), await stage.get(query)]
      expect([get.status, stable(get.body)]).toEqual([post.status, stable(post.body)])
    })
    await fc.assert(check, {numRuns: 300})
  })

  test('a batch is its requests one by one', async () => {
    const stage = createStage({documents})
    const check = fc.asyncProperty(
      fc.array(anyId, {minLength: 1, maxLength: 6}),
      request,
      async (ids, {id: _id, strict: _strict, ...rest}) => {
        const {body} = await stage.post({...rest, ids})
        const singles = await Promise.all(ids.map(async (id) => (await stage.post({...rest, id})).body))
        for (const [index, single] of singles.entries()) {
          const item: Answer | undefined = body.results?.[index]
          if (!body.results) expect(single.error?.code).toBe(body.error?.code)
          else if (single.error) expect(item?.error).toEqual(single.error)
          else expect(stable(item!)).toEqual(stable(single))
        }
      },
    )
    await fc.assert(check, {numRuns: 200})
  })

  test('the asynchronous result is the synchronous one', async () => {
    const check = fc.asyncProperty(request, async (body) => {
      const stage = createStage({documents})
      const {strict: _strict, eventAttributes: _event, ...asked} = body
      const sync = await stage.post({...asked, destination: 'browser'})
      const accepted = await stage.post({...asked, destination: 'browser', mode: 'async'})
      expect(accepted.body.error).toEqual(sync.body.error)
      if (accepted.status !== 202) return
      await stage.push()
      const {requestId, pickup} = accepted.body
      expect(stable((await stage.result({requestId, pickup})).body)).toEqual(stable(sync.body))
      expect(stage.sent).toHaveLength(1)
    })
    await fc.assert(check, {numRuns: 200})
  })

  test('a browser sees nothing beyond its list, and reads are at most two', async () => {
    const check = fc.asyncProperty(request, async (body) => {
      const stage = createStage({documents})
      const {body: answer} = await stage.post({...body, destination: 'browser', eventAttributes: false})
      expect(JSON.stringify(answer)).not.toMatch(
        /profitMargin|39\.9|cost|creditLimit|example\.com|hidden text|nobody may/,
      )
      expect(stage.memory.calls.length).toBeLessThanOrEqual(2)
    })
    await fc.assert(check, {numRuns: 300})
  })

  test('no raw value gets into a log line', async () => {
    const value = fc.string({unit: fc.constantFrom('q', 'x', 'z', 'j', 'k', 'v', 'w'), minLength: 6, maxLength: 20})
    const check = fc.asyncProperty(
      value,
      value,
      value,
      fc.constantFrom('sync', 'async'),
      fc.boolean(),
      async (id, attribute, field, mode, isServer) => {
        const stage = createStage({
          documents: {
            ...DOCUMENTS,
            [`products/P-${id}`]: toFields({name: attribute, profitMargin: attribute}),
            [`specimens/T-${id}`]: toFields({value: {deep: [attribute]}, other: attribute}),
            ...identity('email', `${id}@example.com`, {visitorId: 'v1'}),
          },
        })
        const destination = isServer ? 'server' : 'browser'
        const bodies = [
          {id: `P-${id}`, fields: ['name', field, `${field}.x`]},
          {id: `T-${id}`},
          {id: `${id}@example.com`, idToken: `v1.1.${id}`, preview: field, origin: field},
          {id, kind: 'note'},
          {id, kind: field},
          {ids: [id, `P-${id}`, `${id}/x`]},
          {requestId: id, id},
          {id: `P-${id}`, mode: id},
        ]
        for (const body of bodies) {
          await stage.post({mode, destination, ...body})
          await stage.get(`id=${id}&mode=${mode}&${field}=${attribute}`)
        }
        await stage.result({requestId: id, pickup: attribute})
        for (const index of stage.topic.messages.keys()) await stage.push(index)
        const log = JSON.stringify(stage.lines)
        expect(stage.lines.length).toBeGreaterThan(bodies.length)
        for (const secret of [id, attribute, field, 'franziska@example.com']) expect(log).not.toContain(secret)
      },
    )
    await fc.assert(check, {numRuns: 100})
  })
})
