import {FieldValue} from '@google-cloud/firestore'
import type {
  CollectionReference,
  ExplainMetrics,
  ExplainOptions,
  ExplainResults,
  Firestore,
  VectorQuerySnapshot,
} from '@google-cloud/firestore'
import {describe, expect, test} from 'vitest'
import type {FirestoreClients} from './firestore-client.ts'

async function fill(db: Firestore): Promise<CollectionReference> {
  const batch = db.batch()
  for (const [id, foo] of Object.entries({a: 1, b: 2, c: 1})) {
    batch.set(db.doc(`c/${id}`), {foo, v: FieldValue.vector([foo, 0])})
  }
  await batch.commit()
  return db.collection('c')
}

/** The client has it; its types leave it out. */
type Explainable<T> = {readonly explain: (options?: ExplainOptions) => Promise<ExplainResults<T>>}

const explainable = (query: unknown) => query as Explainable<VectorQuerySnapshot>

/** What a plan and a profiled run have to say. */
function expectStats(metrics: ExplainMetrics, resultsReturned: number): void {
  expect(metrics.planSummary.indexesUsed.length).toBeGreaterThan(0)
  const {executionStats} = metrics
  expect(executionStats).toMatchObject({resultsReturned, readOperations: Math.max(1, resultsReturned)})
  expect(executionStats!.executionDuration.seconds + executionStats!.executionDuration.nanoseconds).toBeGreaterThan(0)
  expect(Object.keys(executionStats!.debugStats).length).toBeGreaterThan(0)
}

/** Query explain. Google's emulator answers without metrics, so this is for other engines. */
export function describeExplain({newDatabase}: FirestoreClients): void {
  describe('explain', () => {
    test('tells the plan of a query, an aggregation and a vector search without running them', async () => {
      const all = await fill(newDatabase())
      const nearest = {vectorField: 'v', limit: 2, distanceMeasure: 'COSINE'} as const
      const plain = await all.where('foo', '>', 1).explain()
      expect(plain.metrics.planSummary.indexesUsed).toEqual([
        {query_scope: 'Collection', properties: '(foo ASC, __name__ ASC)'},
      ])
      const count = await all.where('foo', '==', 1).orderBy('bar', 'desc').count().explain({analyze: false})
      expect(count.metrics.planSummary.indexesUsed).toEqual([
        {query_scope: 'Collection', properties: '(foo ASC, bar DESC, __name__ DESC)'},
      ])
      const vector = await explainable(all.findNearest({...nearest, queryVector: [1, 0]})).explain()
      expect(vector.metrics.planSummary.indexesUsed).toEqual([
        {query_scope: 'Collection', properties: '(__name__ ASC, v VECTOR<2>)'},
      ])
      for (const {metrics, snapshot} of [plain, count, vector]) {
        expect(metrics.executionStats).toBeNull()
        expect(snapshot).toBeNull()
      }
    })

    test('runs them with analyze and says what it took', async () => {
      const all = await fill(newDatabase())
      const some = await all.where('foo', '==', 1).explain({analyze: true})
      expect(some.snapshot!.docs.map(({id}) => id)).toEqual(['a', 'c'])
      expectStats(some.metrics, 2)
      const none = await all.where('foo', '==', 99).explain({analyze: true})
      expect(none.snapshot!.size).toBe(0)
      expectStats(none.metrics, 0)
      const count = await all.where('foo', '<', 3).count().explain({analyze: true})
      expect(count.snapshot!.data().count).toBe(3)
      expectStats(count.metrics, 1)
      const nearest = all.findNearest({vectorField: 'v', queryVector: [1, 0], limit: 2, distanceMeasure: 'EUCLIDEAN'})
      const vector = await explainable(nearest).explain({analyze: true})
      expect(vector.snapshot!.docs.map(({id}) => id)).toEqual(['a', 'c'])
      expectStats(vector.metrics, 2)
    })

    test('streams results, the last of which carries the metrics', async () => {
      const all = await fill(newDatabase())
      const read = async (analyze: boolean): Promise<readonly [boolean, boolean][]> => {
        const chunks: [boolean, boolean][] = []
        for await (const chunk of all.where('foo', '==', 1).explainStream({analyze})) {
          const {document, metrics} = chunk as unknown as {document?: unknown; metrics?: unknown}
          chunks.push([document !== undefined, metrics !== undefined])
        }
        return chunks
      }
      expect(await read(false)).toEqual([[false, true]])
      expect(await read(true)).toEqual([
        [true, false],
        [true, true],
      ])
    })
  })
}
