import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {once} from 'node:events'
import {describe, expect, test} from 'vitest'
import {
  cleanEnvironment,
  copyDemo,
  editFile,
  makeFolder,
  packageRoot,
  processesOf,
  readEvents,
  runProgram,
  runStitch,
  type StitchOptions,
} from './run-stitch.ts'

/** One scenario with few requests: what is tested here is how a run ends. */
const SHORT = ['simulate', 'products', '--only', 'margin-please']

/** Runs in a fresh copy of the demo, after a change to it. */
async function runChanged(
  change: (file: (name: string) => string) => void,
  args: readonly string[] = SHORT,
  options: StitchOptions = {},
) {
  using folder = makeFolder()
  copyDemo(folder.path)
  change(folder.file)
  const finished = await runStitch(folder.path, args, options)
  return {...finished, left: processesOf(folder.path)}
}

async function runEmpty(args: readonly string[], options: StitchOptions = {}) {
  return await runChanged(() => undefined, args, options)
}

/** Somebody else's port. */
async function occupy(port = 0) {
  const server = createServer()
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return Object.assign(server, {port: address.port})
}

describe('a check that fails', () => {
  test('ends the run with exit code 1 and is told in every report with its file and line', async () => {
    using folder = makeFolder()
    copyDemo(folder.path)
    const {line} = editFile(
      folder.file('scenarios/products.json'),
      '"exactAttributes": {"name": "Rain jacket Föhn"}',
      '"exactAttributes": {"name": "Rain jacket"}',
    )
    const {code, stdout, stderr} = await runStitch(folder.path, [
      ...SHORT,
      '--report',
      'junit=run.xml',
      '--report',
      'github=run.txt',
      '--report',
      'text=run.out',
      '--events',
      'run.ndjson',
    ])
    expect({code, stderr}).toEqual({code: 1, stderr: ''})
    const places = [
      `scenarios/products.json:${line}:`,
      `file=scenarios/products.json,line=${line}`,
      'expected',
      'Rain jacket Föhn',
    ]
    expect(stdout).toContain(places[0])
    expect(stdout).toMatch(/^failed: \d+ requests, \d+ of \d+ checks failed in /m)
    expect(readFileSync(folder.file('run.out'), 'utf8')).toContain(places[0])
    const xml = readFileSync(folder.file('run.xml'), 'utf8')
    const failures = readEvents(folder.file('run.ndjson')).filter(
      (event) => event.type === 'check.settled' && event['passed'] === false,
    )
    expect(failures.length).toBeGreaterThan(0)
    expect(xml.match(/<failure /g)).toHaveLength(failures.length)
    const annotations = readFileSync(folder.file('run.txt'), 'utf8').match(/^::error .*$/gm) ?? []
    expect(annotations).toHaveLength(failures.length)
    for (const annotation of annotations) expect(annotation).toContain(places[1])
  })
})

