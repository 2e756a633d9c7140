import {execFileSync} from 'node:child_process'
import {cpSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {
  descendantsOf,
  isAlive,
  makeFolder,
  packageRoot,
  processesOf,
  readEvents,
  runStitch,
  startStitch,
  until,
} from './run-stitch.ts'

/** A Node of this machine that is too old to run stitch itself. */
const oldNode = ['/usr/bin/node', '/usr/local/bin/node', ...(process.env['STITCH_OLD_NODE'] ?? '').split(':')].find(
  (file) => {
    try {
      const version = execFileSync(file, ['--version'], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']})
      return Number(/^v(\d+)/.exec(version)?.[1]) < 24
    } catch {
      return false
    }
  },
)
const why = oldNode ? '' : ' (skipped: no Node older than 24 here)'

describe.skipIf(!oldNode)(`an older Node${why}`, () => {
  const node = oldNode ?? ''

  test('runs the bundled Node 24 and passes output and exit code on', async () => {
    using folder = makeFolder()
    const help = await runStitch(folder.path, ['--version'], {node})
    expect(help).toMatchObject({code: 0, stderr: ''})
    expect(help.stdout).toMatch(/^sgtm-stitch\/.* node-v24\./)
    const wrong = await runStitch(folder.path, ['simulate', 'product'], {node})
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('did you mean products')
  })

  test('ends the whole run on SIGTERM, and on kill -9 of itself', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      using folder = makeFolder()
      const running = startStitch(folder.path, ['simulate', '--repeat', '1000', '--events', 'run.ndjson'], {node})
      await until(() => readEvents(folder.file('run.ndjson')).some(({type}) => type === 'request.started'))
      const children = descendantsOf(running.child.pid!)
      expect(children.length).toBeGreaterThan(1)
      running.child.kill(signal)
      const {code} = await running.finished
      await until(() => processesOf(folder.path).length === 0 && !children.some(isAlive))
      expect(code).toBe(signal === 'SIGTERM' ? 130 : null)
    }
  })

  test('without a bundled Node says what to do and runs nothing', async () => {
    using folder = makeFolder()
    cpSync(join(packageRoot, 'bin'), folder.file('package/bin'), {recursive: true})
    writeFileSync(folder.file('package/package.json'), '{"type": "module"}')
    mkdirSync(folder.file('package/dist'))
    const {code, stdout, stderr} = await runStitch(folder.path, ['--help'], {
      node,
      entry: folder.file('package/bin/run.js'),
    })
    expect({code, stdout}).toEqual({code: 3, stdout: ''})
    expect(stderr).toMatch(
      /^Error: stitch needs Node 24 or newer and this is v\d+\.\d+\.\d+, so nothing was run\.\n Code: STITCH_NODE_TOO_OLD\n Try this:\n/,
    )
  })
})
