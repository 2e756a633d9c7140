import {mkdir, mkdtempDisposable, realpath, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {findSuite, type FoundSuite} from '#runtime/engine/firebase/find-suite.ts'
import {listMissingParts, requireSuite} from '#runtime/engine/firebase/require-suite.ts'
import {createMachine} from '#runtime/engine/gcloud/machine.ts'
import packageJson from '../../../package.json' with {type: 'json'}

/** A folder with files; names end in a slash for folders. */
async function withFiles(...names: readonly string[]) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'stitch-suite-'))
  for (const name of names) {
    await mkdir(join(folder.path, name, name.endsWith('/') ? '.' : '..'), {recursive: true})
    if (!name.endsWith('/')) await writeFile(join(folder.path, name), name.endsWith('.json') ? toolsManifest : '')
  }
  return {path: await realpath(folder.path), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]()}
}

const toolsManifest = JSON.stringify({
  name: 'firebase-tools',
  version: '15.99.0',
  bin: {firebase: './lib/bin/firebase.js'},
})

function find(home: string, project: string, environment: Readonly<Record<string, string>> = {}): Promise<FoundSuite> {
  return findSuite(createMachine({HOME: home, PATH: '', ...environment}), project)
}

describe('firebase-tools', () => {
  test("is the project's own before the one beside this package", async () => {
    await using folder = await withFiles('site/node_modules/firebase-tools/package.json')
    expect((await find(folder.path, join(folder.path, 'site/.stitch'))).tools).toEqual({
      script: join(folder.path, 'site/node_modules/firebase-tools/lib/bin/firebase.js'),
      version: '15.99.0',
    })
  })

  test('is the one beside this package where the project has none', async () => {
    await using folder = await withFiles()
    const {tools} = await find(folder.path, folder.path)
    expect(tools?.version).toBe(packageJson.devDependencies['firebase-tools'])
  })

  test('has no emulators in its cache at first, and names those that it would download', async () => {
    await using folder = await withFiles()
    expect((await find(folder.path, folder.path)).toDownload).toEqual(['Firestore', 'Pub/Sub'])
  })

  test('has them in its cache, in the home folder or where FIREBASE_EMULATORS_PATH says', async () => {
    const names = ['cloud-firestore-emulator-v1.22.0.jar', 'pubsub-emulator-0.8.37/']
    await using folder = await withFiles(
      ...names.flatMap((name) => [`home/.cache/firebase/emulators/${name}`, `elsewhere/${name}`]),
    )
    const home = join(folder.path, 'home')
    expect((await find(home, folder.path)).toDownload).toEqual([])
    const path = join(folder.path, 'elsewhere')
    expect((await find(folder.path, folder.path, {FIREBASE_EMULATORS_PATH: path})).toDownload).toEqual([])
  })

  test('takes emulators of the person that variables name', async () => {
    await using folder = await withFiles('f.jar', 'pubsub')
    const environment = {
      FIRESTORE_EMULATOR_BINARY_PATH: join(folder.path, 'f.jar'),
      PUBSUB_EMULATOR_BINARY_PATH: join(folder.path, 'gone'),
    }
    expect(await find(folder.path, folder.path, environment)).toMatchObject({
      toDownload: [],
      lostPaths: [{name: 'PUBSUB_EMULATOR_BINARY_PATH', path: join(folder.path, 'gone')}],
    })
  })

  test('runs on the Java of JAVA_HOME, links resolved', async () => {
    await using folder = await withFiles('jdk/bin/java', 'home/')
    await writeFile(join(folder.path, 'jdk/release'), 'JAVA_VERSION="21.0.1"\n')
    await symlink(join(folder.path, 'jdk'), join(folder.path, 'default'))
    const {java} = await find(folder.path, folder.path, {JAVA_HOME: join(folder.path, 'default')})
    expect(java).toEqual({command: join(folder.path, 'jdk/bin/java'), version: '21.0.1', major: 21})
  })
})

describe('what the Firebase emulators need', () => {
  const java = {command: '/usr/bin/java', version: '21.0.1', major: 21}
  const sound: FoundSuite = {java, tools: {script: '/t/firebase.js', version: '15.1.0'}, lostPaths: [], toDownload: []}

  test('is complete with firebase-tools and Java 21', () => {
    expect(requireSuite(sound)).toEqual({java, tools: sound.tools, toDownload: []})
  })

  test('is less for an older firebase-tools', () => {
    const old = {...sound, java: {...java, version: '17.0.1', major: 17}, tools: {script: '/t', version: '14.2.0'}}
    expect(listMissingParts(old)).toEqual([])
  })

  test.each([
    [{tools: undefined}, 'firebase-tools was not found in the project or on PATH'],
    [{java: undefined}, 'No Java was found by JAVA_HOME or on PATH, and firebase-tools needs Java 21'],
    [{java: {...java, major: 17}}, 'Java 17 (/usr/bin/java) is older than firebase-tools needs (21)'],
    [
      {lostPaths: [{name: 'PUBSUB_EMULATOR_BINARY_PATH', path: '/gone'}]},
      'PUBSUB_EMULATOR_BINARY_PATH names /gone, which does not exist',
    ],
  ])('%j is said in one sentence with a way out', (over, sentence) => {
    expect(() => requireSuite({...sound, ...over})).toThrow(
      expect.objectContaining({
        code: 'STITCH_ENGINE_MISSING',
        exit: 'environment',
        message: `${sentence}, so the Firebase emulators were not started.`,
        hints: [expect.any(String), '--engine embedded needs neither Java nor firebase-tools'],
      }),
    )
  })
})
