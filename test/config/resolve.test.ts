import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {resolveConfig, type Overrides} from '#runtime/config/resolve.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stitch-config-'))
  mkdirSync(join(folder, 'package'))
  writeFileSync(join(folder, 'package/demo.json'), JSON.stringify({...least, fixtures: '.', engine: 'embedded'}))
})
afterEach(() => rmSync(folder, {recursive: true, force: true}))

const least = {kinds: {product: {collection: 'products'}}, destinations: {browser: {}}}

function write(value: unknown, name = 'stitch.config.json'): string {
  const file = join(folder, name)
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value, null, 2))
  return file
}

async function resolve(overrides: Overrides = {}, file?: string) {
  return await resolveConfig({cwd: folder, file, demoFile: join(folder, 'package/demo.json'), overrides})
}

describe('where a value comes from', () => {
  test('the default, when nobody says anything', async () => {
    write(least)
    const config = await resolve()
    expect(config).toMatchObject({
      engine: 'embedded',
      ports: {sgtm: 8888, firestore: 8080, pubsub: 8085, page: 8880},
      isDemo: false,
    })
    expect(config.origins).toMatchObject({engine: 'default', 'ports.sgtm': 'default', dataDir: 'default'})
  })

  test('the file over the default', async () => {
    write({...least, engine: 'gcloud', ports: {sgtm: 9999}})
    const config = await resolve()
    expect(config).toMatchObject({engine: 'gcloud', ports: {sgtm: 9999, firestore: 8080}})
    expect(config.origins).toMatchObject({
      engine: 'stitch.config',
      'ports.sgtm': 'stitch.config',
      'ports.firestore': 'default',
    })
  })

  test('a variable or a flag over the file, and it says which', async () => {
    write({...least, engine: 'gcloud', ports: {sgtm: 9999, pubsub: 1}})
    const config = await resolve({
      engine: {value: 'embedded', from: 'STITCH_ENGINE'},
      'ports.sgtm': {value: 0, from: 'flag --sgtm-port'},
      'ports.firestore': {value: undefined, from: 'STITCH_FIRESTORE_PORT'},
    })
    expect(config).toMatchObject({engine: 'embedded', ports: {sgtm: 0, firestore: 8080, pubsub: 1}})
    expect(config.origins).toMatchObject({
      engine: 'STITCH_ENGINE',
      'ports.sgtm': 'flag --sgtm-port',
      'ports.firestore': 'default',
      'ports.pubsub': 'stitch.config',
    })
  })

  test('the demo, where the project has no file', async () => {
    const config = await resolve()
    expect(config).toMatchObject({isDemo: true, file: join(folder, 'package/demo.json')})
    expect(config.origins).toMatchObject({engine: 'demo', fixtures: 'demo', project: 'default'})
  })
})

describe('paths', () => {
  test('of the file are relative to the file, those of flags to where a person stands', async () => {
    mkdirSync(join(folder, 'sub'))
    const file = write({...least, fixtures: 'data', dataDir: 'state'}, 'sub/other.json')
    const config = await resolve({container: {value: 'my/container.json', from: 'flag --container'}}, file)
    expect(config).toMatchObject({
      fixtures: join(folder, 'sub/data'),
      dataDir: join(folder, 'sub/state'),
      container: join(folder, 'my/container.json'),
    })
  })

  test('of the demo: fixtures in the package, the data folder where a person stands', async () => {
    expect(await resolve()).toMatchObject({fixtures: join(folder, 'package'), dataDir: join(folder, '.stitch')})
  })
})

describe('an override', () => {
  test.each([
    {key: 'dataDir', value: '', says: '--data-dir is empty'},
    {key: 'container', value: 'a\0b', says: '--data-dir holds a NUL character'},
    {key: 'project', value: '../x', says: '--data-dir must be a Google Cloud project id'},
    {key: 'ports.sgtm', value: 70_000, says: '--data-dir is not valid (too big'},
    {key: 'engine', value: 'java', says: '--data-dir is not valid (invalid option'},
  ])('is held to what the file may say: $key $value', async ({key, value, says}) => {
    write(least)
    await expect(resolve({[key]: {value, from: 'flag --data-dir'}})).rejects.toMatchObject({
      code: 'STITCH_USAGE',
      exit: 'usage',
      message: expect.stringContaining(says),
    })
  })
})

