import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {delimiter, dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {makeFolder, packageRoot, runProgram} from './run-stitch.ts'

const folder = makeFolder()
afterAll(() => folder[Symbol.dispose]())

/** The Node of the tests first, so that what is installed runs on it; npm's cache stays the person's own. */
const env = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
  STITCH_SGTM_PORT: '0',
  STITCH_FIRESTORE_PORT: '0',
  STITCH_PUBSUB_PORT: '0',
  TMPDIR: folder.path,
}

type Packed = readonly [{readonly filename: string; readonly files: readonly {readonly path: string}[]}]

let files: readonly string[] = []
let installed = false
let whyNot = ''
beforeAll(async () => {
  // What is packed was built before the tests; building again here would pull the ground from under the other tests.
  const packed = await runProgram(
    packageRoot,
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder.path],
    env,
  )
  const [{filename, files: listed}] = JSON.parse(packed.stdout) as Packed
  files = listed.map(({path}) => path)
  mkdirSync(folder.file('elsewhere'))
  writeFileSync(folder.file('elsewhere/package.json'), '{"private": true}')
  const install = [
    'install',
    '--omit=optional',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    folder.file(filename),
  ]
  const {code, stderr} = await runProgram(folder.file('elsewhere'), 'npm', install, env)
  installed = code === 0
  whyNot = stderr
})

describe('the package', () => {
  test('holds what runs and what explains it', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'bin/run.js',
        'dist/cli/main.js',
        'dist/functions/index.js',
        'dist/ui/index.js',
        'fixtures/stitch.config.json',
        'fixtures/container/stitcher-client.tpl',
        'oclif.manifest.json',
        'package.json',
      ]),
    )
  })

  test('holds no sources, tests or data of ours', () => {
    expect(
      files.filter((file) => /^(src|test|bench|scripts)\/|\.stitch\/|\.test\.|\.map$|local-keys\.json/.test(file)),
    ).toEqual([])
  })

  test('installs elsewhere, without firebase-tools, and has its command there', () => {
    expect(whyNot.split('\n').filter((line) => /^npm (ERR|error)/.test(line))).toEqual([])
    expect(installed).toBe(true)
    const modules = readdirSync(folder.file('elsewhere/node_modules'))
    expect(modules).toContain('sgtm-stitch')
    expect(modules).not.toContain('firebase-tools')
    expect(modules.filter((name) => /^(ink|react|typescript|vitest)$/.test(name))).toEqual([])
    expect(existsSync(folder.file('elsewhere/node_modules/.bin/stitch'))).toBe(true)
  })

  test('does its main job there', async () => {
    const {code, stdout, stderr} = await runProgram(
      folder.file('elsewhere'),
      'npx',
      ['--no', 'stitch', 'simulate', '--async'],
      env,
    )
    expect({code, stderr: stderr.replaceAll(/^npm warn .*\n/gm, '')}).toEqual({code: 0, stderr: ''})
    expect(stdout).toMatch(/^passed: \d+ requests, \d+ checks in /m)
  })

  test('runs the same bundle there as here', () => {
    const here = readFileSync(join(packageRoot, 'dist/functions/index.js'))
    expect(readFileSync(folder.file('elsewhere/node_modules/sgtm-stitch/dist/functions/index.js')).equals(here)).toBe(
      true,
    )
  })
})
