import vm from 'node:vm'
import {expect, test} from 'vitest'
import {guardHost} from '#runtime/sgtm/sandbox/realm/guard-host.ts'

/** An error as another realm throws it: no instance of this one's `Error`. */
const foreign = vm.runInNewContext("new RangeError('elsewhere')") as unknown

function fail(): never {
  throw foreign
}

function caught(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

test('what a function of the host throws becomes an error of the realm, with what the host says of it', () => {
  const {host} = guardHost({now: fail, messageOf: (error: unknown) => (error as Error).message})
  const error = caught(host.now)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({message: 'elsewhere'})
})

test('so it does where the host cannot even say what it was', () => {
  const {host} = guardHost({now: fail, messageOf: fail})
  expect(caught(host.now)).toBeInstanceOf(Error)
  expect(caught(() => host.messageOf())).toBeInstanceOf(Error)
})

test('the way to call off a timer is guarded as well', () => {
  const {host} = guardHost({later: () => fail, messageOf: () => 'no timer'})
  expect(caught(host.later())).toMatchObject({message: 'no timer'})
})

test('an error of the realm, arguments and results pass as they are', () => {
  const own = new TypeError('own')
  const host = {
    add: (a: number, b: number) => a + b,
    max: 5,
    own: () => {
      throw own
    },
    messageOf: () => '',
  }
  const guarded = guardHost(host).host
  expect(caught(guarded.own)).toBe(own)
  expect([guarded.add(1, 2), guarded.max]).toEqual([3, 5])
})
