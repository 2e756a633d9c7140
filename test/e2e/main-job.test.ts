import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {
  cleanEnvironment,
  makeFolder,
  packageRoot,
  processesOf,
  readEvents,
  runProgram,
  runStitch,
  type Finished,
} from './run-stitch.ts'

type Summary = {
  readonly verdict: string
  readonly exit: number
  readonly checks: {readonly passed: number; readonly failed: number}
  readonly requests: readonly {readonly mode: string}[]
}

const folder = makeFolder()
afterAll(() => folder[Symbol.dispose]())

/** The main job, run once; what it left is read by the tests below. */
let whole: Finished
beforeAll(async () => {
  whole = await runStitch(folder.path, [
    'simulate',
    '--async',
    '--events',
    'run.ndjson',
    '--report',
    'junit=run.xml',
    '--report',
    'github=run.txt',
    '--report',
    'json=run.json',
  ])
})

function summary(): Summary {
  return JSON.parse(readFileSync(folder.file('run.json'), 'utf8')) as Summary
}

/** Every line that says something of a request, a check or the verdict. */
function drawn(text: string): string[] {
  const titles = new Set(
    readEvents(folder.file('run.ndjson')).flatMap(
      (event) => (event['scenarios'] as {title: string}[] | undefined)?.map(({title}) => title) ?? [],
    ),
  )
  return text
    .split('\n')
    .filter(
      (line) => line.trim() !== '' && !/^ {2}(engine|seed|functions|sgtm) +ready /.test(line) && !titles.has(line),
    )
}

describe('stitch simulate --async', () => {
  test('ends with exit code 0, a waterfall per request and a verdict, and nothing to complain of', () => {
    expect(whole.stderr).toBe('')
    expect(whole.code).toBe(0)
    const {requests, checks} = summary()
    expect(whole.stdout.trimEnd().split('\n').at(-1)).toMatch(
      new RegExp(`^passed: ${requests.length} requests, ${checks.passed} checks in `),
    )
    expect(whole.stdout.match(/^✓ /gm)).toHaveLength(requests.length)
  })

  test('takes both paths', () => {
    const {requests, checks} = summary()
    expect(new Set(requests.map(({mode}) => mode))).toEqual(new Set(['sync', 'async']))
    expect(requests.length).toBeGreaterThan(100)
    expect(checks.passed).toBeGreaterThan(500)
    expect(checks.failed).toBe(0)
  })

  test('writes no escape sequence into a pipe', () => {
    expect(whole.stdout).not.toContain('\u001b')
  })

  test('writes one JUnit test case per expectation', () => {
    const xml = readFileSync(folder.file('run.xml'), 'utf8')
    const {checks} = summary()
    expect(xml.match(/<testcase /g)).toHaveLength(checks.passed)
    expect(xml).toMatch(new RegExp(`^<testsuites [^>]*tests="${checks.passed}" failures="0"`, 'm'))
    expect(xml).not.toContain('<failure')
  })

  test('has nothing to annotate when all is well', () => {
    expect(readFileSync(folder.file('run.txt'), 'utf8')).not.toMatch(/^::error/m)
  })

  test('records a log whose end states the same figures', () => {
    const events = readEvents(folder.file('run.ndjson'))
    const {checks, requests} = summary()
    expect(events[0]).toMatchObject({type: 'log.opened', version: 1})
    expect(events.map((event) => event['seq'])).toEqual(events.map((_, index) => index))
    expect(events.filter(({type}) => type === 'request.started')).toHaveLength(requests.length)
    expect(events.filter(({type}) => type === 'check.settled')).toHaveLength(checks.passed)
    expect(events.findLast(({type}) => type === 'run.ended')).toMatchObject({passed: checks.passed, failed: 0, exit: 0})
  })

  test('speaks to nobody outside this machine', () => {
    const urls = readEvents(folder.file('run.ndjson')).flatMap((event) =>
      Object.values((event['urls'] as Record<string, string> | undefined) ?? {}),
    )
    expect(urls.length).toBeGreaterThan(3)
    expect(urls.filter((url) => !/^(http:\/\/)?127\.0\.0\.1:\d+$/.test(url))).toEqual([])
  })

  test('leaves no process behind', () => {
    expect(processesOf(folder.path)).toEqual([])
  })

  test('is drawn by trace show as the run drew it', async () => {
    const shown = await runStitch(folder.path, ['trace', 'show', 'run.ndjson'])
    expect(shown).toMatchObject({code: 0, stderr: ''})
    expect(drawn(shown.stdout)).toEqual(drawn(whole.stdout))
  })

  test('is told by trace show --json with the same figures', async () => {
    const shown = await runStitch(folder.path, ['trace', 'show', 'run.ndjson', '--json'])
    expect(JSON.parse(shown.stdout)).toEqual(summary())
  })
})

