import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempDisposable, readFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {setTimeout as delay} from 'node:timers/promises'
import {describe, expect, test} from 'vitest'
import {startGuarded} from '#runtime/engine/guard.ts'

/** A child that starts a grandchild, says both ids on its output, and stays. With `stubborn` neither heeds SIGTERM. */
function family(stubborn: boolean): string {
  const stay = `${stubborn ? "process.on('SIGTERM', () => {});" : ''} setInterval(() => {}, 1000);`
  return `
    const {spawn} = require('node:child_process')
    const grandchild = spawn(process.execPath, ['-e', ${JSON.stringify(`${stay} console.log('up')`)}], {stdio: ['ignore', 'pipe', 'ignore']})
    grandchild.stdout.once('data', () => console.log('family', process.pid, grandchild.pid))
    ${stay}`
}

/** The ids that the family wrote to the log, once both run. */
async function idsOf(logFile: string): Promise<number[]> {
  for (;;) {
    const match = /family (\d+) (\d+)/.exec(await readFile(logFile, 'utf8').catch(() => ''))
    if (match) return [Number(match[1]), Number(match[2])]
    await delay(20)
  }
}

/** Running and not a zombie: whoever was killed may wait a while for init to reap it. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/\) Z /.test(stat)
}

/** Waits until none of them runs; the test's own time-out is the only limit. */
async function untilGone(pids: readonly number[]): Promise<void> {
  while ((await Promise.all(pids.map(isRunning))).some(Boolean)) await delay(20)
}

async function guardFamily(folder: string, stubborn: boolean) {
  const logFile = join(folder, 'child.log')
  const guarded = startGuarded({
    command: process.execPath,
    args: ['-e', family(stubborn)],
    environment: process.env,
    logFile,
    graceMs: 200,
  })
  return {guarded, ids: await idsOf(logFile)}
}

describe('a guarded process', () => {
  test('ends with its whole group when it is disposed of', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-guard-'))
    const {guarded, ids} = await guardFamily(folder.path, false)
    expect(await guarded.pid).toBe(ids[0])
    await guarded[Symbol.asyncDispose]()
    await untilGone(ids)
    expect(await guarded.exited).toEqual({code: null, signal: 'SIGTERM'})
  })

  test('ends even when nobody in the group heeds SIGTERM', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-guard-'))
    const {guarded, ids} = await guardFamily(folder.path, true)
    await guarded[Symbol.asyncDispose]()
    await untilGone(ids)
    expect(await guarded.exited).toEqual({code: null, signal: 'SIGKILL'})
  })

  test.each([false, true])(
    'leaves nothing behind when its parent is killed with SIGKILL (stubborn: %s)',
    async (stubborn) => {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-guard-'))
      const logFile = join(folder.path, 'child.log')
      const standIn = join(import.meta.dirname, 'stand-ins/guarded-parent.ts')
      const parent = spawn(process.execPath, ['--conditions=stitch-source', standIn, logFile, family(stubborn)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = (await once(createInterface({input: parent.stdout}), 'line')) as [string]
      const ids = await idsOf(logFile)
      expect(Number(line)).toBe(ids[0])
      parent.kill('SIGKILL')
      await untilGone(ids)
    },
  )

  test('leaves nothing behind when its guard is killed with SIGKILL', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-guard-'))
    const {guarded, ids} = await guardFamily(folder.path, true)
    const stat = await readFile(`/proc/${ids[0]}/stat`, 'utf8')
    const guard = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    process.kill(guard, 'SIGKILL')
    expect(await guarded.exited).toEqual({error: 'its guard process ended'})
    await untilGone(ids)
  })

  test('tells its exit code and leaves its output in the log', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-guard-'))
    const logFile = join(folder.path, 'child.log')
    const script = "console.log('so long'); process.exitCode = 7"
    await using guarded = startGuarded({
      command: process.execPath,
      args: ['-e', script],
      environment: process.env,
      logFile,
      graceMs: 200,
    })
    expect(await guarded.exited).toEqual({code: 7, signal: null})
    expect(await readFile(logFile, 'utf8')).toBe('so long\n')
  })

  test('names the folder where its log cannot be written, and starts nothing', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-guard-'))
    const options = {command: process.execPath, args: [], environment: process.env, logFile: folder.path, graceMs: 200}
    expect(() => startGuarded(options)).toThrow(expect.objectContaining({code: 'STITCH_DATA_DIR_NOT_WRITABLE'}))
  })

  test('tells that a command does not exist', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-guard-'))
    await using guarded = startGuarded({
      command: join(folder.path, 'missing'),
      args: [],
      environment: process.env,
      logFile: join(folder.path, 'child.log'),
      graceMs: 200,
    })
    expect(await guarded.exited).toMatchObject({error: expect.stringContaining('ENOENT') as string})
    expect(await guarded.pid).toBeUndefined()
  })
})
