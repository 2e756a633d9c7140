import {describe, expect, test} from 'vitest'
import {describeConfig, printConfig} from '#cli/print-config.ts'
import {presentError} from '#cli/present-error.ts'
import {argumentsOf} from '#cli/project.ts'
import {parseReportSpecs} from '#cli/report-spec.ts'
import {progressLine} from '#cli/seed-progress.ts'
import {exitCodes} from '#cli/exit-codes.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'

describe('--report', () => {
  test('takes formats with and without a file', () => {
    expect(parseReportSpecs(['junit=a.xml', 'json=b=c.json', 'text'])).toEqual([
      {format: 'junit', file: 'a.xml'},
      {format: 'json', file: 'b=c.json'},
      {format: 'text', file: undefined},
    ])
  })

  test.each([
    {texts: ['junitt=a.xml'], hint: 'did you mean junit'},
    {texts: ['pdf'], hint: '--report text|json|ndjson|junit|html|github[=FILE]'},
    {texts: ['junit='], hint: '--report junit=stitch.junit'},
    {texts: ['json', 'text'], hint: '--report text=FILE'},
    {texts: [''], hint: '--report text|json|ndjson|junit|html|github[=FILE]'},
  ])('$texts is refused with a hint', ({texts, hint}) => {
    expect(() => parseReportSpecs(texts)).toThrow(
      expect.objectContaining({code: 'STITCH_USAGE', hints: expect.arrayContaining([hint])}),
    )
  })

  test.each([[['junit=a.xml', 'json=a.xml']], [['junit=a.xml', 'json=./a.xml']]])(
    '%j would write one file twice',
    (texts) => {
      expect(() => parseReportSpecs(texts)).toThrow(/^Two reports name the file /)
    },
  )
})

describe('an error', () => {
  const error = new StitchError('Port 8888 is taken, so nothing was started.', {
    code: 'STITCH_PORT_TAKEN',
    exit: 'environment',
    hints: ['--sgtm-port 0'],
  })

  test('is a sentence with its code and hints on stderr', () => {
    expect(presentError(error, {argv: ['simulate']})).toEqual({
      stderr:
        'Error: Port 8888 is taken, so nothing was started.\n Code: STITCH_PORT_TAKEN\n Try this:\n  * --sgtm-port 0\n',
      exit: 3,
    })
  })

  test('is a document on stdout with --json, but not with the --json of somebody else', () => {
    const {stdout, exit} = presentError(error, {argv: ['simulate', '--json']})
    expect(exit).toBe(3)
    expect(JSON.parse(stdout ?? '')).toEqual({error: error.toJSON()})
    expect(presentError(error, {argv: ['exec', '--', 'npm', '--json']}).stdout).toBe(undefined)
  })

  test('in a file has its place, and without hints of its own the way to look there', () => {
    const at = {file: `${process.cwd()}/stitch.config.json`, line: 3, column: 5}
    const placed = new StitchError('It is broken, so nothing was read.', {
      code: 'STITCH_CONFIG_INVALID',
      exit: 'config',
      at,
    })
    expect(presentError(placed, {argv: []})).toEqual({
      stderr:
        "Error: stitch.config.json:3:5: It is broken, so nothing was read.\n Code: STITCH_CONFIG_INVALID\n Try this:\n  * sed -n 3p 'stitch.config.json'\n",
      exit: 4,
    })
  })

  test.each([
    {
      says: 'The following error occurred:\n  --snippet=true cannot also be provided when using --web\nSee more help with --help',
      shown: '--snippet=true cannot also be provided when using --web',
      hints: [],
    },
    {
      says: 'Missing 2 required args:\nfrom  Where.\nto    Whereto.\nSee more help with --help',
      shown: 'Missing 2 required args: from, to',
      hints: ['from  Where.', 'to    Whereto.'],
    },
    {
      says: 'Missing 1 required arg:\npath  File.\n\nNote: --database allows multiple values.\n\nAlternatively, you can use "--".',
      shown: 'Missing 1 required arg: path',
      hints: ['path  File.'],
    },
    {
      says: 'Parsing --port \n\tExpected an integer but received: x\nSee more help with --help',
      shown: '--port: Expected an integer but received: x',
      hints: [],
    },
  ])('of the parser in a heading and a list says in its sentence what is wrong: $shown', ({says, shown, hints}) => {
    const {stdout} = presentError(Object.assign(new Error(says), {oclif: {exit: 2}}), {argv: ['--json']})
    expect(JSON.parse(stdout ?? '')).toMatchObject({error: {message: shown, hints: [...hints, 'stitch --help']}})
  })

  test('of the parser is wrong usage, in one sentence, without its markup', () => {
    const parser = Object.assign(
      new Error('\u001b[31mNonexistent flag: --bogus\u001b[39m\nSee more help with --help'),
      {oclif: {exit: 2}},
    )
    expect(presentError(parser, {argv: []})).toEqual({
      stderr: 'Error: Nonexistent flag: --bogus\n Code: STITCH_USAGE\n Try this:\n  * stitch --help\n',
      exit: 2,
    })
  })

  test('is the first one, where closing what was open failed as well', () => {
    const first = new StitchError('It was so, and nothing was done.', {code: 'STITCH_USAGE', exit: 'usage'})
    const both = new SuppressedError(new Error('last'), new SuppressedError(new Error('then'), first))
    expect(presentError(both, {argv: []})).toMatchObject({exit: 2, stderr: expect.stringContaining(first.message)})
  })

  test('that is a finished page of help is none', () => {
    expect(presentError(Object.assign(new Error('EEXIT: 0'), {code: 'EEXIT', oclif: {exit: 0}}), {argv: []})).toEqual({
      exit: 0,
    })
  })

  test('that nobody foresaw is a bug with its stack and exit code 70', () => {
    const {stderr, exit} = presentError(new TypeError('x is undefined'), {argv: [], crashLog: () => 'crash.log'})
    expect(exit).toBe(70)
    expect(stderr).toMatch(
      /^Bug in stitch: TypeError: x is undefined\n {4}at [\s\S]*\n Code: STITCH_BUG\n Log: crash\.log\n$/,
    )
    const {stdout} = presentError('thrown text', {argv: ['--json'], crashLog: () => undefined})
    expect(JSON.parse(stdout ?? '')).toEqual({error: {code: 'STITCH_BUG', message: 'thrown text', hints: [], exit: 70}})
  })
})

