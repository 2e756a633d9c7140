import {appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {watchFiles} from '#runtime/session/watch-files.ts'

let folder = ''
let stop = new AbortController()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stitch-watch-'))
  stop = new AbortController()
})
afterEach(() => {
  stop.abort()
  rmSync(folder, {recursive: true, force: true})
})

/** Writes a file again and again until something is reported, as the system may begin to watch a moment later. */
async function firstChange(paths: readonly string[], write: () => void): Promise<readonly string[]> {
  const changes = watchFiles(() => paths, stop.signal)
  const writing = setInterval(write, 20)
  try {
    const {value} = await changes.next()
    return value ?? []
  } finally {
    clearInterval(writing)
  }
}

describe('watching files', () => {
  test('tells which files of a tree have changed', async () => {
    mkdirSync(join(folder, 'products'))
    const file = join(folder, 'products/products.csv')
    writeFileSync(file, '')
    expect(await firstChange([folder], () => writeFileSync(file, 'id\n'))).toEqual([file])
  })

  test('tells a watched file by its own path', async () => {
    const file = join(folder, 'stitch.config.json')
    writeFileSync(file, '')
    expect(await firstChange([file], () => writeFileSync(file, '{}'))).toEqual([file])
  })

  test('goes on with a file that an editor has replaced by a new one', async () => {
    const file = join(folder, 'stitch.handlers.ts')
    writeFileSync(file, '')
    const changes = watchFiles(() => [file], stop.signal)
    const replace = () => {
      writeFileSync(join(folder, 'new'), '')
      renameSync(join(folder, 'new'), file)
    }
    const writing = setInterval(replace, 20)
    try {
      expect(await changes.next()).toMatchObject({value: [file]})
      expect(await changes.next()).toMatchObject({value: [file]})
    } finally {
      clearInterval(writing)
    }
  })

  test('watches what becomes of interest with a change', async () => {
    const [first, second] = [join(folder, 'first.ts'), join(folder, 'second.ts')]
    for (const file of [first, second]) writeFileSync(file, '')
    const paths = [first]
    const changes = watchFiles(() => paths, stop.signal)
    let file = first
    const writing = setInterval(() => writeFileSync(file, String(Math.random())), 20)
    try {
      expect((await changes.next()).value).toEqual([first])
      paths.push(second)
      file = second
      const later = [await changes.next(), await changes.next()].flatMap(({value}) => value ?? [])
      expect(later).toContain(second)
    } finally {
      clearInterval(writing)
    }
  })

  test('tells nothing of the data folder, of other hidden files and of packages', async () => {
    mkdirSync(join(folder, '.stitch'))
    mkdirSync(join(folder, 'node_modules/some'), {recursive: true})
    const seen = join(folder, 'seen.json')
    const write = () => {
      for (const name of ['.stitch/firestore.db', '.hidden', 'node_modules/some/index.js', 'seen.json~', 'seen.json']) {
        writeFileSync(join(folder, name), String(Math.random()))
      }
    }
    expect(await firstChange([folder], write)).toEqual([seen])
  })

  test('is not held up by a file that never rests', async () => {
    const log = join(folder, 'run.ndjson')
    const changes = await firstChange([folder], () => appendFileSync(log, '{}\n'))
    expect(changes).toEqual([log])
  })

  test('ends when it is told to, without a word', async () => {
    const changes = watchFiles(() => [folder, join(folder, 'missing')], stop.signal)
    const next = changes.next()
    stop.abort()
    expect(await next).toEqual({done: true, value: undefined})
  })
})
