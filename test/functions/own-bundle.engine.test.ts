import {mkdir, mkdtempDisposable, readFile, rename, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import {describe, expect, test} from 'vitest'
import {resolveBundle} from '#runtime/functions/bundle.ts'
import {startFunctions} from '#runtime/functions/start.ts'
import type {BundleFiles} from '#runtime/functions/types.ts'
import type {Fact} from '#runtime/kernel/events.ts'
import {signRequest} from '#runtime/traffic/sign.ts'

const root = resolve(import.meta.dirname, '../..')
const key = Buffer.alloc(32, 7).toString('base64')
const files: BundleFiles = {
  bundle: join(root, 'dist/functions/index.js'),
  handlers: join(root, 'src/runtime/handlers'),
  builtHandlers: join(root, 'dist/runtime/handlers'),
}
const config = {
  project: 'demo-stitch',
  kinds: {offer: {match: '^O-\\d+$', resolver: true, browserLookup: true}},
  destinations: {browser: {offer: ['title']}, server: {offer: ['*']}},
  topic: 'stitch',
  callback: {baseUrl: 'http://127.0.0.1:9', allowPrivate: true},
}
const SIMPLE = `export default {resolvers: {offer: ({id}) => ({title: 'Offer ' + id, margin: 0.4})}}\n`

/** A project with its own logic; every test has one of its own. */
async function makeProject(sources: Readonly<Record<string, string>>, deep = '') {
  const folder = await mkdtempDisposable(join(tmpdir(), 'stitch-own-'))
  const home = join(folder.path, deep)
  for (const [name, text] of Object.entries(sources)) {
    await mkdir(dirname(join(home, name)), {recursive: true})
    await writeFile(join(home, name), text)
  }
  const [first = ''] = Object.keys(sources)
  const project = {handlers: join(home, first), dataDir: join(home, '.stitch')}
  return {home, project, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]()}
}

const start = (bundle: Awaited<ReturnType<typeof resolveBundle>>, facts: Fact[] = []) =>
  startFunctions({
    bundle,
    targets: ['lookup'],
    env: {
      STITCH_CONFIG: JSON.stringify(config),
      STITCH_HMAC_KEYS: JSON.stringify({local: key}),
      STITCH_PEPPER: key,
    },
    emit: (fact) => void facts.push(fact),
    signal: new AbortController().signal,
  })

async function ask(lookupUrl: string, id: string): Promise<unknown> {
  const body = JSON.stringify({id, destination: 'browser'})
  const path = '/v1/stitch'
  const nonce = `nonce-of-${id}-${'x'.repeat(16)}`
  const signature = signRequest({keyId: 'local', key, method: 'POST', path, body, now: Date.now(), nonce})
  const headers = {'content-type': 'application/json', ...signature}
  return await (await fetch(`${lookupUrl}${path}`, {method: 'POST', headers, body})).json()
}

describe("a project's own logic", () => {
  test('is bundled with the handlers and answers', async () => {
    await using made = await makeProject({
      'stitch.handlers.ts': `import type {Handlers} from 'sgtm-stitch/handlers'
      const handlers: Handlers = {resolvers: {offer: ({id, log}) => {
        log('asked for ' + id)
        return {title: 'Offer ' + id, margin: 0.4}
      }}}
      export default handlers
    `,
    })
    const bundle = await resolveBundle(made.project, files)
    expect(bundle).toMatchObject({
      file: join(made.home, '.stitch/functions/index.js'),
      sources: [join(made.home, 'stitch.handlers.ts')],
    })
    const facts: Fact[] = []
    {
      await using functions = await start(bundle, facts)
      expect(await ask(functions.lookupUrl, 'O-77')).toMatchObject({status: 'found', attributes: {title: 'Offer O-77'}})
    }
    const spans = facts.flatMap((fact) => (fact.type === 'span.started' ? [`${fact.lane} ${fact.name}`] : []))
    expect(spans).toEqual(['firestore resolve offer', 'lookup lookup'])
    expect(facts.filter(({type}) => type === 'log.line')).toMatchObject([{level: 'info', text: 'asked for [id]'}])
    expect(facts.filter(({type}) => type === 'attribute.dropped')).toMatchObject([
      {attribute: 'margin', destination: 'browser'},
    ])
  })

  test('gives the same bytes in whatever folder, and says so in a package.json', async () => {
    const sources = {
      'stitch.handlers.ts': `import {offers} from './lib/offers.ts'\nexport default {resolvers: {offer: ({id}) => offers[id]}}\n`,
      'lib/offers.ts': `export const offers = {'O-1': {title: 'one'}}\n`,
    }
    await using here = await makeProject(sources)
    await using there = await makeProject(sources, 'a/deeper/project')
    const [one, other] = [await resolveBundle(here.project, files), await resolveBundle(there.project, files)]
    expect(one.sha256).toBe(other.sha256)
    expect(other.sources).toEqual(['stitch.handlers.ts', 'lib/offers.ts'].map((name) => join(there.home, name)))
    expect(await readFile(other.file, 'utf8')).not.toContain(there.home)
    expect(JSON.parse(await readFile(join(there.home, '.stitch/functions/package.json'), 'utf8'))).toMatchObject({
      main: 'index.js',
    })
    await writeFile(join(there.home, 'lib/offers.ts'), `export const offers = {'O-1': {title: 'two'}}\n`)
    expect((await resolveBundle(there.project, files)).sha256).not.toBe(one.sha256)
  })

  test('takes packages from its own project, and they are not among its sources', async () => {
    await using made = await makeProject({
      'stitch.handlers.mjs': `import title from 'made-up'\nexport default {resolvers: {offer: () => ({title})}}\n`,
      'node_modules/made-up/package.json': '{"name": "made-up", "main": "index.js"}',
      'node_modules/made-up/index.js': `module.exports = 'from a package'\n`,
    })
    const bundle = await resolveBundle(made.project, files)
    expect(bundle.sources).toEqual([made.project.handlers])
    await using functions = await start(bundle)
    expect(await ask(functions.lookupUrl, 'O-1')).toMatchObject({attributes: {title: 'from a package'}})
  })

  test('may be CommonJS', async () => {
    await using made = await makeProject({
      'stitch.handlers.js': `module.exports = {resolvers: {offer: () => ({title: 'old'})}}\n`,
    })
    await using functions = await start(await resolveBundle(made.project, files))
    expect(await ask(functions.lookupUrl, 'O-1')).toMatchObject({attributes: {title: 'old'}})
  })

  test('replaces the running one when it changes', async () => {
    await using made = await makeProject({'stitch.handlers.mjs': SIMPLE})
    await using functions = await start(await resolveBundle(made.project, files))
    await writeFile(join(made.home, 'new.mjs'), SIMPLE.replace("'Offer '", "'New '"))
    await rename(join(made.home, 'new.mjs'), made.project.handlers)
    await functions.reload({bundle: await resolveBundle(made.project, files)})
    expect(await ask(functions.lookupUrl, 'O-1')).toMatchObject({attributes: {title: 'New O-1'}})
  })
})

