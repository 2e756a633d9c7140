import {FieldValue} from '@google-cloud/firestore'
import type {CollectionReference, Firestore, VectorQueryOptions} from '@google-cloud/firestore'
import {describe, expect, test} from 'vitest'
import type {FirestoreClients} from './firestore-client.ts'

const VECTORS: Readonly<Record<string, readonly number[]>> = {
  far: [100, 100],
  left: [10, 0],
  near: [1, 1],
  right: [20, 0],
  same: [10, 10],
}

async function fill(db: Firestore): Promise<CollectionReference> {
  const batch = db.batch()
  for (const [id, vector] of Object.entries(VECTORS)) {
    const v = FieldValue.vector([...vector])
    batch.set(db.doc(`c/${id}`), {v, m: {v}, group: id === 'same' ? 'other' : 'main'})
  }
  batch.set(db.doc('c/without'), {group: 'main'})
  batch.set(db.doc('c/array'), {v: [10, 10], group: 'main'})
  batch.set(db.doc('c/longer'), {v: FieldValue.vector([10, 10, 10]), group: 'main'})
  await batch.commit()
  return db.collection('c')
}

const options = (more: Partial<VectorQueryOptions>): VectorQueryOptions => ({
  vectorField: 'v',
  queryVector: [10, 10],
  limit: 10,
  distanceMeasure: 'EUCLIDEAN',
  ...more,
})

/** Searches by vectors; `nested` says whether the engine finds those inside of maps. */
export function describeVectors({newDatabase}: FirestoreClients, {nested}: {readonly nested: boolean}): void {
  describe('vector search', () => {
    const idsOf = async (all: FirebaseFirestore.Query, more: Partial<VectorQueryOptions>): Promise<string[]> => {
      const {docs} = await all.findNearest(options(more)).get()
      return docs.map(({id}) => id)
    }

    test('goes by distance, by angle and by product, over vectors of the same length', async () => {
      const all = await fill(newDatabase())
      expect(await idsOf(all, {})).toEqual(['same', 'left', 'near', 'right', 'far'])
      const angles = await idsOf(all, {distanceMeasure: 'COSINE'})
      expect(angles.slice(0, 3).toSorted()).toEqual(['far', 'near', 'same'])
      expect(await idsOf(all, {distanceMeasure: 'DOT_PRODUCT'})).toEqual(
        ['far', 'right', 'same', 'left', 'near'].toSorted(byProduct),
      )
    })

    test('looks among what other filters let through, and only for so many', async () => {
      const all = await fill(newDatabase())
      expect(await idsOf(all.where('group', '==', 'main'), {limit: 2})).toEqual(['left', 'near'])
      expect(await idsOf(all.where('group', '==', 'none'), {})).toEqual([])
      expect(await idsOf(all, {vectorField: 'nothing'})).toEqual([])
    })

    test('answers with distances, which a projection has to name', async () => {
      const all = await fill(newDatabase())
      const nearest = options({limit: 2, distanceResultField: 'distance'})
      const whole = await all.findNearest(nearest).get()
      expect(whole.docs.map((document) => [document.id, document.get('distance')])).toEqual([
        ['same', 0],
        ['left', 10],
      ])
      expect(whole.docs[0]!.get('v')).toEqual(FieldValue.vector([10, 10]))
      const cut = await all.select('group', 'distance').findNearest(nearest).get()
      expect(cut.docs[1]!.data()).toEqual({group: 'main', distance: 10})
    })

    test('leaves out what is beyond a threshold', async () => {
      const all = await fill(newDatabase())
      expect(await idsOf(all, {distanceThreshold: 10})).toEqual(['same', 'left'])
      expect(await idsOf(all, {distanceThreshold: 200, distanceMeasure: 'DOT_PRODUCT'})).toEqual(
        ['far', 'same', 'right'].toSorted(byProduct),
      )
    })

    test.skipIf(!nested)('finds vectors inside of maps', async () => {
      const all = await fill(newDatabase())
      expect(await idsOf(all, {vectorField: 'm.v', limit: 2})).toEqual(['same', 'left'])
    })
  })
}

/** By the product with the query's vector, larger first, then by id. */
function byProduct(left: string, right: string): number {
  const productOf = (id: string): number => VECTORS[id]!.reduce((sum, value) => sum + value * 10, 0)
  return productOf(right) - productOf(left) || (left < right ? -1 : 1)
}
