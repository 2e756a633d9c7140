import {existsSync, readFileSync} from 'node:fs'
import {afterAll, describe, expect, test} from 'vitest'
import {copyDemo, editFile, makeFolder, processesOf, readEvents, runStitch, startStitch, until} from './run-stitch.ts'

describe('stitch seed', () => {
  const folder = makeFolder()
  afterAll(() => folder[Symbol.dispose]())

  test('writes nothing with --dry-run and says what it would write', async () => {
    const {code, stdout, stderr} = await runStitch(folder.path, ['seed', '--dry-run'])
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    expect(stdout).toMatch(
      /^(\d+) of \1 documents would be written to the embedded engine, 0 are there already; nothing was changed\.\n$/,
    )
  })

  test('writes and reads back, in one line', async () => {
    const {code, stdout, stderr} = await runStitch(folder.path, ['seed'])
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    expect(stdout).toMatch(
      /^(\d+) documents written to the embedded engine and read back \(\1 equal\), 0 unchanged\.\n$/,
    )
  })

  test('changes nothing the second time and says so', async () => {
    const {code, stdout} = await runStitch(folder.path, ['seed'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^All \d+ documents are in the embedded engine already; nothing was changed\.\n$/)
  })

  test('is found by simulate, in another process', async () => {
    const {code, stdout} = await runStitch(folder.path, ['simulate', 'products', '--only', 'margin-please'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}seed .* \d+ documents, unchanged$/m)
  })

  test('says the same as one document with --json', async () => {
    const {code, stdout, stderr} = await runStitch(folder.path, ['seed', '--json'])
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    expect(JSON.parse(stdout)).toMatchObject({target: 'the embedded engine', written: 0, deleted: 0})
  })

  test('deletes what the fixtures do not hold with --reset, and generated records are the same every time', async () => {
    const made = await runStitch(folder.path, ['seed', '--generate', '50', '--seed', '7', '--json'])
    const again = await runStitch(folder.path, ['seed', '--generate', '50', '--seed', '7', '--json'])
    const reset = await runStitch(folder.path, ['seed', '--reset', '--json'])
    const written = (JSON.parse(made.stdout) as {written: number}).written
    expect(written).toBeGreaterThanOrEqual(50)
    expect(JSON.parse(again.stdout)).toMatchObject({written: 0, unchanged: written})
    expect(JSON.parse(reset.stdout)).toMatchObject({written: 0, deleted: written})
  })
})

describe('stitch exec', () => {
  const script = 'console.log(JSON.stringify(process.env)); process.exit(7)'

  test("gives the command the path's addresses and ends with its exit code", async () => {
    using folder = makeFolder()
    const {code, stdout, stderr} = await runStitch(folder.path, ['exec', '--', process.execPath, '-e', script])
    expect({code, stderr, left: processesOf(folder.path)}).toEqual({code: 7, stderr: '', left: []})
    const host = expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string
    const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string
    expect(JSON.parse(stdout)).toMatchObject({
      FIRESTORE_EMULATOR_HOST: host,
      PUBSUB_EMULATOR_HOST: host,
      GOOGLE_CLOUD_PROJECT: 'demo-stitch',
      STITCH_SGTM_URL: url,
      STITCH_LOOKUP_URL: url,
    })
  })

  test('runs a command that asks the container and gets its answer', async () => {
    using folder = makeFolder()
    const ask =
      "fetch(process.env.STITCH_SGTM_URL + '/stitch?id=P-1001').then((answer) => answer.text()).then(console.log)"
    const {code, stdout} = await runStitch(folder.path, ['exec', '--', process.execPath, '-e', ask])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({status: 'found', kind: 'product'})
  })

  test('names a command that does not exist', async () => {
    using folder = makeFolder()
    const {code, stderr} = await runStitch(folder.path, ['exec', '--', 'no-such-command'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^Error: no-such-command cannot be started .*\n Code: STITCH_COMMAND_NOT_STARTED\n/)
    expect(processesOf(folder.path)).toEqual([])
  })

  test('hands arguments over as they were typed, repeated ones and those that stitch knows too', async () => {
    using folder = makeFolder()
    const {code, stdout} = await runStitch(folder.path, [
      'exec',
      '--',
      process.execPath,
      '-e',
      'console.log(process.argv.slice(1))',
      '--',
      '--json',
      'a',
      '--json',
    ])
    expect(code).toBe(0)
    expect(stdout).toBe("[ '--json', 'a', '--json' ]\n")
  })
})

describe('stitch dev', () => {
  type Ready = {readonly env: {readonly STITCH_SGTM_URL: string}}

  test('says when it is ready, answers a person, reloads what changes, seeds beside itself, and ends with exit 0', async () => {
    using folder = makeFolder()
    copyDemo(folder.path)
    const dev = startStitch(folder.path, ['dev', '--no-ui', '--ready-file', 'ready.json', '--events', 'run.ndjson'])
    const ready = await until(
      () =>
        existsSync(folder.file('ready.json')) && (JSON.parse(readFileSync(folder.file('ready.json'), 'utf8')) as Ready),
    )
    const ask = async () =>
      (await (await fetch(`${ready.env.STITCH_SGTM_URL}/stitch?id=P-1001`)).json()) as {attributes: {name: string}}
    expect((await fetch(`${ready.env.STITCH_SGTM_URL}/healthy`)).status).toBe(200)
    expect(await ask()).toMatchObject({status: 'found', attributes: {name: 'Trekking pole Säntis'}})

    editFile(folder.file('products/products.csv'), 'Trekking pole Säntis', 'Trekking pole Eiger')
    await until(async () => (await ask()).attributes.name === 'Trekking pole Eiger')

    const beside = await runStitch(folder.path, ['seed'])
    expect(beside).toMatchObject({code: 0, stderr: ''})
    expect(beside.stdout).toMatch(/in the engine of the running (stitch )?dev already; nothing was changed\.\n$/)

    editFile(folder.file('container/stitcher-client.tpl'), 'const sendHttpRequest', 'konst sendHttpRequest')
    await until(() =>
      readEvents(folder.file('run.ndjson')).some((event) => event['source'] === 'reload' && event['level'] === 'error'),
    )
    expect((await ask()).attributes.name).toBe('Trekking pole Eiger')
    editFile(folder.file('container/stitcher-client.tpl'), 'konst sendHttpRequest', 'const sendHttpRequest')
    await until(() =>
      readEvents(folder.file('run.ndjson')).some(
        (event) => event.type === 'reload.done' && event['what'] === 'templates',
      ),
    )

    dev.child.kill('SIGINT')
    const {code, stderr} = await dev.finished
    expect({code, stderr, left: processesOf(folder.path)}).toEqual({code: 0, stderr: '', left: []})
    expect(existsSync(folder.file('ready.json'))).toBe(false)
    const reloads = readEvents(folder.file('run.ndjson')).filter(
      (event) => event.type === 'reload.done' && event['what'] === 'fixtures',
    )
    expect(reloads).toHaveLength(1)
  })
})
