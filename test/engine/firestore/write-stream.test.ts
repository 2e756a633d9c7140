import {describe, expect, test} from 'vitest'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'
import type {Answer, RawStream} from './raw-service.ts'

async function open(stream: RawStream, more: object = {}): Promise<Answer> {
  stream.send({database: DATABASE, ...more})
  return (await stream.next())!
}

describe('a Write stream', () => {
  test('applies each request by itself, in order, and answers with results and a token', async () => {
    using service = createRawService()
    using stream = service.open('Write')
    const {streamId, streamToken} = await open(stream)
    expect(streamId).toMatch(/./)
    stream.send({streamToken, writes: [writeOf('c/a', {n: 1}), writeOf('c/b', {n: 2})]})
    const first = (await stream.next())!
    expect(first['writeResults']).toHaveLength(2)
    expect(first['commitTime']).toBeDefined()
    stream.send({
      streamToken: first['streamToken'],
      writes: [
        writeOf('c/a', {}, {updateMask: {}, updateTransforms: [{fieldPath: 'n', increment: {integerValue: 4}}]}),
      ],
    })
    expect((await stream.next())!['writeResults']).toMatchObject([{transformResults: [{integerValue: '5'}]}])
    stream.end()
    expect(await stream.next()).toBeUndefined()
  })

  test('answers an empty request with a token only', async () => {
    using service = createRawService()
    using stream = service.open('Write')
    const {streamToken} = await open(stream)
    stream.send({streamToken})
    expect(Object.keys((await stream.next())!)).toEqual(['streamToken'])
  })

  test('ends with the status of the first refusal, and writes nothing of that request', async () => {
    using service = createRawService()
    using stream = service.open('Write')
    const {streamToken} = await open(stream)
    stream.send({
      streamToken,
      writes: [writeOf('c/a', {n: 1}), writeOf('c/none', {n: 1}, {currentDocument: {exists: true}})],
    })
    await expect(stream.next()).rejects.toMatchObject({code: 5})
    expect(service.store.get(`${ROOT}/c/a`)).toBeUndefined()
  })

  test('resumed after a break gives the answers that were lost, and writes nothing twice', async () => {
    using service = createRawService()
    let opened: Answer
    {
      using stream = service.open('Write')
      opened = await open(stream)
      stream.send({streamToken: opened['streamToken'], writes: [writeOf('c/a', {n: 1})]})
      await stream.next()
    }
    using again = service.open('Write')
    const lost = await open(again, {streamId: opened['streamId'], streamToken: opened['streamToken']})
    expect(lost['writeResults']).toHaveLength(1)
    const upToDate = (await again.next())!
    expect(upToDate['streamToken']).toEqual(lost['streamToken'])
    again.send({streamToken: upToDate['streamToken'], writes: [writeOf('c/b', {n: 1})]})
    expect((await again.next())!['writeResults']).toHaveLength(1)
  })

  test.each<[string, object, object]>([
    ['a first request with writes', {writes: [writeOf('c/a', {n: 1})]}, {}],
    ['a stream nobody opened', {streamId: 'none', streamToken: Buffer.alloc(8)}, {}],
    ['a token of another stream', {}, {streamToken: Buffer.from('someone')}],
    ['a document of another database', {}, {writes: [{delete: 'projects/p/databases/other/documents/c/a'}]}],
  ])('refuses %s', async (_, first, second) => {
    using service = createRawService()
    using stream = service.open('Write')
    stream.send({database: DATABASE, ...first})
    stream.send(second)
    const both = (async () => [await stream.next(), await stream.next()])()
    await expect(both).rejects.toMatchObject({code: 3})
  })
})
