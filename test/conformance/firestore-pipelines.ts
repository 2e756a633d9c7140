import {Filter} from '@google-cloud/firestore'
import type {CollectionReference, Firestore} from '@google-cloud/firestore'
import {
  and,
  average,
  constant,
  countAll,
  currentDocument,
  descending,
  documentId,
  field,
  map,
  not,
  or,
  subcollection,
  sum,
  variable,
} from '@google-cloud/firestore/pipelines'
import type {Pipelines} from '@google-cloud/firestore'
import {describe, expect, test} from 'vitest'
import type {FirestoreClients} from './firestore-client.ts'

const SHOPS = {
  a: {city: 'Berlin', sold: 5, tags: ['x', 'y'], place: {zip: 1}},
  b: {city: 'Paris', sold: 2, tags: []},
  c: {city: 'Berlin', sold: 3, tags: ['y']},
  d: {city: 'Paris'},
}

async function fill(db: Firestore): Promise<CollectionReference> {
  const batch = db.batch()
  for (const [id, data] of Object.entries(SHOPS)) batch.set(db.doc(`shops/${id}`), data)
  await batch.commit()
  return db.collection('shops')
}

const dataOf = async (pipeline: Pipelines.Pipeline) => (await pipeline.execute()).results.map((each) => each.data())
const idsOf = async (pipeline: Pipelines.Pipeline) => (await pipeline.execute()).results.map(({id}) => id)

