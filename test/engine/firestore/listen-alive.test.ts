import {expect, test} from 'vitest'
import {createInterest} from '#runtime/engine/embedded/firestore/listen/interest.ts'
import {createResumeTokens} from '#runtime/engine/embedded/firestore/listen/resume-token.ts'
import {createContext} from '#runtime/engine/embedded/firestore/rpc/context.ts'
import {listenRpc} from '#runtime/engine/embedded/firestore/rpc/listen.ts'
import type {View} from '#runtime/engine/embedded/firestore/listen/view.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
import {systemTimeline} from '#runtime/engine/embedded/timeline.ts'
import {ROOT} from './raw-service.ts'

const fields = Buffer.alloc(0)
const document = {createTime: 1, updateTime: 1, fields}

test('a quiet stream says again and again that it is up to date, and ends when it is cancelled', async () => {
  using store = openStore({})
  using interest = createInterest(store)
  const listening = {interest, tokens: createResumeTokens()}
  const cancelled = new AbortController()
  const name = Buffer.from(`${ROOT}/c/a`)
  const documents = Buffer.concat([Buffer.from([0x12, name.length]), name])
  const target = Buffer.concat([Buffer.from([0x1a, documents.length]), documents, Buffer.from([0x28, 1])])
  const database = Buffer.from('projects/p/databases/(default)')
  const request = Buffer.concat([
    Buffer.from([0x0a, database.length]),
    database,
    Buffer.from([0x12, target.length]),
    target,
  ])
  const requests = new ReadableStream<Buffer>({start: (controller) => controller.enqueue(request)})
  const clock = {now: () => Date.now()}
  const context = createContext(store, {
    clock,
    timers: systemTimeline,
    limits: 'production',
    concurrency: 'pessimistic',
  })
  const answers = listenRpc({context, listening}, requests, cancelled, 1)
  // ADD, the missing document, CURRENT, the snapshot; all that follows is the reminder.
  for (let at = 0; at < 6; at++) expect((await answers.next()).done).toBe(false)
  const waiting = answers.next()
  cancelled.abort()
  await waiting
  expect((await answers.next()).done).toBe(true)
})

test('a commit is brought to the views that it may concern and to no other', () => {
  using store = openStore({})
  using interest = createInterest(store)
  const touched: string[] = []
  const add = (label: string, key: string) => {
    const view: View = {
      keys: [key],
      mask: undefined,
      start: () => [],
      touch: (name) => touched.push(`${label} ${name.slice(ROOT.length + 1)}`) > 0,
      drain: () => [],
      count: () => 0,
    }
    return interest.add(view, () => touched.push(`rouse ${label}`))
  }
  add('document', `${ROOT}/v/a/c/1`)
  add('collection', `${ROOT}/v/a/c`)
  add('group', `${ROOT}//c`)
  add('everything', ROOT)
  const stop = add('stopped', `${ROOT}/v/a/c/1`)
  for (const other of [`${ROOT}/v/a/c/2`, `${ROOT}/v/b/c`, `${ROOT}//v`]) add('other', other)
  add('other database', 'projects/p/databases/other/documents')
  stop()
  store.apply({time: 1, changes: [{name: `${ROOT}/v/a/c/1`, before: undefined, after: document}]})
  const labels = ['document', 'collection', 'group', 'everything']
  expect(touched).toEqual([...labels.map((label) => `${label} v/a/c/1`), ...labels.map((label) => `rouse ${label}`)])
})
