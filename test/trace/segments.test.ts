import {describe, expect, it} from 'vitest'
import {foldEvents} from '#runtime/trace/fold.ts'
import {hopNames, missingHops} from '#runtime/trace/hops.ts'
import {segmentsOf} from '#runtime/trace/segments.ts'
import type {RequestView} from '#runtime/trace/view.ts'
import {tellPassed} from '../goldens/runs.ts'
import {known, late} from '../goldens/requests.ts'
import {createTeller, MORNING, tellHop} from '../goldens/story.ts'
import type {Hop} from '../goldens/story.ts'

const lateRequest = foldEvents(tellPassed()).requests.get(late.trace)!

function requestOf(hops: readonly Hop[]): RequestView {
  const teller = createTeller()
  const {trace} = known
  teller.at(0)({
    type: 'request.started',
    trace,
    scenario: 's',
    step: 't',
    title: '',
    method: 'GET',
    path: '/',
    mode: 'async',
  })
  for (const hop of hops) tellHop(teller, trace, hop)
  return foldEvents(teller.events).requests.get(trace)!
}

const publish = {id: 'a1', lane: 'pubsub', name: 'publish', from: 10, to: 20} as const
const delivery = {id: 'a2', parent: 'a1', lane: 'pubsub', name: 'delivery 1', from: 25, to: 30} as const

describe('waits in Pub/Sub', () => {
  it('lie between the publish and the first delivery, and between deliveries', () => {
    const waits = segmentsOf(lateRequest).filter((segment) => segment.kind === 'wait')
    expect(waits.map(({name, start, end}) => [name, Math.round((start - MORNING) * 10) / 10, end - MORNING])).toEqual([
      ['wait in Pub/Sub', 1116.8, 1138],
      ['back-off', 1161, 1262],
    ])
  })

  it('have no length where the publisher learned of its success after the delivery', () => {
    const [, wait] = segmentsOf(requestOf([{...publish, to: 27}, delivery]))
    expect(wait).toMatchObject({kind: 'wait', start: MORNING + 25, end: MORNING + 25})
  })

  it('are open while nothing was delivered', () => {
    const wait = segmentsOf(requestOf([publish]), MORNING + 90).at(-1)
    expect(wait).toMatchObject({name: 'wait in Pub/Sub', start: MORNING + 20, end: MORNING + 90, open: true})
  })

  it('are a back-off while a failed delivery was not repeated', () => {
    const wait = segmentsOf(requestOf([publish, {...delivery, ok: false}]), MORNING + 90).at(-1)
    expect(wait).toMatchObject({name: 'back-off', start: MORNING + 30, open: true})
  })

  it('are not told apart by the order in which two messages are delivered', () => {
    const second = {...publish, id: 'b1', from: 11, to: 21}
    const names = segmentsOf(
      requestOf([publish, second, {...delivery, id: 'b2', parent: 'b1'}, {...delivery, from: 26}]),
    )
    expect(names.filter((segment) => segment.kind === 'wait').map(({start}) => start - MORNING)).toEqual([21, 20])
  })
})

describe('the tree of hops', () => {
  it('begins a delivery anew, one step in', () => {
    const depths = Object.fromEntries(segmentsOf(lateRequest).map(({name, depth}) => [name, depth]))
    expect(depths).toMatchObject({'POST /stitch': 0, publish: 4, 'delivery 2': 1, callback: 3, 'tag Vendor sample': 6})
  })

  it('puts a hop whose parent is not known yet below the hop that was at work', () => {
    const request = requestOf([
      {...delivery, to: undefined} as unknown as Hop,
      {id: 'c1', parent: 'ff', lane: 'firestore', name: 'read visitors', from: 26, to: 28},
    ])
    expect(segmentsOf(request).map(({name, depth}) => [name, depth])).toEqual([
      ['delivery 1', 1],
      ['read visitors', 2],
    ])
  })

  it('ends even where spans name each other as parents', () => {
    const request = requestOf([
      {...publish, parent: 'a2'},
      {...publish, id: 'a2', parent: 'a1'},
    ])
    expect(segmentsOf(request)).toBeDefined()
  })
})

describe('hops by name', () => {
  it('are the words of the wire', () => {
    expect(hopNames(lateRequest).join(', ')).toBe(
      'client, sgtm, forward, lookup, publish, wait, delivery 1, worker, back-off, delivery 2, worker, firestore, ' +
        'firestore, callback, sgtm, container, tag Vendor sample, vendor',
    )
  })

  it.each([
    [['client', 'sgtm', 'lookup', 'publish', 'wait', 'delivery 1', 'worker', 'callback', 'container'], []],
    [['read scriptRuns', 'tag', 'POST vendor.example/collect'], []],
    [['pubsub', 'pubsub'], []],
    [['worker', 'lookup'], ['lookup']],
    [
      ['delivery 3', 'vendor'],
      ['delivery 3', 'vendor'],
    ],
  ])('%j leaves %j unmade', (expected, missing) => {
    expect(missingHops(lateRequest, expected)).toEqual(missing)
  })
})