describe("a project's own file that is wrong", () => {
  const invalid = {code: 'STITCH_HANDLERS_INVALID', exit: 'config'}

  test('does not compile: its place', async () => {
    await using made = await makeProject({'stitch.handlers.ts': `export default {\n  resolvers: {offer: = 1},\n}\n`})
    await expect(resolveBundle(made.project, files)).rejects.toMatchObject({
      ...invalid,
      at: {file: made.project.handlers, line: 2, column: 22},
    })
  })

  test('imports a package that is not installed: its place and what to install', async () => {
    await using made = await makeProject({
      'stitch.handlers.ts': `import {BigQuery} from '@google-cloud/not-there/deep'\nexport default {enrich: {a: () => BigQuery}}\n`,
    })
    await expect(resolveBundle(made.project, files)).rejects.toMatchObject({
      ...invalid,
      at: {line: 1, column: 24},
      hints: ['npm install @google-cloud/not-there'],
    })
  })

  test('waits at the top, which the bundle cannot: its place', async () => {
    await using made = await makeProject({
      'stitch.handlers.ts': `const table = await fetch('http://127.0.0.1:9')\nexport default {table}\n`,
    })
    await expect(resolveBundle(made.project, files)).rejects.toMatchObject({...invalid, at: {line: 1, column: 15}})
  })

  test('has no default export', async () => {
    await using made = await makeProject({'stitch.handlers.ts': `export const resolvers = {}\n`})
    await expect(resolveBundle(made.project, files)).rejects.toMatchObject({
      ...invalid,
      message: expect.stringContaining('has no default export'),
      at: {file: made.project.handlers},
    })
  })

  test('is not there', async () => {
    await using made = await makeProject({'other.ts': ''})
    const project = {...made.project, handlers: join(made.home, 'stitch.handlers.ts')}
    await expect(resolveBundle(project, files)).rejects.toMatchObject(invalid)
  })

  test.each([
    {what: 'does not fit the configuration', text: 'export default {resolvers: {}}', why: 'resolvers.offer is missing'},
    {
      what: 'throws while it is loaded',
      text: 'throw new TypeError("no table"); export default {}',
      why: 'TypeError: no table',
    },
  ])('$what: the functions do not start, and it is said why', async ({text, why}) => {
    await using made = await makeProject({'stitch.handlers.ts': text})
    const bundle = await resolveBundle(made.project, files)
    await expect(start(bundle)).rejects.toMatchObject({
      ...invalid,
      message: `${made.project.handlers} cannot be used (${why}), so the function lookup was not started.`,
    })
  })
})

test('a project without logic of its own has the packaged bundle as it is', async () => {
  const dataDir = join(tmpdir(), 'never-made')
  const packaged = await resolveBundle({dataDir}, {...files, bundle: import.meta.filename})
  expect(packaged.file).toBe(import.meta.filename)
  expect(packaged.sources).toBe(undefined)
})
