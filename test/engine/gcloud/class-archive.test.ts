import {mkdtempDisposable, readdir, readFile, utimes, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {openClassArchive, saysArchiveIsUnusable} from '#runtime/engine/gcloud/class-archive.ts'

const java = {command: '/jdk/bin/java', version: '17.0.15', major: 17}

/** A folder with a jar, and the archive of its emulator in a cache folder beside it. */
async function prepare() {
  const folder = await mkdtempDisposable(join(tmpdir(), 'stitch-archive-'))
  const jar = join(folder.path, 'f.jar')
  const cache = join(folder.path, 'cache', 'classes')
  await writeFile(jar, 'classes')
  const key = {service: 'firestore', java, jar, jvmFlags: ['-a'], environment: {}} as const
  return {
    jar,
    cache,
    open: (over: Partial<Parameters<typeof openClassArchive>[1]> = {}) => openClassArchive(cache, {...key, ...over}),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** The file that a JVM with these flags would leave. */
function writtenBy(flags: readonly string[]): string {
  return /^-XX:ArchiveClassesAtExit=(.*)$/.exec(flags[0] ?? '')![1]!
}

describe.skipIf(process.platform === 'win32')('the class archive of an emulator', () => {
  test('is written by the first run and read by the second', async () => {
    await using stage = await prepare()
    const first = await stage.open()
    expect(first.state).toBe('written')
    await writeFile(writtenBy(first.flags), 'archive')
    await first.keep()
    const second = await stage.open()
    expect(second.state).toBe('read')
    const [name] = await readdir(stage.cache)
    expect(second.flags).toContain(`-XX:SharedArchiveFile=${join(stage.cache, name!)}`)
    expect(await readFile(join(stage.cache, name!), 'utf8')).toBe('archive')
  })

  test.each([
    ['another version of Java', {java: {...java, version: '17.0.16'}}],
    ['another Java', {java: {...java, command: '/other/bin/java'}}],
    ['other flags', {jvmFlags: ['-b']}],
    ['flags in a variable', {environment: {JAVA_TOOL_OPTIONS: '-XX:+UseZGC'}}],
    ['the other emulator', {service: 'pubsub'}],
  ] as const)('is another one for %s', async (_, over) => {
    await using stage = await prepare()
    const first = await stage.open()
    await writeFile(writtenBy(first.flags), 'archive')
    await first.keep()
    expect((await stage.open(over)).state).toBe('written')
  })

  test('is another one when the jar was replaced', async () => {
    await using stage = await prepare()
    const first = await stage.open()
    await writeFile(writtenBy(first.flags), 'archive')
    await first.keep()
    await utimes(stage.jar, new Date(), new Date(0))
    expect((await stage.open()).state).toBe('written')
  })

  test('does not have its name before it is complete', async () => {
    await using stage = await prepare()
    const first = await stage.open()
    await writeFile(writtenBy(first.flags), 'half an arch')
    expect((await stage.open()).state).toBe('written')
    await first.drop()
    expect(await readdir(stage.cache)).toEqual([])
  })

  test.runIf(process.platform === 'linux')(
    'is not tried where nothing can be written or there is no room',
    async () => {
      await using stage = await prepare()
      const key = {service: 'firestore', java, jar: stage.jar, jvmFlags: [], environment: {}} as const
      expect(await openClassArchive('/proc/self', key)).toMatchObject({state: 'none', flags: []})
      expect(await openClassArchive(stage.cache, key, Number.MAX_SAFE_INTEGER)).toMatchObject({
        state: 'none',
        flags: [],
      })
      expect(await readdir(stage.cache)).toEqual([])
    },
  )

  test('that was dropped is written anew', async () => {
    await using stage = await prepare()
    const first = await stage.open()
    await writeFile(writtenBy(first.flags), 'archive')
    await first.keep()
    await (await stage.open()).drop()
    expect((await stage.open()).state).toBe('written')
  })

  test('leaves alone what others write and read, and removes what the dead and the forgotten left', async () => {
    await using stage = await prepare()
    const first = await stage.open()
    const own = writtenBy(first.flags)
    await writeFile(own, 'archive')
    const put = async (name: string, age = 0) => {
      await writeFile(join(stage.cache, name), 'x')
      await utimes(join(stage.cache, name), new Date(), new Date(Date.now() - age))
    }
    await put(`firestore-1.jsa.${process.pid}.tmp`)
    await put(`firestore-2.jsa.${2 ** 30}.tmp`)
    await put('firestore-3.jsa')
    await put('firestore-4.jsa', 31 * 24 * 3_600_000)
    await put('pubsub-5.jsa', 31 * 24 * 3_600_000)
    await first.keep()
    const [kept] = own.slice(stage.cache.length + 1).split(/(?<=\.jsa)/)
    expect((await readdir(stage.cache)).toSorted()).toEqual(
      [kept!, `firestore-1.jsa.${process.pid}.tmp`, 'firestore-3.jsa', 'pubsub-5.jsa'].toSorted(),
    )
  })

  test.each([
    ['older than 13', {...java, version: '11.0.2', major: 11}],
    ['of unknown version', {...java, version: undefined, major: undefined}],
  ])('is not asked for with a Java %s', async (_, other) => {
    await using stage = await prepare()
    expect(await stage.open({java: other})).toMatchObject({state: 'none', flags: []})
  })

  test('is done without where the cache cannot be written', async () => {
    await using stage = await prepare()
    await writeFile(join(stage.cache, '..', '..', 'cache'), 'a file in its place')
    expect(await stage.open()).toMatchObject({state: 'none', flags: []})
  })
})

test.each([
  ['[0.012s][info][cds] UseSharedSpaces: shared class paths mismatch', true],
  ['[0.015s][warning][cds,dynamic] Unable to use shared archive. The top archive failed to load: /y.jsa', true],
  ['[0.005s][info][cds] Opened archive /y.jsa.\n[0.012s][info][cds] Mapped dynamic region #0', false],
  ['INFO: Unable to bind. failed', false],
])('the log %j says that an archive was not used: %s', (log, unusable) => {
  expect(saysArchiveIsUnusable(log)).toBe(unusable)
})
