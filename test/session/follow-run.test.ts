import {describe, expect, test} from 'vitest'
import {createBus} from '#runtime/kernel/bus.ts'
import type {Lane} from '#runtime/kernel/events.ts'
import {followRun, isAsyncSettled, isSyncSettled} from '#runtime/session/follow-run.ts'

const trace = 'a'.repeat(32)

function begin() {
  let now = 0
  const bus = createBus({now: () => now++})
  const request = {
    type: 'request.started',
    trace,
    scenario: 's',
    step: 'one',
    title: 't',
    method: 'GET',
    path: '/stitch',
    mode: 'async',
  } as const
  bus.emit(request)
  const start = (span: string, lane: Lane, name: string) =>
    bus.emit({type: 'span.started', trace, span, lane, name, start: now})
  const end = (span: string, ok = true) => bus.emit({type: 'span.ended', trace, span, ok, end: now})
  return {bus, start, end, followed: followRun(bus)}
}

const never = new AbortController().signal

describe('following a run', () => {
  test('knows what was stated before it began and after', () => {
    const {followed, start} = begin()
    start('1', 'sgtm', 'request /stitch')
    expect(followed.view().requests.get(trace)?.spans).toHaveLength(1)
  })

  test('waits until a request is as it should be', async () => {
    const {followed, start, end} = begin()
    start('1', 'sgtm', 'request /stitch')
    start('2', 'sgtm', 'forward POST /v1/stitch')
    const settled = followed.settled(trace, isSyncSettled, 10_000, never)
    end('2')
    end('1')
    start('3', 'lookup', 'lookup')
    end('3')
    const request = await settled
    expect(request && isSyncSettled(request)).toBe(true)
  })

  test('gives the request as it is when its time is over, and nothing for one that was never seen', async () => {
    const {followed} = begin()
    expect((await followed.settled(trace, () => false, 1, never))?.trace).toBe(trace)
    expect(await followed.settled('b'.repeat(32), () => true, 1, never)).toBe(undefined)
  })

  test('gives up with the reason of the signal, before and while waiting', async () => {
    const {followed} = begin()
    const stop = new AbortController()
    const waiting = followed.settled(trace, () => false, 10_000, stop.signal)
    const reason = new Error('stopped')
    stop.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(followed.settled(trace, () => false, 10_000, stop.signal)).rejects.toBe(reason)
  })
})

describe('a request is settled', () => {
  test('when every hop has ended and a lookup that was asked has told', () => {
    const {followed, start, end} = begin()
    const isSettled = () => isSyncSettled(followed.view().requests.get(trace)!)
    start('1', 'sgtm', 'forward POST /v1/stitch')
    expect(isSettled()).toBe(false)
    end('1')
    expect(isSettled()).toBe(false)
    start('2', 'lookup', 'lookup')
    end('2')
    expect(isSettled()).toBe(true)
  })

  test('for async, when a delivery to the worker went well; a failed one is followed by another', () => {
    const {followed, start, end} = begin()
    const isSettled = () => isAsyncSettled(followed.view().requests.get(trace)!)
    start('1', 'lookup', 'lookup')
    end('1')
    start('2', 'worker', 'worker')
    end('2', false)
    expect(isSettled()).toBe(false)
    start('3', 'worker', 'worker')
    expect(isSettled()).toBe(false)
    end('3')
    expect(isSettled()).toBe(true)
  })
})
