import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempDisposable, readdir, readFile, utimes, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {describe, expect, test} from 'vitest'
import {notWritable} from '#runtime/engine/project-folder.ts'
import {checkLife, identifySelf} from '#runtime/engine/project-lock-process.ts'
import {inspectLock, lockDataDir, readDataDirOwner} from '#runtime/engine/project-lock.ts'

const tempDir = () => mkdtempDisposable(join(tmpdir(), 'stitch-lock-'))
const announced = {
  name: 'embedded' as const,
  firestoreHost: '127.0.0.1:1',
  pubsubHost: '127.0.0.1:2',
  projectId: 'demo',
}

/** A process that ran and ended: its number is as good as any for a dead holder. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''], {stdio: 'ignore'})
  await once(child, 'exit')
  return child.pid!
}

async function leaveLock(dataDir: string, over: Record<string, unknown>): Promise<void> {
  const owner = {...identifySelf(), command: 'stitch dev', since: '2026-01-01T00:00:00.000Z', ...over}
  await writeFile(join(dataDir, 'lock.json'), JSON.stringify(owner))
}

describe('the lock of a data folder', () => {
  test('makes the folder, names its holder, and leaves nothing when it is released', async () => {
    await using folder = await tempDir()
    const dataDir = join(folder.path, 'new', '.stitch')
    {
      await using lock = await lockDataDir(dataDir, {command: 'stitch dev'})
      expect(await readDataDirOwner(dataDir)).toMatchObject({pid: process.pid, command: 'stitch dev'})
      expect((await readDataDirOwner(dataDir))?.engine).toBeUndefined()
      await lock.announce(announced)
      expect((await readDataDirOwner(dataDir))?.engine).toEqual(announced)
    }
    expect(await readdir(dataDir)).toEqual([])
    expect(await readDataDirOwner(dataDir)).toBeUndefined()
  })

  test('stops a second run and names the first', async () => {
    await using folder = await tempDir()
    await using _ = await lockDataDir(folder.path, {command: 'stitch dev'})
    await expect(lockDataDir(folder.path, {command: 'stitch simulate'})).rejects.toMatchObject({
      code: 'STITCH_BUSY',
      exit: 'environment',
      message: expect.stringContaining(`stitch dev (process ${process.pid}, since `) as string,
      hints: [`kill ${process.pid} stops it`, '--data-dir DIR runs beside it in another folder'],
    })
  })

  test('is given to exactly one of many that come at once', async () => {
    await using folder = await tempDir()
    await leaveLock(folder.path, {pid: await endedProcess()})
    const tries = await Promise.allSettled(
      Array.from({length: 8}, () => lockDataDir(folder.path, {command: 'stitch seed'})),
    )
    const won = tries.filter((it) => it.status === 'fulfilled')
    expect(won).toHaveLength(1)
    expect(await readdir(folder.path)).toEqual(['lock.json'])
    await won[0]?.value[Symbol.asyncDispose]()
  })

  test.each([
    {title: 'a dead process', over: async () => ({pid: await endedProcess()})},
    {title: 'a process whose number another one has now', over: async () => ({started: 'another boot/1'})},
  ])('is taken over from $title', async ({over}) => {
    await using folder = await tempDir()
    await leaveLock(folder.path, await over())
    expect(await readDataDirOwner(folder.path)).toBeUndefined()
    await using _ = await lockDataDir(folder.path, {command: 'stitch simulate'})
    expect(await readDataDirOwner(folder.path)).toMatchObject({command: 'stitch simulate'})
  })

  test('is taken over from a process that died while it wrote it', async () => {
    await using folder = await tempDir()
    await writeFile(join(folder.path, 'lock.json'), '{"pid": 1')
    await utimes(join(folder.path, 'lock.json'), new Date(0), new Date(0))
    expect((await inspectLock(folder.path))?.life).toBe('dead')
    await using _ = await lockDataDir(folder.path, {command: 'stitch simulate'})
    expect(await readFile(join(folder.path, 'lock.json'), 'utf8')).toContain('stitch simulate')
  })

  test('is respected when its holder is in another container, whose processes cannot be seen', async () => {
    await using folder = await tempDir()
    await leaveLock(folder.path, {machine: 'elsewhere-1'})
    await expect(lockDataDir(folder.path, {command: 'stitch simulate'})).rejects.toMatchObject({
      code: 'STITCH_BUSY',
      message: expect.stringContaining('on elsewhere-1') as string,
    })
  })

  test('is not removed by a holder whose lock was removed by hand and taken by another', async () => {
    await using folder = await tempDir()
    const first = await lockDataDir(folder.path, {command: 'stitch dev'})
    await leaveLock(folder.path, {command: 'stitch simulate'})
    await first[Symbol.asyncDispose]()
    expect(await readDataDirOwner(folder.path)).toMatchObject({command: 'stitch simulate'})
  })

  test('cannot be taken where a file is in the place of the folder', async () => {
    await using folder = await tempDir()
    const dataDir = join(folder.path, 'file')
    await writeFile(dataDir, '')
    await expect(lockDataDir(dataDir, {command: 'stitch seed'})).rejects.toMatchObject({
      code: 'STITCH_DATA_DIR_NOT_WRITABLE',
      exit: 'environment',
    })
  })
})

test('this process is alive, and only as long as its start time is its own', () => {
  expect(checkLife(identifySelf())).toBe('alive')
  expect(checkLife({...identifySelf(), machine: 'elsewhere-1'})).toBe('elsewhere')
})

test.each([
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EACCES', 'this user may not write there'],
])('%s means that %s', (code, reason) => {
  expect(notWritable('/data', Object.assign(new Error(code), {code}))).toMatchObject({
    code: 'STITCH_DATA_DIR_NOT_WRITABLE',
    message: `Nothing can be written to /data (${reason}), so nothing was started.`,
  })
})

test('an error that is not foreseen is not dressed up as one', () => {
  const error = new Error('something else')
  expect(notWritable('/data', error)).toBe(error)
})

test.skipIf(process.platform !== 'linux')(
  'a process that has ended and that nobody has asked after is dead',
  async () => {
    // The shell becomes a program that does not look after what the shell started.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {stdio: ['ignore', 'pipe', 'ignore']})
    try {
      const [line] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string]
      const read = async () => (await readFile(`/proc/${line.trim()}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ')
      while ((await read())[0] !== 'Z') await delay(5)
      const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
      const identity = {...identifySelf(), pid: Number(line), started: `${boot}/${(await read())[19]}`}
      expect(checkLife(identity)).toBe('dead')
    } finally {
      parent.kill()
    }
  },
)