describe('stitch simulate', () => {
  test('runs the synchronous path alone, on what an earlier run seeded', async () => {
    const {code, stdout, stderr} = await runStitch(folder.path, ['simulate', 'products', '--events', 'sync.ndjson'])
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    expect(stdout).toMatch(/^ {2}seed .* \d+ documents, unchanged$/m)
    const modes = readEvents(folder.file('sync.ndjson')).flatMap((event) =>
      event.type === 'request.started' ? [event['mode']] : [],
    )
    expect(new Set(modes)).toEqual(new Set(['sync']))
  })

  test('prints exactly one JSON document with --json, and nothing else', async () => {
    const {code, stdout, stderr} = await runStitch(folder.path, [
      'simulate',
      'visitor-returns-async',
      '--async',
      '--json',
    ])
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    expect(JSON.parse(stdout)).toMatchObject({verdict: 'passed', exit: 0, checks: {failed: 0}})
  })

  test('sends every request as often as --repeat says, and only the steps that --only names', async () => {
    const {code, stdout} = await runStitch(folder.path, [
      'simulate',
      'products',
      '--only',
      'trekking-pole',
      '--repeat',
      '3',
      '--json',
    ])
    expect(code).toBe(0)
    const {requests} = JSON.parse(stdout) as {requests: {step: string; method: string}[]}
    const counts = Map.groupBy(requests, ({step, method}) => `${step} ${method}`)
    expect(counts.size).toBeGreaterThan(1)
    expect(new Set([...counts.values()].map((each) => each.length))).toEqual(new Set([3]))
    expect(requests.every(({step}) => step.includes('trekking-pole'))).toBe(true)
  })

  test('writes no escape sequence where NO_COLOR or TERM=dumb stands, and some where colours are forced', async () => {
    const args = ['simulate', 'products', '--only', 'margin-please']
    const [plain, dumb, forced] = await Promise.all([
      runStitch(folder.path, [...args, '--data-dir', 'plain'], {env: {NO_COLOR: '1'}}),
      runStitch(folder.path, [...args, '--data-dir', 'dumb'], {env: {TERM: 'dumb'}}),
      runStitch(folder.path, [...args, '--data-dir', 'forced'], {env: {FORCE_COLOR: '1'}}),
    ])
    expect([plain.code, dumb.code, forced.code]).toEqual([0, 0, 0])
    expect(plain.stdout + dumb.stdout).not.toContain('\u001b')
    expect(forced.stdout).toContain('\u001b[')
  })

  test('goes on to its end, in order and without a word, when nobody reads its output any more', async () => {
    const command = `${process.execPath} ${join(packageRoot, 'bin/run.js')} simulate products --repeat 20 --events head.ndjson | head -1`
    const env = {...cleanEnvironment(folder.path), PATH: process.env['PATH']}
    const {stdout, stderr} = await runProgram(folder.path, 'sh', ['-c', command], env)
    expect({stdout: stdout.split('\n').length, stderr, left: processesOf(folder.path)}).toEqual({
      stdout: 2,
      stderr: '',
      left: [],
    })
    expect(readEvents(folder.file('head.ndjson')).at(-1)).toMatchObject({type: 'run.ended', exit: 0})
  })

  test('prints the resolved configuration with its origins and starts nothing', async () => {
    const {code, stdout} = await runStitch(folder.path, ['simulate', '--print-config', '--json', '--engine', 'gcloud'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      isDemo: true,
      values: {engine: 'gcloud', ports: {sgtm: 0}},
      origins: {engine: 'flag --engine', 'ports.sgtm': 'STITCH_SGTM_PORT', dataDir: 'default'},
    })
  })
})
