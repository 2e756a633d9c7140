import {execFileSync} from 'node:child_process'
import {
  createReadStream,
  lstatSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {describe, expect, test} from 'vitest'
import {openOutputFile} from '#cli/output-file.ts'
import {writeReadyFile} from '#cli/ready-file.ts'

function makeFolder() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'stitch-output-'))
  return {
    file: (name: string) => join(folder.path, name),
    names: () => readdirSync(folder.path),
    [Symbol.dispose]: () => folder.remove(),
  }
}

async function write(path: string, content: string): Promise<void> {
  await using file = await openOutputFile(path, {live: false})
  await file.write(content)
  await file.finish()
}

const makePipe = (path: string) => execFileSync('mkfifo', [path])

describe('a file that a person named', () => {
  test('is replaced when the new one is whole, and not before', async () => {
    using folder = makeFolder()
    writeFileSync(folder.file('report'), 'old')
    {
      await using file = await openOutputFile(folder.file('report'), {live: false})
      await file.write('half')
      expect(readFileSync(folder.file('report'), 'utf8')).toBe('old')
    }
    expect(folder.names()).toEqual(['report'])
    await write(folder.file('report'), 'new')
    expect(readFileSync(folder.file('report'), 'utf8')).toBe('new')
  })

  test('may be a link, which then leads to the new one', async () => {
    using folder = makeFolder()
    writeFileSync(folder.file('report'), 'old')
    symlinkSync(folder.file('report'), folder.file('link'))
    await write(folder.file('link'), 'new')
    expect(readFileSync(folder.file('report'), 'utf8')).toBe('new')
    expect(lstatSync(folder.file('link')).isSymbolicLink()).toBe(true)
  })

  test('is no folder', async () => {
    using folder = makeFolder()
    await expect(openOutputFile(folder.file('.'), {live: false})).rejects.toMatchObject({
      code: 'STITCH_OUTPUT_NOT_WRITABLE',
      message: expect.stringContaining('it is a folder') as string,
    })
  })

  test.runIf(process.platform !== 'win32')('may be a pipe, which stays one', async () => {
    using folder = makeFolder()
    makePipe(folder.file('pipe'))
    const read = text(createReadStream(folder.file('pipe')))
    await write(folder.file('pipe'), 'all of it')
    expect(await read).toBe('all of it')
    expect(lstatSync(folder.file('pipe')).isFIFO()).toBe(true)
  })
})

describe('a ready file', () => {
  test('is there as long as what it tells of', async () => {
    using folder = makeFolder()
    {
      await using _ = await writeReadyFile(folder.file('ready'), {pid: 1})
      expect(JSON.parse(readFileSync(folder.file('ready'), 'utf8'))).toEqual({pid: 1})
    }
    expect(folder.names()).toEqual([])
  })

  test.runIf(process.platform !== 'win32')('that is a pipe is told and left alone', async () => {
    using folder = makeFolder()
    makePipe(folder.file('pipe'))
    const read = text(createReadStream(folder.file('pipe')))
    {
      await using _ = await writeReadyFile(folder.file('pipe'), {pid: 1})
    }
    expect(JSON.parse(await read)).toEqual({pid: 1})
    expect(lstatSync(folder.file('pipe')).isFIFO()).toBe(true)
  })
})
