import {describe, expect, test} from 'vitest'
import {allOrNone} from '#runtime/session/all-or-none.ts'

/** Something that is started and, it may be, closed. */
function startable(name: string, closed: string[]) {
  return {name, [Symbol.asyncDispose]: async () => void closed.push(name)}
}

describe('starting several things at once', () => {
  test('gives all of them, in order, and closes none', async () => {
    const closed: string[] = []
    const [a, b] = await allOrNone(
      [Promise.resolve(startable('a', closed)), Promise.resolve(startable('b', closed))],
      () => closed.push('gave up'),
    )
    expect([a.name, b.name, ...closed]).toEqual(['a', 'b'])
  })

  test('closes those that started, also later ones, when one fails, and tells the others at once', async () => {
    const closed: string[] = []
    const late = Promise.withResolvers<ReturnType<typeof startable>>()
    const reasons: unknown[] = []
    const trouble = new Error('port taken')
    const starting = allOrNone(
      [Promise.resolve(startable('early', closed)), late.promise, Promise.reject(trouble)],
      (reason) => {
        reasons.push(reason)
        late.resolve(startable('late', closed))
      },
    )
    await expect(starting).rejects.toBe(trouble)
    expect(reasons).toEqual([trouble])
    expect(closed).toEqual(['early', 'late'])
  })

  test('throws the first error, not what giving up does to the others', async () => {
    const other = Promise.withResolvers<AsyncDisposable>()
    const first = new Error('first')
    await expect(
      allOrNone([other.promise, Promise.reject(first)], () => other.reject(new Error('aborted'))),
    ).rejects.toBe(first)
  })

  test('throws that error also where closing fails', async () => {
    const first = new Error('first')
    const stubborn = {
      [Symbol.asyncDispose]: async () => {
        throw new Error('stubborn')
      },
    }
    await expect(allOrNone([Promise.resolve(stubborn), Promise.reject(first)], () => undefined)).rejects.toBe(first)
  })
})
