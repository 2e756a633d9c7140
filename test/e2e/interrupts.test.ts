import {readdirSync, readFileSync} from 'node:fs'
import {setTimeout as delay} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {
  descendantsOf,
  endProcess,
  findProgram,
  isAlive,
  makeFolder,
  processesOf,
  readEvents,
  runStitch,
  startStitch,
  until,
  type LoggedEvent,
  type Running,
} from './run-stitch.ts'

const LONG = ['simulate', '--async', '--repeat', '1000', '--events', 'run.ndjson']

/** Waits until the log of a run holds such an event. */
async function untilEvent(folder: string, running: Running, matches: (event: LoggedEvent) => boolean): Promise<void> {
  await until(() => {
    if (running.child.exitCode !== null)
      throw new Error(`stitch ended early:\n${running.stdout()}\n${running.stderr()}`)
    return readEvents(`${folder}/run.ndjson`).some(matches)
  })
}

/** Names in a folder that may not be there yet. */
function readdirSafe(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const starting = (stage: string) => (event: LoggedEvent) => event.type === 'stage.starting' && event['stage'] === stage
const ready = (stage: string) => (event: LoggedEvent) => event.type === 'stage.ready' && event['stage'] === stage

const STAGES = [
  {stage: 'the log is opened', reached: (event: LoggedEvent) => event.type === 'log.opened'},
  {stage: 'the engine starts', reached: starting('engine')},
  {stage: 'the functions start', reached: starting('functions')},
  {stage: 'the fixtures are seeded', reached: starting('seed')},
  {stage: 'the container starts', reached: starting('sgtm')},
  {stage: 'requests are sent', reached: (event: LoggedEvent) => event.type === 'request.started'},
  {
    stage: 'a message is on its way through Pub/Sub',
    reached: (event: LoggedEvent) => event.type === 'request.started' && event['mode'] === 'async',
  },
]

describe('Ctrl-C', () => {
  test.each(STAGES)(
    'while $stage ends with 130, says so once, and leaves no process and no lock',
    async ({reached}) => {
      using folder = makeFolder()
      const running = startStitch(folder.path, LONG)
      await untilEvent(folder.path, running, reached)
      running.child.kill('SIGINT')
      const {code, stdout, stderr} = await running.finished
      expect({code, left: processesOf(folder.path)}).toEqual({code: 130, left: []})
      expect(stderr).toMatch(/^Error: (SIGINT received|The seed was stopped).*\n Code: STITCH_INTERRUPTED\n/)
      expect(stderr.match(/^Error: /gm)).toHaveLength(1)
      expect(stdout).toMatch(/^interrupted: /m)
      expect(() => readFileSync(folder.file('.stitch/lock.json'))).toThrow('ENOENT')
      const events = readEvents(folder.file('run.ndjson'))
      const passed = events.filter((event) => event.type === 'check.settled' && event['passed'] === true).length
      expect(events.at(-1)).toMatchObject({type: 'run.ended', exit: 130, passed})
    },
  )

  test('during a long seed ends with 130, and what was begun can be finished', async () => {
    using folder = makeFolder()
    const running = startStitch(folder.path, ['seed', '--generate', '60000'])
    await until(() => processesOf(folder.path).length > 0 && readdirSafe(folder.file('.stitch')).includes('lock.json'))
    await delay(600)
    running.child.kill('SIGINT')
    const {code, stderr} = await running.finished
    expect({code, left: processesOf(folder.path)}).toEqual({code: 130, left: []})
    expect(stderr).toMatch(/^Error: The seed was stopped after \d+ of 60000 records/)
    const again = await runStitch(folder.path, ['seed', '--generate', '100'])
    expect(again.code).toBe(0)
  })

  test('SIGTERM does the same', async () => {
    using folder = makeFolder()
    const running = startStitch(folder.path, LONG)
    await untilEvent(folder.path, running, STAGES[5]!.reached)
    running.child.kill('SIGTERM')
    const {code, stderr} = await running.finished
    expect({code, left: processesOf(folder.path)}).toEqual({code: 130, left: []})
    expect(stderr).toMatch(/^Error: SIGTERM received/)
  })
})

describe('kill -9', () => {
  test.each([STAGES[2]!, STAGES[5]!])('while $stage leaves no process, and the next run works', async ({reached}) => {
    using folder = makeFolder()
    const running = startStitch(folder.path, LONG)
    await untilEvent(folder.path, running, reached)
    const children = descendantsOf(running.child.pid!)
    running.child.kill('SIGKILL')
    await running.finished
    await until(() => processesOf(folder.path).length === 0 && !children.some(isAlive))
    const again = await runStitch(folder.path, ['simulate', 'products', '--only', 'margin-please'])
    expect(again).toMatchObject({code: 0, stderr: ''})
  })
})

describe('two runs at once', () => {
  const folder = makeFolder()
  afterAll(() => folder[Symbol.dispose]())
  let first: Running
  beforeAll(async () => {
    first = startStitch(folder.path, ['simulate', '--repeat', '4', '--events', 'run.ndjson'])
    await untilEvent(folder.path, first, ready('engine'))
  })

  test('in one data folder: the second is exit 3 and names the first, which goes on unharmed', async () => {
    const second = await runStitch(folder.path, ['simulate'])
    expect(second.code).toBe(3)
    expect(second.stderr).toContain(` Code: STITCH_BUSY\n`)
    expect(second.stderr).toContain(`stitch simulate (process ${first.child.pid}`)
    expect(first.child.exitCode).toBe(null)
  })

  test('in two data folders: both work, beside each other', async () => {
    const second = await runStitch(folder.path, ['simulate', 'products', '--data-dir', 'other'])
    expect(second).toMatchObject({code: 0, stderr: ''})
    expect(await first.finished).toMatchObject({code: 0, stderr: ''})
  })
})

describe('a part that dies in mid-run', () => {
  const gcloud = findProgram('gcloud')
  const java = findProgram('java')

  test.skipIf(!gcloud || !java)(
    `an emulator ends the run with exit 3 and a sentence${gcloud && java ? '' : ' (skipped: no Google Cloud CLI or no Java here)'}`,
    async () => {
      using folder = makeFolder()
      const running = startStitch(folder.path, [...LONG, '--engine', 'gcloud'])
      await untilEvent(folder.path, running, STAGES[5]!.reached)
      const emulators = processesOf(folder.path).filter(
        ({command}) => /java/.test(command) && /firestore/i.test(command),
      )
      expect(emulators.length).toBeGreaterThan(0)
      for (const {pid} of emulators) endProcess(pid)
      const {code, stderr} = await running.finished
      expect({code, left: processesOf(folder.path)}).toEqual({code: 3, left: []})
      expect(stderr).toMatch(/^Error: .*emulator.*\n Code: STITCH_ENGINE_\w+\n/)
    },
  )

  test('a function that is killed is started again or ends the run with a sentence, never with silence', async () => {
    using folder = makeFolder()
    const running = startStitch(folder.path, ['simulate', 'products', '--repeat', '40', '--events', 'run.ndjson'])
    await untilEvent(folder.path, running, STAGES[5]!.reached)
    const lookup = processesOf(folder.path).find(({command}) => command.includes('--target=lookup'))
    process.kill(lookup!.pid, 'SIGKILL')
    const {code, stdout, stderr} = await running.finished
    expect(processesOf(folder.path)).toEqual([])
    expect([0, 1, 3]).toContain(code)
    expect(stdout + stderr).toMatch(/lookup.*(ended|SIGKILL|killed)/)
  })
})
