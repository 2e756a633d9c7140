import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {lookAround} from '#runtime/init/look-around.ts'
import {prepareInit} from '#runtime/init/prepare-init.ts'
import {writeAll} from '#runtime/init/write-all.ts'

const root = resolve(import.meta.dirname, '../..')
const files = {fixtures: join(root, 'fixtures'), starter: join(root, 'starter')}
const answers = {project: undefined, region: 'us-central1', sgtmUrl: undefined}
const {signal} = new AbortController()

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stitch-init-'))))
afterEach(() => rmSync(folder, {recursive: true, force: true}))

const prepare = (withHandlers = false, home = folder) =>
  prepareInit({surroundings: lookAround(home, {env: {}, home: folder}), files, version: '1.2.3', withHandlers})
const namesIn = (home: string) => readdirSync(home, {recursive: true}).map(String).sort()

describe('a new project', () => {
  test('is made in a folder that was not there', async () => {
    const home = join(folder, 'a/b')
    await (
      await prepare(true, home)
    )(answers, signal)
    expect(namesIn(home)).toEqual(
      expect.arrayContaining([
        '.gitignore',
        'stitch.config.json',
        'stitch.handlers.ts',
        'fixtures/container/stitcher-client.tpl',
        'fixtures/scenarios/own-logic.json',
      ]),
    )
  })

  test('takes the templates and documents of the demo as they are', async () => {
    await (
      await prepare()
    )(answers, signal)
    for (const name of ['container/stitcher-client.tpl', 'visitors/franz.json']) {
      const made = readFileSync(join(folder, 'fixtures', name), 'utf8')
      expect(made).toBe(readFileSync(join(files.fixtures, name), 'utf8'))
    }
  })
})

describe('a project that is there already', () => {
  test('is named, before anything is asked, and nothing is written', async () => {
    await (
      await prepare()
    )(answers, signal)
    writeFileSync(join(folder, 'stitch.config.json'), 'mine')
    const before = namesIn(folder)
    await expect(prepare()).rejects.toMatchObject({
      code: 'STITCH_INIT_CONFLICT',
      exit: 'usage',
      message: expect.stringMatching(/stitch\.config\.json and 1 more are there already, so nothing was written\.$/),
      hints: [expect.stringContaining('also: '), 'stitch init another-folder'],
    })
    expect(namesIn(folder)).toEqual(before)
    expect(readFileSync(join(folder, 'stitch.config.json'), 'utf8')).toBe('mine')
  })

  test('that appears while questions are asked is not overwritten either', async () => {
    const write = await prepare()
    writeFileSync(join(folder, 'stitch.config.json'), 'mine')
    await expect(write(answers, signal)).rejects.toMatchObject({code: 'STITCH_INIT_CONFLICT'})
    expect(namesIn(folder)).toEqual(['stitch.config.json'])
  })
})

describe('writing all or nothing', () => {
  test('takes away what it made, and puts back what it changed, when one file fails', async () => {
    writeFileSync(join(folder, '.gitignore'), 'dist\n')
    writeFileSync(join(folder, 'taken'), '')
    const planned = [
      {path: join(folder, 'new/deep/a.json'), text: '{}'},
      {path: join(folder, '.gitignore'), text: 'dist\n.stitch/\n', before: 'dist\n'},
      {path: join(folder, 'taken'), text: 'overwritten'},
    ]
    await expect(writeAll(planned, signal)).rejects.toMatchObject({
      code: 'STITCH_INIT_NOT_WRITABLE',
      message: expect.stringContaining('EEXIST'),
    })
    expect(namesIn(folder)).toEqual(['.gitignore', 'taken'])
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('dist\n')
    expect(readFileSync(join(folder, 'taken'), 'utf8')).toBe('')
  })

  test('leaves nothing when it is interrupted', async () => {
    const stop = new AbortController()
    const planned = [{path: join(folder, 'a'), text: ''}]
    stop.abort(new Error('stopped'))
    await expect(writeAll(planned, stop.signal)).rejects.toThrow('stopped')
    expect(namesIn(folder)).toEqual([])
  })

  test('says it where nothing can be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    const path = join(folder, 'file/a')
    await expect(writeAll([{path, text: ''}], signal)).rejects.toMatchObject({
      code: 'STITCH_INIT_NOT_WRITABLE',
      exit: 'environment',
    })
    expect(existsSync(path)).toBe(false)
  })
})
