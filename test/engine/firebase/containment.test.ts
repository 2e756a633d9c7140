import {execFileSync, spawn, spawnSync, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {describe, expect, test} from 'vitest'
import {preparePs, readKillCommand} from './stand-in-suite.ts'

const containment = pathToFileURL(join(import.meta.dirname, '../../../src/runtime/engine/firebase/containment.ts')).href
const CONTAINED = ['--import', containment]

/** A process that nothing but a signal ends. */
async function startBystander(): Promise<ChildProcess & AsyncDisposable> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  const exited = once(child, 'exit')
  return Object.assign(child, {
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  })
}

describe.skipIf(process.platform === 'win32')('firebase-tools is kept from', () => {
  test.each([
    {title: 'killing processes of others', flags: CONTAINED, killed: false},
    {title: '(which it does when it is not)', flags: [], killed: true},
  ])('$title', async ({flags, killed}) => {
    const command = await readKillCommand()
    expect(command).toContain('kill -9')
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-contained-'))
    await using bystander = await startBystander()
    const exited = once(bystander, 'exit')
    const PATH = await preparePs(folder.path, bystander.pid!)
    const script = `require('node:child_process').execSync(${JSON.stringify(command)})`
    expect(spawnSync(process.execPath, [...flags, '-e', script], {env: {PATH}}).status).toBe(0)
    // A signal is delivered before kill() returns, so the last question comes after it.
    if (killed) expect(await exited).toEqual([null, 'SIGKILL'])
    else expect(bystander.kill(0) && bystander.signalCode === null).toBe(true)
  })

  test.each([
    {title: 'leaving the process group', flags: CONTAINED, same: true},
    {title: '(which it does when it is not)', flags: [], same: false},
  ])('$title with what it starts', ({flags, same}) => {
    const child =
      "process.stdout.write(require('fs').readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[2])"
    const script = `
      const {spawn} = require('node:child_process')
      const group = require('fs').readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[2]
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(child)}], {detached: true, stdio: ['ignore', 'pipe', 'inherit']})
      child.stdout.on('data', (data) => console.log(String(data) === group))`
    if (process.platform !== 'linux') return
    expect(execFileSync(process.execPath, [...flags, '-e', script], {encoding: 'utf8'}).trim()).toBe(String(same))
  })

  test('nothing else', () => {
    const script = "console.log(require('node:child_process').execSync('echo kill; echo pubsub').toString())"
    expect(execFileSync(process.execPath, [...CONTAINED, '-e', script], {encoding: 'utf8'})).toBe('kill\npubsub\n\n')
  })
})
