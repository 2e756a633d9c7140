import {spawn} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {once} from 'node:events'
import {setTimeout as wait} from 'node:timers/promises'
import {describe, expect, onTestFinished, test} from 'vitest'
import {runTools, type RunToolsOptions} from '#runtime/deploy/firebase/run-tools.ts'
import {createWorkFolder} from '#runtime/deploy/firebase/work-folder.ts'

const main = join(import.meta.dirname, 'stand-ins/tools.cjs')

/** A data folder that goes with the test. */
function makeData(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stitch-tools-'))
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}))
  return folder
}

async function run(project: string, options: Partial<RunToolsOptions> = {}) {
  const lines: string[] = []
  const data = makeData()
  await using folder = await createWorkFolder(data, {'source/index.js': 'exports.a = 1\n'})
  const end = await runTools({
    main,
    project,
    only: 'functions:stitch',
    folder: folder.path,
    email: 'me@example.com',
    token: async () => await Promise.resolve('ya29.token'),
    environment: {STITCH_X: 'y'},
    execArgv: [],
    onLine: (level, text) => lines.push(`${level} ${text}`),
    deadlineMs: 60_000,
    signal: new AbortController().signal,
    ...options,
  })
  return {end, lines, folder: folder.path}
}

describe('the process of firebase-tools', () => {
  test('is told what to deploy and as whom, and is never forced', async () => {
    const {end, lines, folder} = await run('echo')
    expect(end).toEqual({messages: []})
    expect(lines[0]).toBe('info i  functions: deploying')
    expect(JSON.parse(lines[1]!.slice('info '.length))).toEqual({
      project: 'echo',
      only: 'functions:stitch',
      cwd: folder,
      nonInteractive: true,
      force: false,
      user: {email: 'me@example.com'},
    })
    expect(existsSync(folder)).toBe(false)
  })

  test('gets the token neither in its arguments nor in its variables', async () => {
    const {lines} = await run('echo')
    expect(lines).toContain('debug ya29.token')
    const printed = lines.find((line) => line.startsWith('debug {'))!
    expect(JSON.parse(printed.slice('debug '.length))).toMatchObject({argv: [], env: {STITCH_X: 'y'}})
    expect(printed).not.toContain('ya29')
  })

  test('tells an error with all that is behind it', async () => {
    const {end} = await run('fails')
    expect(end.messages).toEqual([
      'There was an error deploying functions',
      'Failed to create function f',
      'Build failed',
    ])
  })

  test('is told of where it ends without a word', async () => {
    expect((await run('exits')).end.messages).toEqual(['its process ended with exit code 3'])
  })

  test('is ended, with what it started, when its time is over', async () => {
    const {end, folder} = await run('hangs', {deadlineMs: 500})
    expect(end.messages).toEqual(['it did not finish within 1 s'])
    expect(existsSync(folder)).toBe(false)
  })

  test('is ended, with what it started, when the run is', async () => {
    const stop = new AbortController()
    const data = makeData()
    const folder = await createWorkFolder(data, {})
    let pids: number[] = []
    const onLine = (_level: string, text: string): void => {
      if (text !== 'hanging') return
      pids = readPids(folder.path)
      stop.abort(new Error('Ctrl-C'))
    }
    await expect(run('hangs', {folder: folder.path, signal: stop.signal, onLine})).rejects.toThrow('Ctrl-C')
    await folder[Symbol.asyncDispose]()
    expect(pids).toHaveLength(2)
    await gone(pids)
  })

  test('ends itself with what it started, and takes its folder along, when the command is killed', async () => {
    const data = makeData()
    const folder = await createWorkFolder(data, {'source/index.js': ''})
    const parent = spawn(
      process.execPath,
      ['--conditions=stitch-source', join(import.meta.dirname, 'stand-ins/parent.ts'), main, folder.path],
      {stdio: ['ignore', 'pipe', 'inherit']},
    )
    for await (const text of parent.stdout) if (String(text).includes('hanging')) break
    const pids = readPids(folder.path)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    await gone(pids)
    expect(existsSync(folder.path)).toBe(false)
  })
})

function readPids(folder: string): number[] {
  return readFileSync(join(folder, 'pids'), 'utf8').split(' ').map(Number)
}

/** Ends when none of the processes is there; the test's own time limit is the limit. */
async function gone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await wait(10)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
