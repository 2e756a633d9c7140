import {describe, expect, it} from 'vitest'
import {allChecks, applyEvent, emptyView, foldEvents} from '#runtime/trace/fold.ts'
import {tellFailed, tellPassed, tellStopped} from '../goldens/runs.ts'
import {known, late, tellRequest} from '../goldens/requests.ts'
import {createTeller, tellHop, tellStart} from '../goldens/story.ts'

describe('the fold of a log', () => {
  it('counts checks of requests and of the run', () => {
    const view = foldEvents(tellPassed())
    expect([view.passed, view.failed]).toEqual([8, 0])
    expect(view.checks.map((check) => check.check)).toEqual(['GET and POST are answered alike'])
    expect(allChecks(view).map((check) => check.seq)).toEqual(
      allChecks(view)
        .map((check) => check.seq)
        .toSorted((a, b) => a - b),
    )
  })

  it('knows the state of every request', () => {
    expect([...foldEvents(tellPassed()).requests].map((request) => request.state)).toEqual([
      'passed',
      'passed',
      'passed',
    ])
    expect([...foldEvents(tellFailed()).requests].map((request) => request.state)).toEqual(['failed', 'passed'])
  })

  it('is running until the request has ended, however many spans have', () => {
    const events = tellPassed()
    const end = events.findIndex((event) => event.type === 'request.ended')
    expect(foldEvents(events.slice(0, end)).requests.get(known.trace)?.state).toBe('running')
    expect(foldEvents(events.slice(0, end + 1)).requests.get(known.trace)?.state).toBe('passed')
  })

  it('leaves an earlier view as it was', () => {
    const events = tellPassed()
    const half = foldEvents(events.slice(0, 40))
    const before = JSON.stringify([...half.requests])
    const left = events.slice(40).reduce(applyEvent, half)
    expect(JSON.stringify([...half.requests])).toBe(before)
    expect(left.requests.size).toBe(3)
  })

  it('grows from one view into two that know nothing of each other', () => {
    const one = createTeller()
    tellRequest(one, known)
    const other = createTeller()
    tellRequest(other, late)
    const [left, right] = [one, other].map(({events}) => events.reduce(applyEvent, emptyView))
    expect([...(left?.requests ?? [])].map((request) => request.trace)).toEqual([known.trace])
    expect(right?.requests.get(late.trace)?.trace).toBe(late.trace)
    expect(right?.requests.get(known.trace)).toBeUndefined()
  })

  it('keeps thousands of requests in the order of their start', () => {
    const teller = createTeller()
    const traces = Array.from({length: 1000}, (_, index) => index.toString(16).padStart(32, '0'))
    for (const trace of traces) tellRequest(teller, {...known, trace, hops: known.hops.slice(0, 1)})
    const view = foldEvents(teller.events)
    expect([...view.requests].map((request) => request.trace)).toEqual(traces)
    expect(view.requests.get(traces[777]!)?.checks).toHaveLength(3)
  })

  it('counts facts that come after the request has ended', () => {
    const teller = createTeller()
    tellRequest(teller, known)
    tellHop(teller, known.trace, {id: 'f1', parent: 'a2', lane: 'tag', name: 'tag Late', from: 1050, to: 1060})
    const request = foldEvents(teller.events).requests.get(known.trace)
    expect(request?.spans.map((span) => span.name)).toContain('tag Late')
    expect(request?.state).toBe('passed')
  })

  it('counts deliveries', () => {
    expect(foldEvents(tellPassed()).requests.get(late.trace)?.deliveries).toBe(2)
    expect(foldEvents(tellPassed()).requests.get(known.trace)?.deliveries).toBe(0)
  })

  it('puts a line with a trace to its request and the others to the run', () => {
    const view = foldEvents(tellPassed())
    expect(view.requests.get(late.trace)?.logs).toHaveLength(1)
    expect(view.logs).toHaveLength(0)
    expect(foldEvents(tellFailed()).logs).toHaveLength(1)
  })

  it('knows stages, seed and verdict', () => {
    const view = foldEvents(tellPassed())
    expect(view.stages.map(({stage, state}) => `${stage} ${state}`)).toEqual([
      'engine stopped',
      'seed ready',
      'functions stopped',
      'sgtm stopped',
      'traffic ready',
    ])
    expect(view.seed).toEqual({done: 28, total: 28})
    expect(view.verdict?.exit).toBe(0)
    expect(foldEvents(tellStopped()).verdict?.error?.code).toBe('STITCH_ENGINE_MISSING')
  })

  it('shows the newest run where one log has several', () => {
    const teller = createTeller()
    tellStart(teller, true)
    tellRequest(teller, known)
    tellStart(teller, true)
    const view = foldEvents(teller.events)
    expect([view.requests.size, view.passed, view.stages.length]).toEqual([0, 0, 5])
  })
})

describe('a request that nobody announced', () => {
  const hops = [
    {id: 'a2', lane: 'sgtm', name: 'request /stitch', from: 10, to: 30, facts: {status: 200}},
    {id: 'a4', parent: 'a2', lane: 'lookup', name: 'lookup', from: 12, to: 28},
    {id: 'a5', parent: 'a4', lane: 'pubsub', name: 'publish', from: 14, to: 20},
  ] as const

  it('takes its path, status and state from its outermost hop', () => {
    const teller = createTeller()
    for (const hop of hops.slice(0, 2)) tellHop(teller, known.trace, hop)
    const request = foldEvents(teller.events).requests.get(known.trace)
    expect(request).toMatchObject({adopted: true, path: '/stitch', status: 200, state: 'passed', mode: 'sync'})
  })

  it('runs on until its message was delivered well', () => {
    const teller = createTeller()
    for (const hop of hops) tellHop(teller, known.trace, hop)
    expect(foldEvents(teller.events).requests.get(known.trace)).toMatchObject({mode: 'async', state: 'running'})
    tellHop(teller, known.trace, {id: 'a6', parent: 'a5', lane: 'pubsub', name: 'delivery 1', from: 40, to: 50})
    expect(foldEvents(teller.events).requests.get(known.trace)?.state).toBe('passed')
  })
})
