import {describe, expect, test} from 'vitest'
import {createRawService, DATABASE, ROOT} from './raw-service.ts'

type Document = {readonly name: string; readonly fields: Record<string, unknown>}

const vector = (...numbers: number[]) => {
  const values = numbers.map((doubleValue) => ({doubleValue}))
  return {mapValue: {fields: {__type__: {stringValue: '__vector__'}, value: {arrayValue: {values}}}}}
}
const STORED = {
  east: vector(1, 0),
  'far east': vector(2, 0),
  north: vector(0, 1),
  nowhere: vector(0, 0),
  'three dimensions': vector(1, 0, 0),
  endless: vector(Infinity, 1),
}

async function findNearest(nearest: object, query: object = {}): Promise<Document[]> {
  using service = createRawService()
  const writes = Object.entries(STORED).map(([id, v]) => ({update: {name: `${ROOT}/c/${id}`, fields: {v}}}))
  await service.call('Commit', {database: DATABASE, writes})
  const findNearest = {
    vectorField: {fieldPath: 'v'},
    queryVector: vector(1, 0),
    distanceMeasure: 'EUCLIDEAN',
    limit: {value: 10},
    ...nearest,
  }
  const structuredQuery = {from: [{collectionId: 'c'}], findNearest, ...query}
  const answers = await service.call('RunQuery', {parent: ROOT, structuredQuery})
  return answers.flatMap(({document}) => (document ? [document as Document] : []))
}

const idsOf = (documents: readonly Document[]): string[] => documents.map(({name}) => name.slice(ROOT.length + 3))

/** As the official emulator 1.19.9 answers. */
describe('the nearest', () => {
  test.each([
    ['EUCLIDEAN', undefined, ['east', 'far east', 'nowhere', 'north', 'endless']],
    ['EUCLIDEAN', 1, ['east', 'far east', 'nowhere']],
    // Infinity by infinity is no number, and neither is the cosine of what has no direction.
    ['COSINE', undefined, ['east', 'far east', 'north', 'endless', 'nowhere']],
    ['COSINE', 2, ['east', 'far east', 'north']],
    ['DOT_PRODUCT', undefined, ['endless', 'far east', 'east', 'north', 'nowhere']],
    ['DOT_PRODUCT', 1, ['endless', 'far east', 'east']],
  ])('by %s within %s', async (distanceMeasure, value, expected) => {
    const threshold = value === undefined ? {} : {distanceThreshold: {value}}
    expect(idsOf(await findNearest({distanceMeasure, ...threshold}))).toEqual(expected)
  })

  test('to nowhere by the dot product begin with what has no product', async () => {
    const found = await findNearest({distanceMeasure: 'DOT_PRODUCT', queryVector: vector(0, 0)})
    expect(idsOf(found)).toEqual(['endless', 'east', 'far east', 'north', 'nowhere'])
  })

  test('carry their distance in a field of that name, whatever the name looks like', async () => {
    const [first] = await findNearest({distanceResultField: 'a.b', limit: {value: 1}})
    expect(Object.keys(first!.fields).toSorted()).toEqual(['a.b', 'v'])
  })

  test.each([
    ['A query limit cannot be used with FindNearest', {}, {limit: {value: 1}}],
    ['A query offset cannot be used with FindNearest', {}, {offset: 1}],
    [
      'A cursor cannot be used with FindNearest',
      {},
      {orderBy: [{field: {fieldPath: 'a'}}], endAt: {values: [{integerValue: 1}]}},
    ],
    ['distanceThreshold must be a finite number.', {distanceThreshold: {value: Infinity}}, {}],
    ["Vector must only contain values of type 'double'", {queryVector: integers()}, {}],
    ['The distanceResultField.property.name "__x__" is reserved.', {distanceResultField: '__x__'}, {}],
  ])('are refused: %s', async (message, nearest, query) => {
    await expect(findNearest(nearest, query)).rejects.toMatchObject({code: 3, message})
  })
})

function integers(): object {
  const fields = {__type__: {stringValue: '__vector__'}, value: {arrayValue: {values: [{integerValue: 1}]}}}
  return {mapValue: {fields}}
}
