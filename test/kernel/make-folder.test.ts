import {mkdtempDisposableSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {makeFolder} from '#runtime/kernel/make-folder.ts'

describe('a folder', () => {
  test('is made with those above it, and the first that was made is told', () => {
    using own = mkdtempDisposableSync(join(tmpdir(), 'stitch-make-'))
    const path = join(own.path, 'a', 'b', 'c')
    expect(makeFolder(path)).toBe(join(own.path, 'a'))
    expect(statSync(path).isDirectory()).toBe(true)
    expect(makeFolder(path)).toBeUndefined()
    expect(makeFolder(own.path)).toBeUndefined()
  })

  test('is refused where a file is in its place or in that of one above it', () => {
    using own = mkdtempDisposableSync(join(tmpdir(), 'stitch-make-'))
    writeFileSync(join(own.path, 'file'), '')
    expect(() => makeFolder(join(own.path, 'file'))).toThrow('EEXIST')
    expect(() => makeFolder(join(own.path, 'file', 'a', 'b'))).toThrow('ENOTDIR')
  })

  test('is refused behind a link that leads nowhere', () => {
    using own = mkdtempDisposableSync(join(tmpdir(), 'stitch-make-'))
    symlinkSync(join(own.path, 'nowhere'), join(own.path, 'link'))
    expect(() => makeFolder(join(own.path, 'link'))).toThrow('EEXIST')
    expect(() => makeFolder(join(own.path, 'link', 'a'))).toThrow('EEXIST')
  })

  test.runIf(process.platform === 'linux').each(['/proc/stitch', '/proc/stitch/a/b'])(
    'is refused where the file system makes none: %s',
    (path) => {
      expect(() => makeFolder(path)).toThrow('ENOENT')
    },
  )
})