/** Pipelines. Google's emulator answers them with UNKNOWN, so this is for other engines. */
export function describePipelines({newDatabase}: FirestoreClients): void {
  describe('pipelines: sources', () => {
    test('a collection comes in the order of its names, with names and times', async () => {
      const db = newDatabase()
      await fill(db)
      const {results, executionTime} = await db.pipeline().collection('shops').execute()
      expect(results.map(({id}) => id)).toEqual(['a', 'b', 'c', 'd'])
      expect(results.map((each) => each.data())).toEqual(Object.values(SHOPS))
      const read = await db.doc('shops/a').get()
      expect(results[0]!.ref!.path).toBe('shops/a')
      expect(results[0]!.createTime!.isEqual(read.createTime!)).toBe(true)
      expect(results[0]!.updateTime!.isEqual(read.updateTime!)).toBe(true)
      expect(executionTime.toMillis()).toBeGreaterThanOrEqual(read.createTime!.toMillis())
    })

    test('collection groups, whole databases, given documents and literals', async () => {
      const db = newDatabase()
      await fill(db)
      await db.doc('shops/b/parts/p').set({n: 2})
      await db.doc('shops/a/parts/q').set({n: 1})
      expect(await idsOf(db.pipeline().collectionGroup('parts'))).toEqual(['q', 'p'])
      expect(await idsOf(db.pipeline().database().where(field('n').greaterThan(1)))).toEqual(['p'])
      expect(await idsOf(db.pipeline().documents(['shops/c', 'shops/none', 'shops/a']))).toEqual(['c', 'a'])
      const literals = db.pipeline().literals([{n: 1, twice: constant(1).multiply(2)}, {n: {deep: [1]}}])
      expect(await dataOf(literals)).toEqual([{n: 1, twice: 2}, {n: {deep: [1]}}])
    })

    test('a query becomes a pipeline with the same results', async () => {
      const db = newDatabase()
      const shops = await fill(db)
      const query = shops
        .where(Filter.or(Filter.where('city', '==', 'Berlin'), Filter.where('sold', '<', 3)))
        .orderBy('sold', 'desc')
        .limit(2)
      const {docs} = await query.get()
      expect(docs.map(({id}) => id)).toEqual(['a', 'c'])
      expect(await idsOf(db.pipeline().createFrom(query))).toEqual(['a', 'c'])
    })
  })

  describe('pipelines: stages', () => {
    test('where, sort, offset and limit follow one another in the order in which they are given', async () => {
      const db = newDatabase()
      await fill(db)
      const shops = () => db.pipeline().collection('shops')
      const sorted = shops().where(field('sold').exists()).sort(field('sold').descending())
      expect(await idsOf(sorted)).toEqual(['a', 'c', 'b'])
      expect(await idsOf(sorted.offset(1).limit(1))).toEqual(['c'])
      expect(await idsOf(shops().limit(2).where(field('city').equal('Paris')))).toEqual(['b'])
      expect(await idsOf(shops().where(not(field('sold').exists())))).toEqual(['d'])
      // What is not there sorts before everything else; ties stay in the order of the names.
      expect(await idsOf(shops().sort(field('sold').ascending()))).toEqual(['d', 'b', 'c', 'a'])
      expect(await idsOf(shops().sort(field('city').ascending()))).toEqual(['a', 'c', 'b', 'd'])
    })

    test('results have only what was asked for, names included', async () => {
      const db = newDatabase()
      await fill(db)
      const first = () => db.pipeline().collection('shops').limit(1)
      const [bare] = (await first().select('city', field('place.zip')).execute()).results
      expect(bare!.data()).toEqual({city: 'Berlin', place: {zip: 1}})
      expect([bare!.ref, bare!.createTime, bare!.updateTime]).toEqual([undefined, undefined, undefined])
      const [named] = (await first().select('city', '__name__').execute()).results
      expect([named!.data(), named!.id]).toEqual([{city: 'Berlin'}, 'a'])
      const times = db
        .pipeline()
        .collection('shops')
        .where(field('__create_time__').equal(field('__update_time__')))
      expect(await dataOf(times.select(documentId(field('__path__')).as('none'), '__update_time__').limit(1))).toEqual([
        {none: null},
      ])
      const added = first().addFields(constant(2).as('place.floor'), field('missing').as('more'))
      expect((await dataOf(added))[0]).toEqual({...SHOPS.a, place: {zip: 1, floor: 2}})
      const removed = first().removeFields('tags', 'place.zip', 'missing')
      expect((await dataOf(removed))[0]).toEqual({city: 'Berlin', sold: 5, place: {}})
    })

    test('replace_with in all its modes', async () => {
      const db = newDatabase()
      await fill(db)
      const replaced = (mode: string) =>
        dataOf(
          db
            .pipeline()
            .literals([{a: 1, b: 2, new: {b: 3, c: 4}}])
            .rawStage('replace_with', [field('new'), mode]),
        )
      expect(await dataOf(db.pipeline().collection('shops').limit(2).replaceWith('place'))).toEqual([{zip: 1}, {}])
      expect(await replaced('full_replace')).toEqual([{b: 3, c: 4}])
      expect(await replaced('merge_overwrite_existing')).toEqual([{a: 1, b: 3, c: 4, new: {b: 3, c: 4}}])
      expect(await replaced('merge_keep_existing')).toEqual([{a: 1, b: 2, c: 4, new: {b: 3, c: 4}}])
      await expect(replaced('other')).rejects.toMatchObject({code: 3})
      await expect(dataOf(db.pipeline().collection('shops').replaceWith('city'))).rejects.toMatchObject({code: 3})
    })

    test('distinct and aggregates, over all and by groups', async () => {
      const db = newDatabase()
      await fill(db)
      const shops = () => db.pipeline().collection('shops')
      expect(await dataOf(shops().distinct('city'))).toEqual([{city: 'Berlin'}, {city: 'Paris'}])
      const total = [countAll().as('shops'), sum('sold').as('sold')] as const
      expect(await dataOf(shops().aggregate(...total))).toEqual([{shops: 4, sold: 10}])
      expect(await dataOf(shops().where(constant(false).asBoolean()).aggregate(countAll().as('n')))).toEqual([{n: 0}])
      const grouped = shops()
        .aggregate({accumulators: [...total], groups: ['city']})
        .sort(descending('sold'))
      expect(await dataOf(grouped)).toEqual([
        {city: 'Berlin', shops: 2, sold: 8},
        {city: 'Paris', shops: 2, sold: 2},
      ])
      // 1 and 1.0 are one group.
      const numbers = db.pipeline().literals([{n: 1}, {n: constant(0.5).multiply(2)}, {n: 2}])
      expect(await dataOf(numbers.distinct('n'))).toHaveLength(2)
    })

    test('unnest makes a row of each element, none of an empty array, and leaves alone what is no array', async () => {
      const db = newDatabase()
      await fill(db)
      const unnested = db
        .pipeline()
        .collection('shops')
        .unnest(field('tags').as('tag'), 'at')
        .select('sold', 'tag', 'at')
      expect(await dataOf(unnested)).toEqual([
        {sold: 5, tag: 'x', at: 0},
        {sold: 5, tag: 'y', at: 1},
        {sold: 3, tag: 'y', at: 0},
        {},
      ])
    })

    test('union keeps duplicates, and sample takes what it is told to', async () => {
      const db = newDatabase()
      await fill(db)
      const shops = () => db.pipeline().collection('shops')
      expect(await idsOf(shops().limit(1).union(shops().limit(2)))).toEqual(['a', 'a', 'b'])
      const sampled = await idsOf(shops().sample(3))
      expect(new Set(sampled).size).toBe(3)
      expect(await idsOf(shops().sample({percentage: 1}))).toEqual(['a', 'b', 'c', 'd'])
      expect(await idsOf(shops().sample({percentage: 0}))).toEqual([])
      expect(await idsOf(shops().sample(9))).toEqual(['a', 'b', 'c', 'd'])
    })

    test('search finds words, phrases and alternatives, and leaves out what must not be there', async () => {
      const db = newDatabase()
      await Promise.all([
        db.doc('menus/a').set({text: 'Fresh waffles, waffles and coffee'}),
        db.doc('menus/b').set({text: 'Drip Coffee', more: {list: ['pancakes']}}),
        db.doc('menus/c').set({text: 'waffle'}),
      ])
      const found = (query: string) => idsOf(db.pipeline().collection('menus').search({query}))
      expect(await found('COFFEE')).toEqual(['a', 'b'])
      expect(await found('coffee -waffles')).toEqual(['b'])
      expect(await found('coffee pancakes')).toEqual(['b'])
      expect(await found('"drip coffee"')).toEqual(['b'])
      expect(await found('"coffee drip"')).toEqual([])
      expect(await found('(waffle OR pancakes) -tea')).toEqual(['b', 'c'])
      await expect(found('text:waffles')).rejects.toMatchObject({code: 12})
      await expect(found('"waffles')).rejects.toMatchObject({code: 3})
    })
  })

  describe('pipelines: subqueries', () => {
    test('join by variables, as arrays and as single values', async () => {
      const db = newDatabase()
      await fill(db)
      await db.doc('cities/1').set({name: 'Berlin'})
      await db.doc('cities/2').set({name: 'Rome'})
      const shops = db
        .pipeline()
        .collection('shops')
        .where(field('city').equal(variable('wanted')))
      const joined = db
        .pipeline()
        .collection('cities')
        .define(field('name').as('wanted'), currentDocument().as('city'))
        .select(
          'name',
          shops.select('sold').toArrayExpression().as('each'),
          shops.aggregate(average('sold').as('mean'), countAll().as('n')).toScalarExpression().as('all'),
          db
            .pipeline()
            .collection('shops')
            .where(field('city').equal(variable('city').getField('name')))
            .aggregate(countAll().as('n'))
            .toScalarExpression()
            .as('again'),
        )
      expect(await dataOf(joined)).toEqual([
        {name: 'Berlin', each: [5, 3], all: {mean: 4, n: 2}, again: 2},
        {name: 'Rome', each: [], all: {mean: null, n: 0}, again: 0},
      ])
      const many = db.pipeline().collection('cities').define(field('name').as('wanted'))
      await expect(dataOf(many.select(shops.toScalarExpression().as('one')))).rejects.toMatchObject({
        code: 3,
        message: expect.stringContaining('Subpipeline returned multiple results'),
      })
      await expect(dataOf(shops)).rejects.toMatchObject({code: 3, message: expect.stringMatching(/unknown variable/i)})
    })

    test('subcollections of the document around them', async () => {
      const db = newDatabase()
      await fill(db)
      await db.doc('shops/a/parts/p').set({n: 1})
      await db.doc('shops/a/parts/q').set({n: 2})
      const parts = subcollection('parts').select('n').toArrayExpression().as('parts')
      const shops = db.pipeline().collection('shops').limit(2).addFields(parts).select('city', 'parts')
      expect(await dataOf(shops)).toEqual([
        {city: 'Berlin', parts: [1, 2]},
        {city: 'Paris', parts: []},
      ])
    })
  })

  describe('pipelines: errors and explanations', () => {
    test('what is wrong in itself is INVALID_ARGUMENT, and an error in a selection as well', async () => {
      const db = newDatabase()
      await fill(db)
      const shops = () => db.pipeline().collection('shops')
      for (const wrong of [
        shops().rawStage('select', [field('city')]),
        shops().rawStage('unheard_of', []),
        shops().rawStage('limit', [-1]),
        shops().rawStage('where', []),
        shops().rawStage('collection', []),
        shops().select(field('city').add(1).as('sum')),
      ]) {
        await expect(wrong.execute()).rejects.toMatchObject({code: 3})
      }
      // In a condition an error only means that it is not true.
      expect(await idsOf(shops().where(field('city').add(1).equal(2)))).toEqual([])
    })

    test('what doubles without end is refused, and others are answered after it', async () => {
      const db = newDatabase()
      const shops = await fill(db)
      let pipeline = db.pipeline().collection(shops)
      for (let times = 0; times < 40; times++) {
        pipeline = pipeline.addFields(field('city').stringConcat(field('city')).as('city'))
      }
      await expect(pipeline.execute()).rejects.toMatchObject({code: 3, message: expect.stringContaining('larger than')})
      expect(await idsOf(db.pipeline().collection(shops))).toEqual(['a', 'b', 'c', 'd'])
    })

    test('explains what was done, beside the results or beside the refusal', async () => {
      const db = newDatabase()
      await fill(db)
      const sorted = db.pipeline().collection('shops').sort(field('sold').ascending())
      const {results, explainStats} = await sorted.execute({explainOptions: {mode: 'analyze', outputFormat: 'text'}})
      expect(results).toHaveLength(4)
      expect(explainStats!.text).toContain('documents scanned: 4')
      expect((await sorted.execute()).explainStats).toBeUndefined()
      const starved = sorted.execute({explainOptions: {mode: 'analyze'}, rawOptions: {memory_limit: 1}})
      await expect(starved).rejects.toMatchObject({
        code: 8,
        statusDetails: [expect.objectContaining({type_url: 'type.googleapis.com/google.firestore.v1.ExplainStats'})],
      })
    })
  })

  describe('pipelines: modifying documents', () => {
    test('delete, update, insert and upsert say how many documents they modified', async () => {
      const db = newDatabase()
      await fill(db)
      const shops = () => db.pipeline().collection('shops')
      const berlin = shops().where(field('city').equal('Berlin'))
      const updated = berlin.removeFields('tags').update(field('sold').add(1).as('sold'), constant(1).as('place.floor'))
      expect(await dataOf(updated)).toEqual([{documents_modified: 2}])
      expect((await db.doc('shops/a').get()).data()).toEqual({city: 'Berlin', sold: 6, place: {zip: 1, floor: 1}})
      expect(await dataOf(db.pipeline().documents(['shops/none']).update(constant(1).as('n')))).toEqual([
        {documents_modified: 0},
      ])

      expect(
        await dataOf(
          shops()
            .where(not(field('sold').exists()))
            .delete(),
        ),
      ).toEqual([{documents_modified: 1}])
      expect((await db.doc('shops/d').get()).exists).toBe(false)

      const literals = () =>
        db.pipeline().literals([
          {id: 'one', n: 1},
          {id: 'two', n: 2},
        ])
      const insert = literals().insert({collection: 'made', documentIdExpression: 'id'})
      expect(await dataOf(insert)).toEqual([{documents_modified: 2}])
      expect((await db.doc('made/two').get()).data()).toEqual({id: 'two', n: 2})
      await expect(dataOf(insert)).rejects.toMatchObject({code: 6})
      expect(await dataOf(literals().insert({collection: 'loose'}))).toEqual([{documents_modified: 2}])
      expect((await db.collection('loose').get()).size).toBe(2)
      await expect(dataOf(literals().insert())).rejects.toMatchObject({code: 3})
      await expect(dataOf(shops().insert())).rejects.toMatchObject({code: 6})

      const copy = shops().upsert({collection: 'copies', additionalFields: [documentId(field('__name__')).as('from')]})
      expect(await dataOf(copy)).toEqual([{documents_modified: 3}])
      expect((await db.doc('copies/b').get()).data()).toEqual({...SHOPS.b, from: 'b'})
    })

    test('atomic: all or nothing, and the only way for an upsert of literals', async () => {
      const db = newDatabase()
      await db.doc('c/two').set({n: 0})
      const literals = () => db.pipeline().literals([{id: 'one'}, {id: 'two'}])
      const insert = literals().insert({collection: 'c', documentIdExpression: 'id'})
      await expect(insert.execute({atomic: true})).rejects.toMatchObject({code: 6})
      expect((await db.doc('c/one').get()).exists).toBe(false)
      await expect(insert.execute()).rejects.toMatchObject({code: 6})
      expect((await db.doc('c/one').get()).exists).toBe(true)

      const upsert = literals().upsert({collection: 'c', documentIdExpression: 'id'})
      await expect(upsert.execute()).rejects.toMatchObject({code: 3})
      expect((await upsert.execute({atomic: true})).results[0]!.data()).toEqual({documents_modified: 2})
      expect((await db.doc('c/two').get()).data()).toEqual({id: 'two'})
      const missing = db.pipeline().documents(['c/two', 'c/none']).update(constant(1).as('n'))
      expect((await missing.execute()).results[0]!.data()).toEqual({documents_modified: 1})
    })

    test('in a transaction nothing happens before its commit, and what it read does not change meanwhile', async () => {
      const db = newDatabase()
      await fill(db)
      const berlin = db.pipeline().collection('shops').where(field('city').equal('Berlin'))
      let outside: Promise<unknown> | undefined
      const sold = await db.runTransaction(async (transaction) => {
        const {results} = await transaction.execute(berlin.aggregate(sum('sold').as('sold')))
        const total = Number(results[0]!.get('sold'))
        outside ??= db.doc('shops/e').set({city: 'Berlin', sold: 10})
        await transaction.execute(berlin.update(constant(true).as('counted')))
        expect((await db.doc('shops/a').get()).get('counted')).toBeUndefined()
        transaction.set(db.doc('totals/berlin'), {total})
        return total
      })
      await outside
      // Either it was in the way of the other, and came before it, or it was repeated and came after it.
      expect([8, 18]).toContain(sold)
      expect((await db.doc('totals/berlin').get()).get('total')).toBe(sold)
      expect((await db.doc('shops/e').get()).get('counted')).toBe(sold === 18 ? true : undefined)
      expect((await db.doc('shops/b').get()).get('counted')).toBeUndefined()
      await db.runTransaction((transaction) => transaction.execute(berlin.delete()))
      expect(await idsOf(db.pipeline().collection('shops'))).toEqual(['b', 'd'])
    })

    test('modifications in a transaction build on those before them', async () => {
      const db = newDatabase()
      const made = db
        .pipeline()
        .literals([{id: 'x', n: 1}])
        .insert({collection: 'c', documentIdExpression: 'id'})
      const changed = db
        .pipeline()
        .literals([{__name__: db.doc('c/x'), n: 2}])
        .update()
      await db.runTransaction(async (transaction) => {
        await transaction.execute(made)
        await transaction.execute(changed)
      })
      expect((await db.doc('c/x').get()).data()).toEqual({n: 2})
      await expect(
        db.runTransaction(async (transaction) => {
          await transaction.execute(db.pipeline().collection('c').delete())
          await transaction.execute(changed)
        }),
      ).rejects.toMatchObject({code: 5})
      expect((await db.doc('c/x').get()).data()).toEqual({n: 2})
    })

    test('a read-only transaction sees the past and modifies nothing', async () => {
      const db = newDatabase()
      const shops = await fill(db)
      const readTime = (await shops.get()).readTime
      await db.doc('shops/a').delete()
      const all = db.pipeline().collection('shops')
      const past = (pipeline: Pipelines.Pipeline) =>
        db.runTransaction(async (transaction) => (await transaction.execute(pipeline)).results, {
          readOnly: true,
          readTime,
        })
      expect((await past(all)).map(({id}) => id)).toEqual(['a', 'b', 'c', 'd'])
      await expect(
        past(all.where(and(field('sold').exists(), or(field('sold').equal(5), field('sold').equal(2)))).delete()),
      ).rejects.toMatchObject({code: 3})
      expect((await all.select(map({n: field('sold')}).as('m')).execute()).results).toHaveLength(3)
    })
  })
}
