import {describe, expect, test} from 'vitest'
import {createPatience} from '../../src/runtime/session/patience.ts'

describe('patience with callbacks', () => {
  test('a callback that stays out shortens the next waits, and one that comes restores them', () => {
    const patience = createPatience()
    const first = patience.ms()
    patience.note(false)
    const afterLoss = patience.ms()
    patience.note(true)
    expect(afterLoss).toBeLessThan(first)
    expect(patience.ms()).toBe(first)
  })
})
