import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {makeFolder, processesOf, runStitch, startStitch, until} from '../run-stitch.ts'
import {startCloud, writeProject, writesTo} from './fake-cloud.ts'

const folder = makeFolder()
beforeAll(async () => {
  writeProject(folder.path)
  expect(await runStitch(folder.path, ['simulate', '--async', '--no-ui'])).toMatchObject({code: 0})
})
afterAll(() => folder[Symbol.dispose]())

describe('stitch deploy', () => {
  test('stops on Ctrl-C, says how far it came, and goes on where it stopped', async () => {
    await using on = await startCloud({run: {}})
    const running = startStitch(folder.path, ['deploy', '--yes'], {env: on.env})
    await until(() => on.fake.calls.some(({path}) => path.includes('serviceAccounts') && writesTo(on).length > 12))
    running.child.kill('SIGINT')
    const {code, stderr} = await running.finished
    expect(code).toBe(130)
    expect(stderr).toMatch(/Code: STITCH_INTERRUPTED/)
    expect(await runStitch(folder.path, ['deploy', '--yes'], {env: on.env})).toMatchObject({code: 0})
    expect(processesOf(folder.path)).toEqual([])
  })

  test('killed with SIGKILL anywhere, the next run ends in the same state', async () => {
    await using whole = await startCloud({run: {}})
    await runStitch(folder.path, ['deploy', '--yes'], {env: whole.env})
    whole.cloud.settle()
    const expected = whole.cloud.snapshot()
    const total = whole.fake.calls.length
    for (const share of [0.5, 0.85]) {
      const at = Math.floor(total * share)
      await using on = await startCloud({run: {}})
      const running = startStitch(folder.path, ['deploy', '--yes'], {env: on.env})
      await until(() => on.fake.calls.length >= at || running.child.exitCode !== null)
      running.child.kill('SIGKILL')
      expect(await running.finished).toMatchObject({signal: 'SIGKILL'})
      expect(await runStitch(folder.path, ['deploy', '--yes'], {env: on.env})).toMatchObject({code: 0})
      on.cloud.settle()
      expect(on.cloud.snapshot(), `killed near request ${at} of ${total}`).toEqual(expected)
    }
  })
})
