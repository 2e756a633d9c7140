import {Firestore, GeoPoint, Pipelines, Timestamp} from '@google-cloud/firestore'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Engine} from '#runtime/engine/types.ts'
import {startEmbedded} from '../../start-embedded.ts'

const {
  array,
  arrayFilter,
  constant,
  currentTimestamp,
  equal,
  field,
  greaterThan,
  map,
  nor,
  parent,
  switchOn,
  variable,
} = Pipelines

/** How the unmodified client writes calls down that have more to them than values. */
describe('functions through the client', () => {
  let engine: Engine
  let db: Firestore

  beforeAll(async () => {
    engine = await startEmbedded()
    db = new Firestore({projectId: 'demo-stitch', host: engine.firestoreHost, ssl: false})
    await db.doc('books/dune').set({
      tags: ['politics', 'desert', 'ecology'],
      rating: 4.6,
      none: null,
      at: new Timestamp(1_741_437_296, 123_456_789),
      place: new GeoPoint(59.91, 10.75),
      author: {name: 'Frank Herbert'},
    })
  })

  afterAll(async () => {
    await db.terminate()
    await engine[Symbol.asyncDispose]()
  })

  const select = async (...selections: readonly Pipelines.Selectable[]): Promise<unknown> => {
    const {results} = await db
      .pipeline()
      .collection('books')
      .select({selections: [...selections]})
      .execute()
    return results[0]?.data()
  }

  test('lambdas name their elements', async () => {
    const tags = field('tags')
    const result = await select(
      arrayFilter('tags', 'tag', greaterThan(variable('tag'), 'e')).as('later'),
      tags.arrayTransform('tag', variable('tag').charLength()).as('lengths'),
      tags.arrayTransformWithIndex('tag', 'at', variable('at').multiply(10)).as('tens'),
    )
    expect(result).toEqual({later: ['politics', 'ecology'], lengths: [8, 6, 7], tens: [0, 10, 20]})
  })

  test('arrays and maps are made of expressions', async () => {
    const result = await select(
      array([1, field('rating'), field('gone')]).as('list'),
      map({rating: field('rating'), gone: field('gone'), nested: {two: 2}}).as('map'),
      field('tags')
        .arrayContainsAny(['desert', field('gone')])
        .as('has'),
      field('rating').equalAny([4.6, 1]).as('is'),
    )
    expect(result).toEqual({list: [1, 4.6, null], map: {rating: 4.6, nested: {two: 2}}, has: true, is: true})
  })

  test('conditions choose, and what is not there is replaced', async () => {
    const result = await select(
      switchOn(equal('rating', 1), constant('bad'), equal('rating', 4.6), constant('good')).as('word'),
      nor(equal('rating', 1), equal('rating', 2)).as('neither'),
      field('none').ifNull('null').as('null'),
      field('gone').ifAbsent(field('rating')).as('absent'),
      field('rating').divide(constant('x')).ifError('error').as('error'),
      field('gone').as('left out'),
    )
    expect(result).toEqual({word: 'good', neither: true, null: 'null', absent: 4.6, error: 'error'})
  })

  test('times have units and zones, and places distances', async () => {
    const result = (await select(
      field('at').timestampExtract('hour', 'America/Los_Angeles').as('hour'),
      field('at').timestampTruncate('week(monday)').as('week'),
      field('at').timestampAdd('day', 1).timestampDiff(field('at'), 'hour').as('difference'),
      field('place').geoDistance(new GeoPoint(59.91, 10.75)).as('distance'),
      currentTimestamp().as('now'),
    )) as Record<string, unknown>
    expect(result).toMatchObject({hour: 4, week: new Timestamp(1_740_960_000, 0), difference: 24, distance: 0})
    expect(result['now']).toBeInstanceOf(Timestamp)
  })

  test('references and fields of maps are reached', async () => {
    const result = await select(
      parent(db.doc('books/dune/chapters/one')).documentId().as('parent'),
      field('__name__').collectionId().as('collection'),
      field('author').getField('name').as('author'),
    )
    expect(result).toEqual({parent: 'dune', collection: 'books', author: 'Frank Herbert'})
  })

  test('an error that nobody catches ends the pipeline', async () => {
    await expect(select(field('tags').arraySlice(1, -1).as('slice'))).rejects.toMatchObject({
      code: 3,
      details: expect.stringContaining('length must be non-negative'),
    })
    await expect(select(switchOn(equal('rating', 1), constant('one')).as('word'))).rejects.toThrow(
      'all switch cases evaluate to false',
    )
  })

  test('aggregates are of values, and of all rows', async () => {
    const {results} = await db
      .pipeline()
      .collection('books')
      .aggregate(
        Pipelines.countAll().as('all'),
        field('rating').average().as('average'),
        field('gone').sum().as('sum'),
        field('rating').greaterThan(4).countIf().as('good'),
        field('gone').arrayAgg().as('list'),
      )
      .execute()
    expect(results[0]?.data()).toEqual({all: 1, average: 4.6, sum: null, good: 1, list: [null]})
  })
})
