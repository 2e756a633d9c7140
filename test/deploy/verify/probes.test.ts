import {describe, expect, test} from 'vitest'
import {fillProbe} from '#runtime/deploy/verify/fill.ts'
import {planProbes, type PlanOptions} from '#runtime/deploy/verify/probes.ts'
import {RECORDED_ID, RECORDED_PICKUP, recordRun, type RecordedStep} from './stand-ins/recorded-run.ts'

const options: PlanOptions = {
  side: 'endpoint',
  async: true,
  scenario: undefined,
  hasKey: true,
  tokenKind: () => undefined,
}
const direct: RecordedStep = {step: 'direct', mode: 'sync', reads: [['products', 1]]}
const later: RecordedStep = {step: 'later', mode: 'async', reads: [['products', 1]], picksUp: true}
const refused: RecordedStep = {step: 'refused', mode: 'sync', reads: [], status: 400, forwarded: false}
const large: RecordedStep = {
  ...direct,
  step: 'large',
  forwarded: {id: 'x'.repeat(70_000)},
  body: {id: 'x'.repeat(70_000)},
}
const fromServer: RecordedStep = {...direct, step: 'server', signed: true}
const steps = [direct, later, refused, large, fromServer]

describe('what is fired again', () => {
  test.each([
    {
      what: 'at the function: what the container sent to it',
      with: {},
      fired: ['direct', 'later', 'server'],
      skipped: {container: 1, async: 0, cut: 1, key: 0},
    },
    {
      what: 'without --async: nothing that goes through Pub/Sub',
      with: {async: false},
      fired: ['direct', 'server'],
      skipped: {container: 1, async: 1, cut: 1, key: 0},
    },
    {
      what: 'at a container: also what it answers alone',
      with: {side: 'container' as const},
      fired: ['direct', 'later', 'refused', 'server'],
      skipped: {container: 0, async: 0, cut: 1, key: 0},
    },
    {
      what: 'without a key: only what browsers send',
      with: {side: 'container' as const, hasKey: false},
      fired: ['direct', 'later', 'refused'],
      skipped: {container: 0, async: 0, cut: 1, key: 1},
    },
    {
      what: 'of another scenario: nothing',
      with: {scenario: 'cart'},
      fired: [],
      skipped: {container: 0, async: 0, cut: 0, key: 0},
    },
  ])('$what', ({with: changed, fired, skipped}) => {
    const plan = planProbes(recordRun(steps), {...options, ...changed})
    expect(plan.probes.map(({step}) => step)).toEqual(fired)
    expect(plan.skipped).toEqual(skipped)
  })

  test('each side has its own path, and neither the old signature nor the trace', () => {
    const [atFunction] = planProbes(recordRun([fromServer]), options).probes
    const [atContainer] = planProbes(recordRun([fromServer]), {...options, side: 'container'}).probes
    expect(atFunction).toMatchObject({
      target: '/v1/stitch',
      isSigned: true,
      headers: {'content-type': 'application/json'},
    })
    expect(atContainer).toMatchObject({
      target: '/stitch',
      isSigned: true,
      headers: {'content-type': 'application/json'},
    })
    expect(Object.keys(atFunction!.headers)).toEqual(['content-type'])
  })

  test('an asynchronous one knows its result and the hops without the fetching of it', () => {
    const [probe] = planProbes(recordRun([later]), options).probes
    expect(probe!.recorded.picked).toMatchObject({status: 200, body: {status: 'found'}})
    expect(probe!.recorded.hops.map(({name}) => name)).toEqual([
      'lookup',
      'publish',
      'worker',
      'read products',
      'write requests',
      'callback',
      'write requests',
    ])
  })
})

describe('what goes out', () => {
  const key = {id: 'k1', key: Buffer.alloc(32, 7).toString('base64')}
  const now = Date.UTC(2026, 10, 24, 10)
  const random = () => 'n'.repeat(22)
  const fill = (
    step: RecordedStep,
    replacements: ReadonlyMap<string, string>,
    kind?: 'valid' | 'expired' | 'forged',
  ) => {
    const [probe] = planProbes(recordRun([step]), {...options, tokenKind: () => kind}).probes
    return fillProbe(probe!, {replacements, key, now, random})
  }

  test('has the ids of this run', () => {
    const quoting = {...direct, forwarded: {requestId: RECORDED_ID, pickup: RECORDED_PICKUP}}
    const {body} = fill(
      quoting,
      new Map([
        [RECORDED_ID, 'new-id'],
        [RECORDED_PICKUP, 'new-secret'],
      ]),
    )
    expect(JSON.parse(body)).toEqual({requestId: 'new-id', pickup: 'new-secret'})
  })

  test('is signed over the body that is sent', () => {
    const one = fill(direct, new Map())
    const other = fill(direct, new Map([[RECORDED_ID, 'new-id']]))
    expect(one.headers).toMatchObject({'x-stitch-key': 'k1', 'x-stitch-ts': String(now / 1000)})
    expect(one.headers['x-stitch-sig']).not.toBe(other.headers['x-stitch-sig'])
  })

  test.each([
    {kind: 'valid' as const, expires: now / 1000 + 3600},
    {kind: 'expired' as const, expires: now / 1000 - 3600},
    {kind: 'forged' as const, expires: now / 1000 + 3600},
  ])('has a proof of identity that is $kind again', ({kind, expires}) => {
    const step = {...direct, forwarded: {id: 'C-1', idToken: 'v1.1700000000.abc'}}
    const token = (JSON.parse(fill(step, new Map(), kind).body) as {idToken: string}).idToken
    expect(token.startsWith(`v1.${expires}.`)).toBe(true)
    expect(token === (JSON.parse(fill(step, new Map(), 'valid').body) as {idToken: string}).idToken).toBe(
      kind === 'valid',
    )
  })
})