describe('own logic', () => {
  const offer = {match: '^O-\\d+$', resolver: true}

  test('is a file beside the configuration, and a kind of its own needs no collection', async () => {
    write({...least, handlers: 'src/stitch.handlers.ts', kinds: {...least.kinds, offer}})
    expect(await resolve()).toMatchObject({handlers: join(folder, 'src/stitch.handlers.ts'), kinds: {offer}})
  })

  test('is absent by default', async () => {
    write(least)
    expect(await resolve()).not.toHaveProperty('handlers')
  })

  test.each([
    {
      what: 'a resolver without a file',
      value: {...least, kinds: {offer}},
      message: 'kinds.offer.resolver needs a file of your own, and handlers names none',
    },
    {
      what: 'a resolver beside a collection',
      value: {...least, handlers: 'a.ts', kinds: {offer: {...offer, collection: 'offers'}}},
      message: 'kinds.offer.resolver cannot stand beside a collection, graph or namespaces',
    },
    {
      what: 'a kind with neither',
      value: {...least, kinds: {offer: {match: '^O$'}}},
      message: 'kinds.offer.collection is missing, and there is no resolver',
    },
    {what: 'a file of another sort', value: {...least, handlers: 'a.py'}, message: 'handlers must be a .ts'},
  ])('$what is refused at its place', async ({value, message}) => {
    write(value)
    await expect(resolve()).rejects.toMatchObject({
      code: 'STITCH_CONFIG_INVALID',
      message: expect.stringContaining(message),
      at: {line: expect.any(Number)},
    })
  })
})

describe('a file that is not valid', () => {
  const invalid = {code: 'STITCH_CONFIG_INVALID', exit: 'config'}

  test('JSON that breaks off has its place', async () => {
    write('{\n  "kinds": {\n')
    await expect(resolve()).rejects.toMatchObject({
      ...invalid,
      at: {line: 3, column: 1},
      message: expect.stringContaining('a closing brace is expected'),
    })
  })

  test('an empty file has a place too', async () => {
    write('')
    await expect(resolve()).rejects.toMatchObject({...invalid, at: {line: 1, column: 1}})
  })

  test('comments, trailing commas and a byte order mark are no fault', async () => {
    write(`\uFEFF// ours\n${JSON.stringify(least).slice(0, -1)},}`)
    expect((await resolve()).kinds).toEqual(least.kinds)
  })

  test.each([
    {
      what: 'a key at the top',
      value: {...least, port: 1},
      message: 'The key port is not known',
      hint: 'did you mean ports',
      line: 10,
    },
    {
      what: 'a key within',
      value: {ports: {sgtn: 1}, ...least},
      message: 'The key ports.sgtn is not known',
      hint: 'did you mean sgtm',
      line: 3,
    },
    {
      what: 'a key of a kind',
      value: {kinds: {visitor: {collection: 'visitors', grahp: true}}, destinations: {}},
      message: 'The key kinds.visitor.grahp is not known',
      hint: 'did you mean graph',
      line: 5,
    },
  ])('$what that is not known: its place and the nearest one', async ({value, message, hint, line}) => {
    write(value)
    await expect(resolve()).rejects.toMatchObject({
      ...invalid,
      message: expect.stringContaining(message),
      hints: expect.arrayContaining([hint]),
      at: {file: join(folder, 'stitch.config.json'), line},
    })
  })

  test('a misspelt key comes before the one that is therefore missing', async () => {
    write({kinds: least.kinds, destination: least.destinations})
    await expect(resolve()).rejects.toMatchObject({
      message: 'The key destination is not known, so nothing was started.',
      hints: ['did you mean destinations', 'also: The key destinations is missing'],
    })
  })

  test.each([
    {what: 'a port', change: {ports: {sgtm: 70_000}}, message: 'ports.sgtm'},
    {what: 'a project id', change: {project: 'My Project'}, message: 'must be a Google Cloud project id'},
    {what: 'an engine', change: {engine: 'java'}, message: 'engine'},
    {what: 'a pattern', change: {blockedValues: ['(']}, message: 'is not a valid regular expression'},
    {what: 'an empty path', change: {dataDir: ''}, message: 'The value of dataDir is empty, so'},
    {what: 'a path of no file', change: {fixtures: 'a\0b'}, message: 'The value of fixtures holds a NUL character, so'},
    {
      what: 'an empty attribute',
      change: {destinations: {browser: {visitor: ['']}}},
      message: ' is not valid (too small: ',
    },
    {what: 'a limit', change: {limits: {batch: 51}}, message: 'limits.batch'},
  ])('$what that cannot be is named', async ({change, message}) => {
    write({...least, ...change})
    await expect(resolve()).rejects.toMatchObject({
      ...invalid,
      message: expect.stringContaining(message),
      at: {line: expect.any(Number)},
    })
  })

  test('a file that was named and does not exist is not replaced by the demo', async () => {
    await expect(resolve({}, 'no.json')).rejects.toMatchObject({code: 'STITCH_CONFIG_MISSING', exit: 'config'})
  })

  test('a module that throws is told with its file', async () => {
    write('throw new Error("mine")', 'stitch.config.mjs')
    await expect(resolve()).rejects.toMatchObject({
      ...invalid,
      message: expect.stringContaining('mine'),
      at: {file: join(folder, 'stitch.config.mjs')},
    })
  })
})

test('a module with a default export is a configuration too', async () => {
  write(`export default ${JSON.stringify({...least, project: 'my-project'})}`, 'stitch.config.mjs')
  expect(await resolve()).toMatchObject({project: 'my-project', isDemo: false})
})
