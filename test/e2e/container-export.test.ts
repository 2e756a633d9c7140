import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startCloud, writeProject} from './cloud/fake-cloud.ts'
import {copyPatientDemo, makeFolder, readEvents, runStitch} from './run-stitch.ts'

describe('stitch container export', () => {
  const folder = makeFolder()
  afterAll(() => folder[Symbol.dispose]())
  const run = (...args: string[]) => runStitch(folder.path, ['container', 'export', ...args])
  const sgtm = ['--sgtm-url', 'https://sgtm.example.com']

  beforeAll(() => {
    copyPatientDemo(folder.path)
  })

  test('writes the same file every time, tells what is left to do, and keeps secrets out of it', async () => {
    await runStitch(folder.path, ['seed'])
    const keys = JSON.parse(readFileSync(folder.file('.stitch/local-keys.json'), 'utf8')) as {
      hmac: Record<string, string>
      pepper: string
    }
    const args = ['--lookup-url', 'https://lookup.example.com', '--out']
    const first = await run(...args, 'a.json')
    const second = await run(...args, 'b.json')
    const text = readFileSync(folder.file('a.json'), 'utf8')
    expect([first.code, second.code, first.stdout]).toEqual([0, 0, ''])
    expect(readFileSync(folder.file('b.json'), 'utf8')).toBe(text)
    expect(first.stderr).toMatch(/^a\.json: \d+ bytes\. Import it into a server container/)
    expect(first.stderr).toContain('SGTM_CREDENTIALS')
    for (const secret of [...Object.values(keys.hmac), keys.pepper]) expect(text).not.toContain(secret)
  })

  test('writes to stdout without --out, and one document with --json', async () => {
    const plain = await run('--snippet', ...sgtm)
    expect(plain.code).toBe(0)
    expect(plain.stdout).toMatch(
      /^<script>\n\(function.*"url":"https:\/\/sgtm\.example\.com\/stitch".*\n<\/script>\n$/s,
    )
    const json = await run('--snippet', ...sgtm, '--json')
    expect({code: json.code, stderr: json.stderr}).toEqual({code: 0, stderr: ''})
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      part: 'snippet',
      content: plain.stdout,
      bytes: Buffer.byteLength(plain.stdout),
    })
  })

  test('finds the address of the container in the configuration', async () => {
    const file = folder.file('stitch.config.json')
    const before = readFileSync(file, 'utf8')
    writeFileSync(file, before.replace('"project"', '"deploy": {"sgtmUrl": "https://tags.example.com"}, "project"'))
    const {code, stdout} = await run('--web', '--json')
    writeFileSync(file, before)
    expect(code).toBe(0)
    const {content} = JSON.parse(stdout) as {content: string}
    expect(content).toContain(String.raw`\"resultUrl\":\"https://tags.example.com/stitch/result\"`)
  })

  test.each([
    {what: 'no address of a container', args: ['--snippet'], code: 2, said: 'STITCH_USAGE'},
    {what: 'an address that is none', args: ['--lookup-url', 'lookup'], code: 2, said: 'STITCH_USAGE'},
    {what: 'an address with a path', args: ['--lookup-url', 'https://a.example/v1'], code: 2, said: 'STITCH_USAGE'},
    {
      what: 'a callback in a web container',
      args: ['--web', ...sgtm, '--consent', 'callback'],
      code: 2,
      said: 'CONSENT',
    },
    {what: 'a cookie of no name', args: ['--web', ...sgtm, '--id-cookie', ''], code: 2, said: '--ID-COOKIE IS ""'},
    {what: 'a name of no cookie', args: ['--web', ...sgtm, '--id-cookie', 'a;b'], code: 2, said: 'NO COOKIE CAN'},
    {what: 'two parts', args: ['--web', '--snippet', ...sgtm], code: 2, said: 'STITCH_USAGE'},
    {what: 'a project of the simulation', args: ['--deployed'], code: 5, said: 'STITCH_PROJECT_MISSING'},
    {what: 'a folder that is not there', args: ['--out', 'no/a.json'], code: 3, said: 'STITCH_OUTPUT_NOT_WRITABLE'},
  ])('refuses $what with exit code $code and leaves no file', async ({args, code, said}) => {
    const result = await run(...(args.includes('--out') ? [] : ['--out', 'refused.json']), ...args)
    expect(result.code).toBe(code)
    expect(result.stderr.toUpperCase()).toContain(said)
    expect(existsSync(folder.file('refused.json'))).toBe(false)
  })

  test('passes the same checks, run as an export, as the container that it was made from', async () => {
    await run('--lookup-url', 'https://lookup.example.com', '--out', 'server.json')
    const simulate = async (...args: string[]) => {
      const {code, stdout} = await runStitch(folder.path, ['simulate', '--async', '--json', ...args])
      const {checks} = JSON.parse(stdout) as {checks: {passed: number; failed: number}}
      return {code, ...checks}
    }
    const own = await simulate()
    expect(own).toMatchObject({code: 0, failed: 0})
    expect(await simulate('--container', 'server.json')).toEqual(own)
  })

  test('has variables that read what was stitched', async () => {
    await run('--lookup-url', 'https://lookup.example.com', '--out', 'server.json')
    const file = folder.file('server.json')
    const url = 'https://vendor.example/collect?margin={{stitch.profitMargin}}&is={{x-stitch-status}}&a={{stitch.cost}}'
    writeFileSync(file, readFileSync(file, 'utf8').replace('"https://vendor.example/collect"', JSON.stringify(url)))
    const args = [
      'simulate',
      'products',
      '--only',
      'margin-please',
      '--container',
      'server.json',
      '--events',
      'log.ndjson',
    ]
    await runStitch(folder.path, args)
    const urls = readEvents(folder.file('log.ndjson'))
      .filter((event) => event.type === 'http.exchanged')
      .map((event) => (event['exchange'] as {request: {url: string}}).request.url)
    // The request asks for the name and the margin, so there is no cost to read.
    expect(urls).toContain('https://vendor.example/collect?margin=0.48&is=found&a=')
  })

  test('names the place in a broken container definition', async () => {
    const file = folder.file('container/container.json')
    const before = readFileSync(file, 'utf8')
    writeFileSync(file, before.replace('"event": "stitch_result"', '"evnt": "stitch_result"'))
    const {code, stderr} = await run()
    writeFileSync(file, before)
    expect(code).toBe(4)
    expect(stderr).toMatch(/^Error: container\/container\.json:\d+:\d+: /)
  })
})

