import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Firestore, GeoPoint, Timestamp} from '@google-cloud/firestore'
import {afterEach, describe, expect, test, vi} from 'vitest'
import {startEngine} from '#runtime/engine/start.ts'
import {createFirestoreStore} from '#runtime/handlers/gcp-firestore.ts'
import {skipReason, titled} from '../engine/gcloud/skip-reason.ts'

afterEach(() => vi.unstubAllEnvs())

const within = (timeoutMs: number) => ({timeoutMs, trace: {trace: 'a'.repeat(32), span: 'b'.repeat(16)}})

describe.skipIf(skipReason !== undefined)(titled('the store on the real client'), () => {
  test('reads in order and by mask without losing a digit, and writes under conditions', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-handlers-'))
    await using engine = await startEngine({
      name: 'gcloud',
      dataDir: folder.path,
      projectId: 'demo-stitch',
      firestorePort: {port: 0, explicit: false},
      pubsubPort: {port: 0, explicit: false},
      environment: process.env,
      signal: new AbortController().signal,
      log: () => {},
    })
    for (const [name, value] of Object.entries(engine.env)) vi.stubEnv(name, value)
    const firestore = new Firestore({projectId: 'demo-stitch'})
    await firestore.doc('specimens/T-1').set({
      large: 9007199254740993n,
      whole: 1,
      before: new Timestamp(-62_135_596_800, 0),
      fraction: 0.5,
      odd: [NaN, -0, Infinity],
      at: new Timestamp(1_616_164_735, 123_456_000),
      home: new GeoPoint(47.37, 8.54),
      supplier: firestore.doc('suppliers/S-1'),
      bytes: Buffer.from([0, 1, 2]),
      map: {a: {b: null, 'with-dash': true}, c: 'hidden'},
    })
    const store = createFirestoreStore({project: 'demo-stitch', database: '(default)'}, engine.firestoreHost)
    const refs = ['T-0', 'T-1', 'T-1'].map((id) => ({collection: 'specimens', id}))

    const [absent, whole] = await store.read(refs, undefined, within(10_000))
    expect(absent).toBeUndefined()
    expect(whole?.fields).toEqual({
      large: {integerValue: '9007199254740993'},
      whole: {integerValue: '1'},
      before: {timestampValue: '0001-01-01T00:00:00Z'},
      fraction: {doubleValue: 0.5},
      odd: {arrayValue: {values: [{doubleValue: 'NaN'}, {doubleValue: '-0'}, {doubleValue: 'Infinity'}]}},
      at: {timestampValue: '2021-03-19T14:38:55.123456Z'},
      home: {geoPointValue: {latitude: 47.37, longitude: 8.54}},
      supplier: {referenceValue: 'projects/demo-stitch/databases/(default)/documents/suppliers/S-1'},
      bytes: {bytesValue: 'AAEC'},
      map: {
        mapValue: {
          fields: {
            a: {mapValue: {fields: {b: {nullValue: null}, 'with-dash': {booleanValue: true}}}},
            c: {stringValue: 'hidden'},
          },
        },
      },
    })
    const masked = await store.read(refs, [['map', 'a', 'with-dash'], ['nothing']], within(10_000))
    expect(masked[2]?.fields).toEqual({
      map: {mapValue: {fields: {a: {mapValue: {fields: {'with-dash': {booleanValue: true}}}}}}},
    })

    const ref = {collection: 'requests', id: 'r-1'}
    expect(await store.update(ref, {state: 'done'}, within(10_000))).toBe(false)
    expect(await store.create(ref, {state: 'done', list: [1, {at: new Date(0)}]}, within(10_000))).toBe(true)
    expect(await store.create(ref, {state: 'again'}, within(10_000))).toBe(false)
    const [record] = await store.read([ref], undefined, within(10_000))
    expect(record?.fields['state']).toEqual({stringValue: 'done'})
    expect(await store.update(ref, {state: 'mine'}, within(10_000), record?.version)).toBe(true)
    expect(await store.update(ref, {state: 'theirs'}, within(10_000), record?.version)).toBe(false)
    await firestore.terminate()
  })
})