describe('wrong usage', () => {
  test.each([
    {what: 'an unknown flag', args: ['simulate', '--asink'], code: 'STITCH_USAGE', says: '--asink'},
    {what: 'an unknown command', args: ['simulat'], code: 'STITCH_USAGE', says: 'simulat'},
    {what: 'an unknown engine', args: ['simulate', '--engine', 'java'], code: 'STITCH_USAGE', says: 'embedded'},
    {what: 'a port that is none', args: ['simulate', '--sgtm-port', '70000'], code: 'STITCH_USAGE', says: '65535'},
    {
      what: 'an unknown report',
      args: ['simulate', '--report', 'junitt=x.xml'],
      code: 'STITCH_USAGE',
      says: 'did you mean junit',
    },
    {
      what: 'two reports on stdout',
      args: ['simulate', '--report', 'json', '--report', 'junit'],
      code: 'STITCH_USAGE',
      says: '--report json=FILE',
    },
    {
      what: 'an unknown scenario',
      args: ['simulate', 'product'],
      code: 'STITCH_SCENARIO_UNKNOWN',
      says: 'did you mean products',
    },
    {
      what: 'an asynchronous scenario without --async',
      args: ['simulate', 'products-async'],
      code: 'STITCH_ASYNC_NEEDED',
      says: 'stitch simulate products-async --async',
    },
    {
      what: 'steps that do not exist',
      args: ['simulate', '--only', 'nothing-such'],
      code: 'STITCH_NOTHING_SELECTED',
      says: 'nothing-such',
    },
    {
      what: 'an external engine that is nowhere',
      args: ['simulate', '--engine', 'external'],
      code: 'STITCH_ENGINE_HOST_UNSET',
      says: 'FIRESTORE_EMULATOR_HOST',
    },
    {what: 'a command to run that is missing', args: ['exec'], code: 'STITCH_USAGE', says: 'stitch exec -- npm test'},
    {
      what: 'a log that does not exist',
      args: ['trace', 'show', 'no.ndjson'],
      code: 'STITCH_LOG_UNREADABLE',
      says: 'no.ndjson',
    },
    {
      what: 'an unknown kind',
      args: ['seed', '--kind', 'visitr'],
      code: 'STITCH_KIND_UNKNOWN',
      says: 'did you mean visitor',
    },
    {
      what: 'a real project that was not confirmed',
      args: ['seed', '--project', 'my-project'],
      code: 'STITCH_REAL_PROJECT',
      says: '--yes',
    },
  ])('$what is exit 2 with a code and a hint, on stderr, once', async ({args, code, says}) => {
    const finished = await runEmpty(args)
    expect(finished).toMatchObject({code: 2, left: []})
    expect(finished.stderr).toContain(` Code: ${code}\n`)
    expect(finished.stderr).toContain(says)
    expect(finished.stderr.match(/^Error: /gm)).toHaveLength(1)
    const [, sentence = ''] = /^Error: (.*)$/m.exec(finished.stderr) ?? []
    expect(finished.stdout.replaceAll(/\s+/g, ' ')).not.toContain(sentence)
  })

  test('is one JSON document on stdout with --json', async () => {
    const {code, stdout, stderr} = await runEmpty(['simulate', 'product', '--json'])
    expect({code, stderr}).toEqual({code: 2, stderr: ''})
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'STITCH_SCENARIO_UNKNOWN',
        exit: 2,
        hints: [expect.stringContaining('products'), expect.any(String)],
      },
    })
  })

  test('is one JSON document also where the flags cannot be read', async () => {
    const {code, stdout, stderr} = await runEmpty(['simulate', '--bogus', '--json'])
    expect({code, stderr}).toEqual({code: 2, stderr: ''})
    expect(JSON.parse(stdout)).toMatchObject({error: {code: 'STITCH_USAGE', exit: 2}})
  })
})

describe('a file of the project that is not valid', () => {
  test('broken JSON of the configuration is exit 4 with file, line and column', async () => {
    const {code, stderr} = await runChanged((file) =>
      writeFileSync(file('stitch.config.json'), '{\n  "project": "demo-stitch"\n  "engine": "embedded"\n}\n'),
    )
    expect(code).toBe(4)
    expect(stderr).toMatch(/^Error: stitch\.config\.json:3:3: .*\n Code: STITCH_CONFIG_INVALID\n Try this:\n {2}\* /)
  })

  test('an unknown key of the configuration is exit 4 with its place and the nearest one', async () => {
    let line = 0
    const {code, stderr} = await runChanged((file) => {
      line = editFile(file('stitch.config.json'), '"destinations"', '"destination"').line
    })
    expect(code).toBe(4)
    expect(stderr).toContain(`stitch.config.json:${line}:3: The key destination is not known`)
    expect(stderr).toContain('* did you mean destinations\n')
  })

  test('a broken fixture is exit 4 with file, line and column', async () => {
    let line = 0
    const {code, stderr, left} = await runChanged((file) => {
      line = editFile(file('visitors/franz.json'), ': {"$timestamp": "', ': {"$timestamp": "yesterday').line
    })
    expect({code, left}).toEqual({code: 4, left: []})
    expect(stderr).toMatch(new RegExp(`^Error: visitors/franz\\.json:${line}:\\d+: `))
    expect(stderr).toMatch(/ Code: STITCH_FIXTURE_\w+\n Try this:\n/)
  })

  test('a scenario with an unknown expectation is exit 4 with its place and the nearest one', async () => {
    let line = 0
    const {code, stderr} = await runChanged((file) => {
      line = editFile(file('scenarios/products.json'), '"exactAttributes"', '"exactAttribute"').line
    })
    expect(code).toBe(4)
    expect(stderr).toMatch(new RegExp(`^Error: scenarios/products\\.json:${line}:\\d+: `))
    expect(stderr).toContain('exactAttributes')
  })

  test('a broken template is exit 4 with its section, line and column, and nothing is left running', async () => {
    let line = 0
    const {code, stderr, left} = await runChanged((file) => {
      line = editFile(file('container/stitcher-client.tpl'), 'const sendHttpRequest', 'konst sendHttpRequest').line
    })
    expect({code, left}).toEqual({code: 4, left: []})
    expect(stderr).toMatch(new RegExp(`^Error: container/stitcher-client\\.tpl:${line}:\\d+: `))
    expect(stderr).toContain('SANDBOXED_JS')
    expect(stderr).toMatch(/ Code: STITCH_TEMPLATE_\w+\n/)
  })

  test('a log that is none is exit 4 with its line', async () => {
    const {code, stderr} = await runChanged(
      (file) => writeFileSync(file('run.ndjson'), '{"seq":0}\n'),
      ['trace', 'show', 'run.ndjson'],
    )
    expect(code).toBe(4)
    expect(stderr).toMatch(/^Error: run\.ndjson:1:1: .*\n Code: STITCH_LOG_INVALID\n/)
  })
})

