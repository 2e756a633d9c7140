import type {CollectionGroup, QueryPartition} from '@google-cloud/firestore'
import {describe, expect, test} from 'vitest'
import {idsOf, useFirestore} from '../../conformance/firestore-client.ts'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'
import {startEmbedded} from './start-embedded.ts'

async function listPartitions(group: CollectionGroup, most: number): Promise<QueryPartition[]> {
  const partitions: QueryPartition[] = []
  for await (const partition of group.getPartitions(most)) partitions.push(partition)
  return partitions
}

describe('partitions of a collection group, through the unmodified client', () => {
  const {newDatabase} = useFirestore(() => startEmbedded())

  test('cover every document once, in parts of about equal size', async () => {
    const db = newDatabase()
    const batch = db.batch()
    for (let n = 0; n < 60; n++) batch.set(db.doc(`${n % 3 === 0 ? 'visits' : `v/${n % 7}/visits`}/d${n}`), {n})
    await batch.commit()
    const group = db.collectionGroup('visits')
    const partitions = await listPartitions(group, 4)
    expect(partitions).toHaveLength(4)
    const parts = await Promise.all(partitions.map((partition) => idsOf(partition.toQuery())))
    expect(parts.map((ids) => ids.length)).toEqual([15, 15, 15, 15])
    expect(parts.flat()).toEqual(await idsOf(group))
  })

  test('are fewer than asked for where there are few documents, and one where there are none', async () => {
    const db = newDatabase()
    await db.doc('c/a').set({})
    await db.doc('c/b').set({})
    expect(await listPartitions(db.collectionGroup('c'), 10)).toHaveLength(2)
    expect(await listPartitions(db.collectionGroup('none'), 10)).toHaveLength(1)
  })
})

describe('PartitionQuery', () => {
  const structuredQuery = {
    from: [{collectionId: 'c', allDescendants: true}],
    orderBy: [{field: {fieldPath: '__name__'}, direction: 'ASCENDING'}],
  }

  test('pages of one answer agree, also when something is written in between', async () => {
    using service = createRawService()
    const writes = Array.from({length: 20}, (_, n) => writeOf(`c/${String(n).padStart(2, '0')}`, {n}))
    await service.call('Commit', {database: DATABASE, writes})
    const request = {parent: ROOT, structuredQuery, partitionCount: 4}
    const namesOf = (page: Record<string, unknown>): string[] =>
      ((page['partitions'] ?? []) as {values: {referenceValue: string}[]}[]).map(
        ({values}) => values[0]!.referenceValue,
      )
    const [whole] = await service.call('PartitionQuery', request)
    expect(namesOf(whole!)).toEqual(['04', '08', '12', '16'].map((id) => `${ROOT}/c/${id}`))
    const [first] = await service.call('PartitionQuery', {...request, pageSize: 3})
    await service.call('Commit', {database: DATABASE, writes: [writeOf('c/00a', {}), writeOf('c/00b', {})]})
    const pageToken = first!['nextPageToken']
    const [second] = await service.call('PartitionQuery', {...request, pageSize: 3, pageToken})
    expect([...namesOf(first!), ...namesOf(second!)]).toEqual(namesOf(whole!))
    expect(second!['nextPageToken'] ?? '').toBe('')
  })

  test.each<[string, object]>([
    ['one without a number of partitions', {partitionCount: 0}],
    ['one below a document', {parent: `${ROOT}/c/a`}],
    ['a single collection', {structuredQuery: {...structuredQuery, from: [{collectionId: 'c'}]}}],
    ['a limit', {structuredQuery: {...structuredQuery, limit: {value: 1}}}],
    ['another order', {structuredQuery: {...structuredQuery, orderBy: [{field: {fieldPath: 'n'}}]}}],
    ['a page token of something else', {pageToken: 'zzz'}],
  ])('refuses %s', async (_, over) => {
    using service = createRawService()
    const request = {parent: ROOT, structuredQuery, partitionCount: 3, ...over}
    await expect(service.call('PartitionQuery', request)).rejects.toMatchObject({code: 3})
  })
})
