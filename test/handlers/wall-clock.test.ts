import {expect, test} from 'vitest'
import {createWallClock} from '#runtime/handlers/wall-clock.ts'

test('time has fractions and follows the wall clock when that was set', () => {
  let [wall, monotonic] = [1000, 0]
  const clock = createWallClock(
    () => wall,
    () => monotonic,
  )
  ;[wall, monotonic] = [1001, 1.25]
  expect(clock.now()).toBe(1001.25)
  ;[wall, monotonic] = [61_002, 2.5]
  expect(clock.now()).toBe(61_002)
  ;[wall, monotonic] = [61_003, 3.75]
  expect(clock.now()).toBe(61_003.25)
})
