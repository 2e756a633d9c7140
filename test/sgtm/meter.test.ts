import {expect, test} from 'vitest'
import {createMeter} from '#runtime/sgtm/sandbox/realm/meter.ts'

/** A meter on a clock and a heap that stand still until they are moved. */
function open() {
  const machine = {now: 0, heap: 0}
  const meter = createMeter({
    heapUsed: () => machine.heap,
    maxGrowth: 1000,
    maxDepth: 20,
    now: () => machine.now,
  })
  return {machine, meter}
}

test('steps are taken from the run that takes them, also where one run is inside another', () => {
  const {meter} = open()
  const [outer, inner] = [meter.newRun(1000), meter.newRun(1000)]
  meter.enter(outer, () => {
    meter.charge(100)
    meter.enter(inner, () => meter.charge(30))
    meter.charge(5)
  })
  expect([outer.left, inner.left]).toEqual([895, 970])
  expect(meter.current()).toBeUndefined()
})

test('a run that has used up its steps, its memory or its time ends in an error each, and so does what it does next', () => {
  const {machine, meter} = open()
  const ends = (body: () => void, steps = 1_000_000): string => {
    const run = meter.newRun(steps)
    const message = (): string => {
      try {
        meter.enter(run, body)
      } catch (error) {
        return (error as Error).message
      }
      return 'went on'
    }
    const first = message()
    expect(run.left).toBeLessThanOrEqual(0)
    expect(() => meter.enter(run, () => meter.charge(1))).toThrow(/more steps/)
    return first
  }
  expect(ends(() => meter.charge(11), 10)).toMatch(/more steps/)
  machine.heap = 1
  expect(
    ends(() => {
      meter.charge(70_000)
      machine.heap += 1001
      meter.charge(70_000)
    }),
  ).toMatch(/more memory/)
  expect(
    ends(() => {
      machine.now += 5001
      meter.charge(70_000)
    }),
  ).toMatch(/more time/)
})

test('time that another run takes inside does not count', () => {
  const {machine, meter} = open()
  const [outer, inner] = [meter.newRun(1_000_000), meter.newRun(1_000_000)]
  meter.enter(outer, () => {
    machine.now += 10
    meter.enter(inner, () => void (machine.now += 400))
    machine.now += 1
  })
  expect([outer.spent, inner.spent]).toEqual([11, 400])
})

test('a run that holds a long text is looked at more often', () => {
  const {meter} = open()
  const run = meter.newRun(1_000_000)
  meter.enter(run, () => {
    meter.weigh('x'.repeat(262_145))
    expect(meter.f).toBeLessThanOrEqual(256)
  })
  expect(run.left).toBe(1_000_000 - (262_145 >>> 9))
})

test('whoever leaves through an error leaves no depth behind', () => {
  const {meter} = open()
  const run = meter.newRun(1000)
  meter.enter(run, () => {
    meter.d = 3
    expect(() =>
      meter.enter(run, () => {
        meter.d = 17
        throw new Error('x')
      }),
    ).toThrow('x')
    expect(meter.d).toBe(3)
    expect(() => meter.nest(() => meter.nest(() => meter.nest(() => 1)))).toThrow(/too deeply/)
  })
  expect(meter.d).toBe(0)
})

test('code that is called outside of any run is stopped', () => {
  const {meter} = open()
  expect(() => meter.charge(1)).toThrow(/outside its run/)
})
