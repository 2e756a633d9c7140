import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {deflateRawSync} from 'node:zlib'
import {Plugin} from '@oclif/core'
import {describe, expect, test} from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const run = join(root, 'bin/run.js')

/** Every file that Node resolves for a command line, one per line on stderr. */
const COUNTER = `import {registerHooks} from 'node:module'
const seen = new Set()
registerHooks({resolve(specifier, context, next) {
  const found = next(specifier, context)
  if (found.url.startsWith('file:')) seen.add(found.url)
  return found
}})
process.on('exit', () => process.stderr.write([...seen].join('\\n')))`

function filesLoadedBy(...args: readonly string[]): string[] {
  const counted = `import {spawnSync} from 'node:child_process'
const {stderr} = spawnSync(process.execPath, process.argv.slice(1), {encoding: 'utf8'})
process.stdout.write(stderr)`
  const preload = `data:text/javascript,${encodeURIComponent(COUNTER)}`
  const output = execFileSync(
    process.execPath,
    ['--input-type=module', '-e', counted, '--', '--import', preload, run, ...args],
    {encoding: 'utf8'},
  )
  return output.split('\n').filter((line) => line.startsWith('file:'))
}

/** Helps and versions answer at once because none of these is loaded for them. */
const HEAVY =
  /node_modules\/(ink|react|react-reconciler|@google-cloud|undici|zod|esbuild|protobufjs|@faker-js|ses|typescript|yaml|csv-parse|jsonc-parser|google-auth-library|firebase-tools|fflate)\//

describe('the modules that a command line loads', () => {
  test.each([
    {args: ['--help'], most: 40},
    {args: ['simulate', '--help'], most: 40},
    {args: ['deploy', '--help'], most: 40},
    {args: ['--version'], most: 40},
  ])('$args: fewer than $most and none of the heavy ones', ({args, most}) => {
    const files = filesLoadedBy(...args)
    expect(files.length).toBeGreaterThan(5)
    expect(files.filter((file) => HEAVY.test(file))).toEqual([])
    expect(files.length).toBeLessThan(most)
  })

  test('help loads nothing of the runtime but its errors', () => {
    const files = filesLoadedBy('simulate', '--help').filter((file) => file.includes('/dist/runtime/'))
    expect(
      files.map((file) => file.replace(/^.*\/dist\/runtime\//, '')).filter((file) => !file.startsWith('kernel/')),
    ).toEqual([])
  })
})

test("what a run serves with does not load Node's own fetch, which an import of node:http would", () => {
  const modules = ['engine/embedded/start', 'sgtm/start', 'functions/start'].map(
    (name) => `${root}/dist/runtime/${name}.js`,
  )
  const source = `for (const module of ${JSON.stringify(modules)}) await import(module)
process.stdout.write(JSON.stringify(process.moduleLoadList))`
  const loaded = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', source], {encoding: 'utf8'}),
  ) as string[]
  expect(loaded).toContain('NativeModule http')
  expect(loaded.filter((name) => name.includes('undici'))).toEqual([])
})

describe('the manifest', () => {
  type Manifest = {readonly commands: Readonly<Record<string, {readonly relativePath?: readonly string[]}>>}
  const written = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as Manifest

  test('is what the commands say today', async () => {
    const plugin = new Plugin({
      root,
      type: 'core',
      ignoreManifest: true,
      errorOnManifestCreate: true,
      respectNoCacheDefault: true,
    })
    await plugin.load()
    expect(JSON.parse(JSON.stringify(plugin.manifest))).toEqual(written)
  })

  test('has every command of the sources and no other', () => {
    const commands = readdirSync(join(root, 'src/commands'), {recursive: true, withFileTypes: true})
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(join(root, 'src/commands/').length)
          .replace(/\.ts$/, '')
          .replaceAll('/', ':'),
      )
    expect(Object.keys(written.commands).toSorted()).toEqual(commands.toSorted())
  })
})

describe('help', () => {
  const commands = [
    '',
    'simulate',
    'template test',
    'template check',
    'template pack',
    'template unpack',
    'dev',
    'seed',
    'exec',
    'doctor',
    'trace',
    'trace show',
    'container export',
    'init',
    'deploy',
    'verify',
    'status',
    'logs',
    'rollback',
    'destroy',
    'cost',
  ]

  test.each(commands)('of stitch %s is as recorded, and no line is longer than 80 columns', async (command) => {
    const help = execFileSync(process.execPath, [run, ...command.split(' ').filter(Boolean), '--help'], {
      encoding: 'utf8',
      env: {PATH: process.env['PATH'], COLUMNS: '80', NO_COLOR: '1'},
    })
    const text = help.replace(/sgtm-stitch\/\S+ \S+ node-v\S+/, 'sgtm-stitch/VERSION PLATFORM node-vVERSION')
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    await expect(text).toMatchFileSnapshot(`help/${command === '' ? 'stitch' : command.replace(' ', '-')}.txt`)
  })
})

describe('the bundle that is deployed', () => {
  test('is smaller than a megabyte when zipped, and one file', () => {
    const folder = join(root, 'dist/functions')
    expect(readdirSync(folder).toSorted()).toEqual(['index.js', 'package.json'])
    expect(deflateRawSync(readFileSync(join(folder, 'index.js'))).length).toBeLessThan(1_000_000)
  })
})
