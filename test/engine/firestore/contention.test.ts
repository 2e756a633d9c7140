import {describe, expect, test} from 'vitest'
import {createRawService} from './raw-service.ts'
import {ABORTED, begin, commit, numberOf, read, stateOf} from './transaction-calls.ts'

describe('of two transactions in each other’s way', () => {
  test('the younger one waits with its commit, and is ABORTED as soon as the older one has written', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    const [older, younger] = [await begin(service), await begin(service)]
    await read(service, 'c/a', older)
    await read(service, 'c/a', younger)
    const committing = commit(service, {'c/a': 20}, younger)
    expect(await stateOf(committing)).toBe('waiting')
    await commit(service, {'c/a': 10}, older)
    await expect(committing).rejects.toMatchObject(ABORTED)
    const retry = await begin(service, {readWrite: {retryTransaction: younger}})
    expect(await read(service, 'c/a', retry)).toBe(10)
    await commit(service, {'c/a': 30}, retry)
    expect(numberOf(service, 'c/a')).toBe(30)
  })

  test('the younger one is ABORTED at its next read, too, and loses its locks at once', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1, 'c/b': 1})
    const [older, younger] = [await begin(service), await begin(service)]
    await read(service, 'c/a', older)
    for (const path of ['c/a', 'c/b']) await read(service, path, younger)
    const outside = commit(service, {'c/b': 9})
    expect(await stateOf(outside)).toBe('waiting')
    await commit(service, {'c/a': 10}, older)
    await outside
    await expect(read(service, 'c/b', younger)).rejects.toMatchObject(ABORTED)
    await expect(commit(service, {'c/d': 1}, younger)).rejects.toMatchObject(ABORTED)
  })

  test('one that lost and writes nothing has nothing to lose', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    const [older, younger] = [await begin(service), await begin(service)]
    await read(service, 'c/a', older)
    await read(service, 'c/a', younger)
    await commit(service, {'c/a': 2}, older)
    await commit(service, {}, younger)
  })

  test('another attempt has the age of the first: it wins against who came meanwhile', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    const [first, second] = [await begin(service), await begin(service)]
    await read(service, 'c/a', first)
    await read(service, 'c/a', second)
    const third = await begin(service)
    await read(service, 'c/a', third)
    await commit(service, {'c/a': 2}, first)
    const late = await begin(service)
    await read(service, 'c/a', late)
    const retry = await begin(service, {readWrite: {retryTransaction: second}})
    await read(service, 'c/a', retry)
    await commit(service, {'c/a': 3}, retry)
    await expect(commit(service, {'c/a': 4}, late)).rejects.toMatchObject(ABORTED)
  })

  test('no circle of waiting comes about, whoever reads and writes what in which order', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1, 'c/b': 1, 'c/d': 1})
    const [one, two] = [await begin(service), await begin(service)]
    await read(service, 'c/a', one)
    await read(service, 'c/b', two)
    // From outside, waiting for both; and reads of what it is going to write, which would wait for it.
    const outside = commit(service, {'c/a': 5, 'c/b': 5, 'c/d': 5})
    expect(await stateOf(outside)).toBe('waiting')
    await read(service, 'c/b', one)
    await read(service, 'c/d', one)
    await read(service, 'c/a', two)
    const committing = commit(service, {'c/a': 20, 'c/b': 20}, two)
    expect(await stateOf(committing)).toBe('waiting')
    await commit(service, {'c/a': 10, 'c/b': 10}, one)
    await expect(committing).rejects.toMatchObject(ABORTED)
    await outside
    expect(['c/a', 'c/b', 'c/d'].map((path) => numberOf(service, path))).toEqual([5, 5, 5])
  })
})
