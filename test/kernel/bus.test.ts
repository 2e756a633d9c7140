import {describe, expect, test} from 'vitest'
import {createBus} from '#runtime/kernel/bus.ts'

const fact = (text: string) => ({type: 'log.line', source: 'test', level: 'info', text}) as const

function frozenBus() {
  let now = 1000
  return createBus({now: () => now++})
}

async function textsOf(bus: ReturnType<typeof createBus>): Promise<string[]> {
  const texts: string[] = []
  for await (const event of bus) if (event.type === 'log.line') texts.push(event.text)
  return texts
}

describe('the bus', () => {
  test('numbers and stamps what is stated', () => {
    const bus = frozenBus()
    bus.emit(fact('a'))
    bus.emit(fact('b'))
    expect(bus.events).toEqual([
      {seq: 0, at: 1000, ...fact('a')},
      {seq: 1, at: 1001, ...fact('b')},
    ])
  })

  test('gives every reader every event, whenever it starts', async () => {
    const bus = frozenBus()
    const early = textsOf(bus)
    bus.emit(fact('a'))
    await Promise.resolve()
    bus.emit(fact('b'))
    const late = textsOf(bus)
    bus.emit(fact('c'))
    bus.close()
    expect(await Promise.all([early, late, textsOf(bus)])).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ])
  })

  test('drops what is stated after it was closed', async () => {
    const bus = frozenBus()
    bus.close()
    bus.emit(fact('late'))
    expect(await textsOf(bus)).toEqual([])
  })

  test('calls a listener at once, in order, from now on, until it stops', () => {
    const bus = frozenBus()
    bus.emit(fact('before'))
    const heard: number[] = []
    const stop = bus.subscribe((event) => heard.push(event.seq))
    bus.emit(fact('a'))
    bus.emit(fact('b'))
    stop()
    bus.emit(fact('after'))
    expect(heard).toEqual([1, 2])
  })

  test('keeps the order for readers when a listener states something itself', async () => {
    const bus = frozenBus()
    bus.subscribe((event) => {
      if (event.type === 'log.line' && event.text === 'a') bus.emit(fact('answer'))
    })
    bus.emit(fact('a'))
    bus.emit(fact('b'))
    bus.close()
    expect(await textsOf(bus)).toEqual(['a', 'answer', 'b'])
    expect(bus.events.map(({seq}) => seq)).toEqual([0, 1, 2])
  })
})
