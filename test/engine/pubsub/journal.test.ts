import {mkdtempDisposable, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createJournal} from '../../../src/runtime/engine/embedded/pubsub/journal.ts'
import type {PublishedMessage} from '../../../src/runtime/engine/embedded/pubsub/message.ts'
import type {MessageChange, MessageStore} from '../../../src/runtime/engine/embedded/store/message-store.ts'
import {openMessages} from '../../../src/runtime/engine/embedded/store/open-messages.ts'

const resource = 'projects/p/subscriptions/worker'
const held = {attempts: 0, acknowledged: false}

function message(id: string): PublishedMessage {
  return {id, publishTime: 0, data: Buffer.from(id), attributes: {}, orderingKey: ''}
}

/** A journal on a store that takes commits as long as it has room. */
function open() {
  const commits: string[][] = []
  const disk = {full: false}
  const name = (change: MessageChange) =>
    change.kind === 'keep'
      ? `keep ${change.message} ${change.attempts}`
      : `${change.kind} ${'message' in change ? change.message : ''}`
  const store: MessageStore = {
    resources: () => [],
    messages: () => [],
    commit: (changes) => {
      if (disk.full) throw Object.assign(new Error('database or disk is full'), {errcode: 13})
      commits.push([...changes].map((change) => name(change).trim()))
    },
    [Symbol.dispose]: () => undefined,
  }
  return {commits, disk, journal: createJournal(store)}
}

describe('the journal', () => {
  test('writes what one turn did as one commit, each message in its last state', async () => {
    const {commits, journal} = open()
    expect(journal.settled()).toBeUndefined()
    journal.resource(resource, new Uint8Array(1))
    journal.message(resource, message('1'), held)
    journal.message(resource, message('2'), held)
    journal.message(resource, message('1'), {attempts: 1, acknowledged: false})
    journal.message(resource, message('2'), undefined)
    expect(commits).toEqual([])
    await journal.settled()
    expect(commits).toEqual([['put', 'keep 1 1', 'forget 2']])
    expect(journal.settled()).toBeUndefined()
  })

  test('a resource that is removed and made again begins empty', async () => {
    const {commits, journal} = open()
    journal.message(resource, message('1'), held)
    journal.resource(resource, undefined)
    journal.resource(resource, new Uint8Array(1))
    journal.message(resource, message('2'), held)
    await journal.settled()
    expect(commits).toEqual([['remove', 'put', 'keep 2 0']])
  })

  test('says when there is no room, and writes it with the next commit that has', async () => {
    const {commits, disk, journal} = open()
    disk.full = true
    journal.message(resource, message('1'), held)
    await expect(journal.settled()).rejects.toMatchObject({code: 8})
    disk.full = false
    journal.message(resource, message('2'), held)
    await journal.settled()
    expect(commits).toEqual([['keep 1 0', 'keep 2 0']])
  })

  test('writes what is left when it is closed', () => {
    const {commits, journal} = open()
    journal.message(resource, message('1'), held)
    journal[Symbol.dispose]()
    expect(commits).toEqual([['keep 1 0']])
  })
})

describe('a file of messages that cannot be used', () => {
  test('in use by another run', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-pubsub-'))
    using _ = openMessages(folder.path)
    expect(() => openMessages(folder.path)).toThrow(expect.objectContaining({code: 'STITCH_DATA_DIR_BUSY'}))
  })

  test('damaged', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-pubsub-'))
    await writeFile(join(folder.path, 'pubsub.db'), 'no database at all, but long enough to be looked at'.repeat(100))
    expect(() => openMessages(folder.path)).toThrow(
      expect.objectContaining({
        code: 'STITCH_DATA_DIR_CORRUPT',
        message: expect.stringContaining('messages') as string,
      }),
    )
  })

  test('of a later format', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-pubsub-'))
    openMessages(folder.path)[Symbol.dispose]()
    const {DatabaseSync} = await import('node:sqlite')
    const database = new DatabaseSync(join(folder.path, 'pubsub.db'))
    database.exec('PRAGMA user_version = 99')
    database.close()
    expect(() => openMessages(folder.path)).toThrow(expect.objectContaining({code: 'STITCH_DATA_DIR_NEWER'}))
  })
})