describe('the progress of a seed', () => {
  test.each([
    {done: 0, total: 10_000, ms: 0, line: `${'░'.repeat(24)} 0 of 10,000  0/s`},
    {
      done: 5_000,
      total: 10_000,
      ms: 2_000,
      line: `${'█'.repeat(12)}${'░'.repeat(12)} 5,000 of 10,000  2,500/s  2 s left`,
    },
    {done: 10_000, total: 10_000, ms: 4_000, line: `${'█'.repeat(24)} 10,000 of 10,000  2,500/s  0 s left`},
    {done: 0, total: 0, ms: 10, line: `${'█'.repeat(24)} 0 of 0  0/s`},
  ])('$done of $total after $ms ms', ({done, total, ms, line}) => {
    expect(progressLine(done, total, ms)).toBe(line)
  })
})

describe('exit codes in a help text', () => {
  test('stand in a column, with their meanings', () => {
    expect(exitCodes('ok', 'usage', 'interrupted').split('\n')).toEqual([
      'Exit codes:',
      '    0  ran, and all checks passed',
      '    2  wrong arguments or flags',
      '  130  interrupted; everything was closed',
    ])
  })
})

describe('arguments', () => {
  test('come in the order in which they were typed', () => {
    const raw = [
      {type: 'flag', flag: 'json', input: 'true'},
      {type: 'arg', input: 'node'},
      {type: 'arg', input: '-e'},
      {type: 'arg', input: 'x'},
      {type: 'arg', input: '-e'},
    ]
    expect(argumentsOf({flags: {}, raw})).toEqual(['node', '-e', 'x', '-e'])
  })
})

describe('the printed configuration', () => {
  const config = {
    file: '/p/stitch.config.json',
    isDemo: true,
    origins: {engine: 'flag --engine', 'ports.sgtm': 'default'},
    engine: 'gcloud',
    ports: {sgtm: 8888},
    topic: 'stitch-requests',
  } as unknown as ResolvedConfig

  test('says the file, every overridable value with its origin, and the rest', () => {
    expect(printConfig(config).split('\n').slice(0, 3)).toEqual([
      '/p/stitch.config.json (the demo that comes with stitch)',
      '  engine      gcloud  flag --engine',
      '  ports.sgtm  8888    default',
    ])
    expect(printConfig(config)).toContain('"topic": "stitch-requests"')
  })

  test('is the same as a document', () => {
    const {origins, values} = describeConfig(config)
    expect({origins, values}).toMatchObject({
      origins: {engine: 'flag --engine'},
      values: {engine: 'gcloud', topic: 'stitch-requests'},
    })
  })
})