describe('stitch container export --deployed', () => {
  test('takes the address of the function that is there, and says where there is none', async () => {
    using folder = makeFolder()
    await using on = await startCloud({run: {}})
    writeProject(folder.path)
    const run = (...args: string[]) => runStitch(folder.path, args, {env: on.env})
    const none = await run('container', 'export', '--deployed', '--out', 'a.json')
    expect(none.code).toBe(5)
    expect(none.stderr).toContain('STITCH_NOT_DEPLOYED')
    expect(existsSync(folder.file('a.json'))).toBe(false)

    const deployed = await run('deploy', '--yes', '--force-unverified')
    expect(deployed).toMatchObject({code: 0})
    const {code, stdout} = await run('container', 'export', '--deployed', '--json')
    expect(code).toBe(0)
    const {content} = JSON.parse(stdout) as {content: string}
    const [, lookup] = [...on.cloud.table('cloudfunctions.functions')].find(([name]) => name.endsWith('lookup')) ?? []
    const uri = (lookup as {serviceConfig: {uri: string}} | undefined)?.serviceConfig.uri
    expect(uri).toMatch(/^https:/)
    expect(content).toContain(`"value": "${uri}"`)
    expect(content).toContain(`${uri}/v1/*`)
    // Both secrets hold keys of 32 bytes, in base64.
    const versions = JSON.stringify([...on.cloud.table('secretmanager.versions').values()])
    const data = [...versions.matchAll(/"(?:payload|data)":"([^"]+)"/g)].map(([, text = '']) => text)
    const secrets = data.flatMap(
      (text) =>
        Buffer.from(text, 'base64')
          .toString()
          .match(/[\w+/]{43}=/g) ?? [],
    )
    expect(secrets).toHaveLength(2)
    for (const secret of secrets) expect(content).not.toContain(secret)
  })
})