describe('a machine that is not ready', () => {
  test('a port that was asked for and is taken is exit 3 and named', async () => {
    await using server = await occupy()
    const finished = await runEmpty([...SHORT, '--sgtm-port', String(server.port)])
    expect(finished).toMatchObject({code: 3, left: []})
    expect(finished.stderr).toMatch(
      new RegExp(
        `^Error: Port ${server.port} is taken .*the server container was not started\\.\\n Code: STITCH_PORT_TAKEN\\n`,
      ),
    )
    expect(finished.stderr).toContain('--sgtm-port 0')
  })

  test('a port of the configuration that is taken moves, and both are said', async () => {
    await using server = await occupy()
    const {code, stdout} = await runChanged(
      (file) => {
        editFile(
          file('stitch.config.json'),
          '"project": "demo-stitch",',
          `"project": "demo-stitch",\n  "ports": {"sgtm": ${server.port}},`,
        )
      },
      SHORT,
      {env: {STITCH_SGTM_PORT: undefined}},
    )
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`Port ${server.port} is taken, so the server container uses \\d+\\.`))
  })

  test('the Google Cloud CLI that is not installed is exit 3 with a way out', async () => {
    using empty = makeFolder()
    const finished = await runEmpty([...SHORT, '--engine', 'gcloud'], {
      env: {PATH: empty.path, HOME: empty.path, JAVA_HOME: undefined, CLOUDSDK_ROOT_DIR: undefined},
    })
    expect(finished).toMatchObject({code: 3, left: []})
    expect(finished.stderr).toMatch(/ Code: STITCH_ENGINE_MISSING\n/)
    expect(finished.stderr).toContain('--engine embedded')
  })

  test('a data folder that cannot be written is exit 3', async () => {
    const finished = await runChanged((file) => writeFileSync(file('.stitch'), ''))
    expect(finished).toMatchObject({code: 3, left: []})
    expect(finished.stderr).toMatch(/ Code: STITCH_DATA_DIR_NOT_WRITABLE\n/)
    expect(finished.stderr).toContain('--data-dir DIR')
  })

  test.runIf(process.platform === 'linux').each([
    ['simulate', '--data-dir', '/proc/stitch'],
    ['simulate', '--data-dir', '/proc'],
    ['seed', '--data-dir', '/proc/stitch'],
    ['engine', 'start', '--data-dir', '/dev/null/stitch'],
    ['engine', 'start', '--detach', '--data-dir', '/proc/stitch'],
    ['dev', '--data-dir', '/proc/stitch'],
  ])('nor do file systems that take no folders hold it up: %s %s %s', async (...args) => {
    const finished = await runEmpty(args)
    expect(finished).toMatchObject({code: 3, left: []})
    expect(finished.stderr).toMatch(/ Code: STITCH_DATA_DIR_NOT_WRITABLE\n/)
  })

  test('a dev that cannot start leaves the file alone that it would have written when ready', async () => {
    using folder = makeFolder()
    writeFileSync(folder.file('mine.json'), '{}')
    writeFileSync(folder.file('.stitch'), '')
    const {code} = await runStitch(folder.path, ['dev', '--ready-file', 'mine.json'])
    expect([code, readFileSync(folder.file('mine.json'), 'utf8')]).toEqual([3, '{}'])
  })

  test.runIf(process.platform === 'linux').each([
    ['simulate', 'products', '--only', 'margin-please'],
    ['seed', '--json'],
    ['engine', 'export', '-'],
  ])('a stdout on a full disk is exit 3 when all is closed: %s %s', async (...args) => {
    using folder = makeFolder()
    // The device behind it says of every write that the disk is full (full(4)).
    const line = `exec '${process.execPath}' '${join(packageRoot, 'bin/run.js')}' ${args.join(' ')} >/dev/full`
    const {code, stderr} = await runProgram(folder.path, 'sh', ['-c', line], {
      ...process.env,
      ...cleanEnvironment(folder.path),
    })
    expect([code, stderr]).toEqual([3, expect.stringContaining(' Code: STITCH_OUTPUT_NOT_WRITABLE\n')])
    expect(processesOf(folder.path)).toEqual([])
    expect(existsSync(folder.file('.stitch/lock.json'))).toBe(false)
  })

  test('a report that cannot be written is exit 3 before anything was run', async () => {
    const finished = await runEmpty([...SHORT, '--report', 'junit=no/such/folder/run.xml'])
    expect(finished).toMatchObject({code: 3, stdout: ''})
    expect(finished.stderr).toMatch(/ Code: STITCH_OUTPUT_NOT_WRITABLE\n/)
  })

  test('an error that stops the run is a failed test case, and one document with --json', async () => {
    using folder = makeFolder()
    writeFileSync(folder.file('.stitch'), '')
    const {code, stdout, stderr} = await runStitch(folder.path, [
      ...SHORT,
      '--json',
      '--report',
      'junit=run.xml',
      '--events',
      'run.ndjson',
    ])
    expect({code, stderr}).toEqual({code: 3, stderr: ''})
    expect(JSON.parse(stdout)).toMatchObject({error: {code: 'STITCH_DATA_DIR_NOT_WRITABLE', exit: 3}})
    expect(readFileSync(folder.file('run.xml'), 'utf8')).toContain('STITCH_DATA_DIR_NOT_WRITABLE')
    expect(readEvents(folder.file('run.ndjson')).at(-1)).toMatchObject({
      type: 'run.ended',
      exit: 3,
      error: {code: 'STITCH_DATA_DIR_NOT_WRITABLE'},
    })
  })

  test('doctor is silent when all is well, and names a port that was asked for and is taken', async () => {
    await using server = await occupy()
    const [well, taken, page] = await Promise.all([
      runEmpty(['doctor']),
      runEmpty(['doctor', '--sgtm-port', String(server.port)]),
      runEmpty(['doctor', '--page-port', String(server.port)]),
    ])
    expect(well).toMatchObject({code: 0, stdout: '', stderr: ''})
    for (const {code, stdout, stderr} of [taken, page]) {
      expect({code, stdout}).toEqual({code: 3, stdout: ''})
      expect(stderr).toContain(`Port ${server.port} `)
      expect(stderr.trimEnd().split('\n')).toHaveLength(2)
    }
    expect(page.stderr).toContain('the page cannot start')
  })

  test('doctor --json says the same as one document', async () => {
    await using server = await occupy()
    const {code, stdout, stderr} = await runEmpty(['doctor', '--json', '--sgtm-port', String(server.port)])
    expect({code, stderr}).toEqual({code: 3, stderr: ''})
    expect(JSON.parse(stdout)).toMatchObject({ready: false})
  })
})
