import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {editFile, makeFolder, runProgram, runStitch} from './run-stitch.ts'

/** Nothing of the person's own: no gcloud settings, no variables. */
const env = {HOME: '/nowhere', CLOUDSDK_CONFIG: '/nowhere'}

type Summary = {readonly passed: number; readonly failed: number}

describe.each([{args: []}, {args: ['--with-handlers']}])('stitch init $args', ({args}) => {
  test('makes a project that passes as it is, and says with what it was simulated', async () => {
    using folder = makeFolder()
    const made = await runStitch(folder.path, ['init', ...args], {env})
    expect(made).toMatchObject({code: 0, stderr: ''})
    expect(made.stdout).toMatch(/^\+ stitch\.config\.json$/m)
    expect(made.stdout).toContain('\nNext:\n  stitch simulate --async ')

    const {code, stdout, stderr} = await runStitch(folder.path, ['simulate', '--async', '--json'], {env})
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    const {passed, failed} = (JSON.parse(stdout) as {readonly checks: Summary}).checks
    expect(failed).toBe(0)
    const record: unknown = JSON.parse(readFileSync(folder.file('.stitch/simulated.json'), 'utf8'))
    expect(record).toMatchObject({version: 1, passed, failed: 0, async: true, engine: 'embedded'})
    const shown = await runStitch(folder.path, ['trace', 'show', '.stitch/simulated.ndjson'], {env})
    expect(shown).toMatchObject({code: 0, stderr: ''})
  })
})

describe('stitch init', () => {
  test('uses what it finds, asks nothing in a script, and tells all of it as one document', async () => {
    using folder = makeFolder()
    await runProgram(folder.path, 'git', ['init', '--quiet', '.'])
    mkdirSync(folder.file('gcloud/configurations'), {recursive: true})
    writeFileSync(folder.file('gcloud/configurations/config_default'), '[core]\nproject = acme-shop-42\n')
    writeFileSync(folder.file('package.json'), '{"name": "shop"}\n')
    const options = {env: {...env, CLOUDSDK_CONFIG: folder.file('gcloud')}}
    const {code, stdout} = await runStitch(
      folder.path,
      ['init', 'app', '--json', '--sgtm-url', 'https://sgtm.acme.example'],
      options,
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      folder: folder.file('app'),
      project: {value: 'acme-shop-42', from: 'gcloud'},
      sgtmUrl: 'https://sgtm.acme.example',
      written: expect.arrayContaining([
        folder.file('app/stitch.config.json'),
        folder.file('.github/workflows/stitch.yml'),
      ]),
      changed: [],
    })
    expect(readFileSync(folder.file('package.json'), 'utf8')).toBe('{"name": "shop"}\n')
    const checked = await runStitch(folder.file('app'), ['simulate', '--print-config', '--json'], {env})
    expect(JSON.parse(checked.stdout)).toMatchObject({
      values: {project: 'acme-shop-42', deploy: {sgtmUrl: 'https://sgtm.acme.example', region: 'us-central1'}},
    })
  })

  test('overwrites nothing: it names what is in the way and writes nothing', async () => {
    using folder = makeFolder()
    writeFileSync(folder.file('stitch.config.mjs'), 'export default {}\n')
    const {code, stdout, stderr} = await runStitch(folder.path, ['init', '--yes'], {env})
    expect({code, stdout}).toEqual({code: 2, stdout: ''})
    expect(stderr).toContain('Error: stitch.config.mjs is there already, so nothing was written.')
    expect((await runProgram(folder.path, 'ls', ['-A'])).stdout).toBe('stitch.config.mjs\n')
  })

  test.each([
    {flags: ['--project', 'My Project'], says: 'A project id must be a Google Cloud project id'},
    {flags: ['--sgtm-url', 'http://sgtm.example'], says: 'must be an https URL and --sgtm-url is not'},
  ])('refuses $flags', async ({flags, says}) => {
    using folder = makeFolder()
    const {code, stderr} = await runStitch(folder.path, ['init', ...flags], {env})
    expect(code).toBe(2)
    expect(stderr).toContain(says)
    expect((await runProgram(folder.path, 'ls', ['-A'])).stdout).toBe('')
  })
})

describe('own logic', () => {
  test('that does not compile is shown with its place, and nothing is started', async () => {
    using folder = makeFolder()
    await runStitch(folder.path, ['init', '--with-handlers'], {env})
    const {line} = editFile(folder.file('stitch.handlers.ts'), 'resolvers: {', 'resolvers: = {')
    const {code, stderr} = await runStitch(folder.path, ['simulate', '--no-ui'], {env})
    expect(code).toBe(4)
    expect(stderr).toMatch(
      new RegExp(`^Error: stitch\\.handlers\\.ts:${line}:\\d+: .*\\n Code: STITCH_HANDLERS_INVALID`),
    )
  })

  test('that does not fit the configuration is told, and leaves the last verdict', async () => {
    using folder = makeFolder()
    await runStitch(folder.path, ['init', '--with-handlers'], {env})
    const record = () => runProgram(folder.path, 'cat', ['.stitch/simulated.json']).then(({stdout}) => stdout)
    await runStitch(folder.path, ['simulate', '--no-ui', '--only', 'store'], {env})
    expect(await record()).toBe('')
    await runStitch(folder.path, ['simulate', '--no-ui'], {env})
    const verdict = await record()
    expect(verdict).toContain('"failed": 0')
    editFile(folder.file('stitch.handlers.ts'), 'store: async', 'shop: async')
    const {code, stderr} = await runStitch(folder.path, ['simulate', '--no-ui'], {env})
    expect(code).toBe(4)
    expect(stderr).toContain('resolvers.shop is for a kind that does not exist; resolvers.store is missing')
    expect(await record()).toBe(verdict)
  })

  test('that fails makes the checks fail, with what it said, and the verdict says so', async () => {
    using folder = makeFolder()
    await runStitch(folder.path, ['init', '--with-handlers'], {env})
    editFile(folder.file('stitch.handlers.ts'), 'STORES.get(id)', 'Promise.reject(new Error("no table"))')
    const {code, stdout} = await runStitch(folder.path, ['simulate', '--no-ui'], {env})
    expect(code).toBe(1)
    expect(stdout).toContain('resolve store failed: Error: no table')
    const {passed, failed} = JSON.parse(readFileSync(folder.file('.stitch/simulated.json'), 'utf8')) as Summary
    expect(passed).toBeGreaterThan(0)
    expect(failed).toBeGreaterThan(0)
  })
})
