import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {startGcloudEngine} from '#runtime/engine/gcloud/start.ts'
import type {Engine} from '#runtime/engine/types.ts'
import {skipReason, titled} from '../gcloud/skip-reason.ts'
import {startEmbedded} from '../firestore/start-embedded.ts'
import {ask} from './ask.ts'

type Step = readonly [service: 'firestore' | 'pubsub', verb: string, path: string, body?: unknown]

const ROOT = 'projects/demo-stitch/databases/(default)/documents'
const VALUES = {
  text: {stringValue: 'é<>&'},
  whole: {integerValue: '9223372036854775807'},
  half: {doubleValue: 1.5},
  nan: {doubleValue: 'NaN'},
  least: {doubleValue: '-Infinity'},
  nothing: {nullValue: null},
  no: {booleanValue: false},
  bytes: {bytesValue: '_-8='},
  time: {timestampValue: '2020-01-01T00:00:00.123Z'},
  place: {geoPointValue: {latitude: 1, longitude: -2.5}},
  empty: {arrayValue: {}},
  list: {arrayValue: {values: [{mapValue: {}}, {stringValue: ''}]}},
  map: {mapValue: {fields: {ref: {referenceValue: `${ROOT}/a/b`}}}},
}
const topic = '/v1/projects/demo-stitch/topics/orders'
const subscription = '/v1/projects/demo-stitch/subscriptions/worker'

const STEPS: readonly Step[] = [
  ['firestore', 'GET', '/'],
  ['pubsub', 'GET', '/'],
  ['firestore', 'PATCH', `/v1/${ROOT}/a/b`, {fields: VALUES}],
  ['firestore', 'GET', `/v1/${ROOT}/a/b`],
  ['firestore', 'GET', `/v1/${ROOT}/a/b?mask.fieldPaths=text&mask.fieldPaths=map`],
  ['firestore', 'POST', `/v1/${ROOT}/a?documentId=c`, {fields: {n: {integerValue: '1'}}}],
  ['firestore', 'POST', `/v1/${ROOT}/a?documentId=c`, {fields: {}}],
  ['firestore', 'GET', `/v1/${ROOT}/a?pageSize=7`],
  ['firestore', 'GET', `/v1/${ROOT}/nothing`],
  [
    'firestore',
    'PATCH',
    `/v1/${ROOT}/a/c?updateMask.fieldPaths=n&currentDocument.exists=true`,
    {fields: {n: {integerValue: '9'}}},
  ],
  ['firestore', 'PATCH', `/v1/${ROOT}/a/none?currentDocument.exists=true`, {fields: {}}],
  ['firestore', 'POST', `/v1/${ROOT}:batchGet`, {documents: [`${ROOT}/a/c`, `${ROOT}/a/none`]}],
  ['firestore', 'POST', `/v1/${ROOT}:listCollectionIds`, {}],
  ['firestore', 'POST', `/v1/${ROOT}:listCollectionIds`],
  [
    'firestore',
    'POST',
    `/v1/${ROOT}:commit`,
    {writes: [{update: {name: `${ROOT}/a/d`}, updateTransforms: [{fieldPath: 'n', increment: {integerValue: '2'}}]}]},
  ],
  ['firestore', 'POST', `/v1/${ROOT}:batchWrite`, {writes: [{delete: `${ROOT}/a/d`}]}],
  ['firestore', 'PATCH', `/v1/${ROOT}/a/b`, {wrong: {}}],
  ['firestore', 'PATCH', `/v1/${ROOT}/a/b`, {fields: {n: {integerValue: 'x'}}}],
  ['firestore', 'GET', `/v1/${ROOT}/a/none`],
  ['firestore', 'DELETE', `/v1/${ROOT}/a/b`],
  ['firestore', 'DELETE', `/emulator/v1/${ROOT}`],
  ['firestore', 'GET', `/v1/${ROOT}/a/c`],
  ['pubsub', 'PUT', topic],
  ['pubsub', 'PUT', topic, {}],
  ['pubsub', 'GET', '/v1/projects/demo-stitch/topics'],
  ['pubsub', 'PUT', subscription, {topic: topic.slice(4), enableMessageOrdering: true}],
  ['pubsub', 'GET', `${topic}/subscriptions`],
  ['pubsub', 'GET', '/v1/projects/demo-stitch/topics/none'],
  ['pubsub', 'POST', '/v1/projects/demo-stitch/topics/none:publish', {messages: [{data: 'aGk='}]}],
  ['pubsub', 'POST', `${subscription}:modifyPushConfig`, {pushConfig: {}}],
  ['pubsub', 'GET', '/v1/projects/demo-stitch/snapshots'],
  ['pubsub', 'DELETE', subscription],
  ['pubsub', 'DELETE', topic],
  ['pubsub', 'POST', '/reset'],
  ['firestore', 'POST', '/reset'],
]

/** What is no part of REST: the emulator says so without JSON. */
const NOT_REST: readonly Step[] = [
  ['firestore', 'POST', `/v1/${ROOT}:write`, {}],
  ['firestore', 'POST', `/v1/${ROOT}:listen`, {}],
]

/** What both must say: times are not theirs to agree on, and refusals are worded freely. */
async function say(engine: Engine, [service, verb, path, body]: Step): Promise<unknown> {
  const host = service === 'firestore' ? engine.firestoreHost : engine.pubsubHost
  const {status, text, json} = await ask(host, verb, path, {
    headers: {authorization: 'Bearer owner'},
    ...(body === undefined ? {} : {body}),
  })
  if (json === undefined) return {status, text: text.trim()}
  return {status, json: JSON.parse(text, reviveComparable) as unknown}
}

function reviveComparable(key: string, value: unknown): unknown {
  if (/^(create|update|read|commit)Time$/.test(key)) return typeof value
  if (key === 'message') return typeof value
  // A newer field of subscriptions that the emulator does not fill.
  return key === 'state' || key === 'expirationPolicy' ? undefined : value
}

describe.skipIf(skipReason !== undefined)(titled("answers over REST are those of Google's emulators"), () => {
  test('the same requests, one after the other', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-rest-'))
    const any = {port: 0, explicit: false}
    await using official = await startGcloudEngine({
      name: 'gcloud',
      dataDir: folder.path,
      projectId: 'demo-stitch',
      firestorePort: any,
      pubsubPort: any,
      signal: new AbortController().signal,
      log: () => {},
    })
    await using embedded = await startEmbedded()
    for (const step of STEPS) {
      const title = step.slice(0, 3).join(' ')
      expect([title, await say(embedded, step)]).toEqual([title, await say(official, step)])
    }
    for (const step of NOT_REST) {
      const {status} = (await say(official, step)) as {status: number}
      expect(await say(embedded, step)).toMatchObject({status})
    }
  })
})
