import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {startGcloudEngine} from '#runtime/engine/gcloud/start.ts'
import {resetEngine} from '#runtime/engine/transfer/reset.ts'
import {openRpc} from '#runtime/engine/transfer/rpc.ts'
import {startEmbedded} from '../firestore/start-embedded.ts'
import {skipReason, titled} from '../gcloud/skip-reason.ts'
import {describeCopy} from './between.ts'
import {drainTexts, fill, first, readAll, second} from './fill.ts'

async function startOfficial() {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'stitch-transfer-')))
  const any = {port: 0, explicit: false}
  const engine = stack.use(
    await startGcloudEngine({
      name: 'gcloud',
      dataDir: folder.path,
      projectId: 'demo-stitch',
      firestorePort: any,
      pubsubPort: any,
      signal: new AbortController().signal,
      log: () => {},
    }),
  )
  const {firestoreHost, pubsubHost} = engine
  const opened = stack.move()
  return {firestoreHost, pubsubHost, [Symbol.asyncDispose]: () => opened.disposeAsync()}
}

async function open(direction: 'there' | 'back') {
  await using stack = new AsyncDisposableStack()
  const embedded = stack.use(await startEmbedded())
  const official = stack.use(await startOfficial())
  const [from, to] = direction === 'there' ? [embedded, official] : [official, embedded]
  const opened = stack.move()
  return {from, to, [Symbol.asyncDispose]: () => opened.disposeAsync()}
}

describe.skipIf(skipReason !== undefined)(titled("from the embedded engine into Google's emulators"), () => {
  describeCopy(() => open('there'))
})

describe.skipIf(skipReason !== undefined)(titled("from Google's emulators into the embedded engine"), () => {
  describeCopy(() => open('back'))
})

describe.skipIf(skipReason !== undefined)(titled("a reset of Google's emulators"), () => {
  test('empties the database and all subscriptions, ordered ones too', async () => {
    await using official = await startOfficial()
    await fill(official)
    const {signal} = new AbortController()
    await using pubsub = openRpc(official.pubsubHost, signal)
    const scope = {...official, projectId: 'demo-stitch', databases: ['(default)']}
    await resetEngine(scope, {pubsub}, {topics: false}, signal)
    expect((await readAll(official.firestoreHost)).size).toBe(0)
    expect(await drainTexts(official.pubsubHost, first)).toEqual([])
    expect(await drainTexts(official.pubsubHost, second)).toEqual([])
    await resetEngine(scope, {pubsub}, {topics: true}, signal)
    expect(await pubsub.call('google.pubsub.v1.Publisher/ListTopics', {project: 'projects/demo-stitch'})).toEqual({})
  })
})
