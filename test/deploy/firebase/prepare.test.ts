import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import {findFirebaseTools, TESTED_FIREBASE_TOOLS} from '#runtime/deploy/firebase/find-tools.ts'
import {prepareFirebase} from '#runtime/deploy/firebase/prepare.ts'
import type {Api, ApiRequest} from '#runtime/deploy/types.ts'
import {packageRoot} from '../../package-root.ts'

const target = {project: 'acme-tagging', region: 'us-central1', stage: undefined}

/** An API that finds `found`, and what it was asked. */
function createApi(found: object | undefined): {readonly api: Api; readonly asked: ApiRequest[]} {
  const asked: ApiRequest[] = []
  const find = async (request: ApiRequest) => {
    asked.push(request)
    return await Promise.resolve(found)
  }
  return {api: {find} as unknown as Api, asked}
}

/** A project with firebase-tools of the version, or without any. */
function createProject(version?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'stitch-project-'))
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}))
  if (version === undefined) return folder
  const tools = join(folder, 'node_modules/firebase-tools')
  mkdirSync(tools, {recursive: true})
  writeFileSync(join(tools, 'package.json'), JSON.stringify({name: 'firebase-tools', version, main: './lib/index.js'}))
  return folder
}

describe('before anything is planned', () => {
  test('a Firebase project is asked for and nothing is changed', async () => {
    const {api, asked} = createApi({projectId: 'acme-tagging', state: 'ACTIVE'})
    const tools = await prepareFirebase(api, target, packageRoot)
    expect(tools).toMatchObject({version: TESTED_FIREBASE_TOOLS, warning: undefined})
    expect(asked).toEqual([{api: 'firebase', method: 'GET', path: '/v1beta1/projects/acme-tagging'}])
  })

  test.each([[undefined], [{state: 'DELETED'}]])(
    'any other project is refused, with what else there is',
    async (found) => {
      await expect(prepareFirebase(createApi(found).api, target, packageRoot)).rejects.toMatchObject({
        code: 'STITCH_NOT_A_FIREBASE_PROJECT',
        exit: 'deploy',
        message: 'acme-tagging is not a Firebase project, so firebase-tools cannot deploy to it.',
        hints: [
          'stitch deploy   (the default way needs no Firebase)',
          'npx firebase-tools projects:addfirebase acme-tagging   (adds Firebase, which cannot be undone)',
        ],
      })
    },
  )
})

describe('which firebase-tools is used', () => {
  test("the project's own goes first", async () => {
    const folder = createProject('15.1.0')
    expect(await findFirebaseTools([folder, packageRoot])).toEqual({
      main: join(folder, 'node_modules/firebase-tools/lib/index.js'),
      version: '15.1.0',
      warning: undefined,
    })
  })

  test('another major is used with a warning', async () => {
    const {warning} = await findFirebaseTools([createProject('16.0.0')])
    expect(warning).toBe(`firebase-tools 16.0.0 is used; tested is ${TESTED_FIREBASE_TOOLS}`)
  })

  test('none at all is told with the command that installs it', async () => {
    await expect(findFirebaseTools([createProject()])).rejects.toMatchObject({
      code: 'STITCH_FIREBASE_TOOLS_MISSING',
      exit: 'deploy',
      hints: [
        `npm install --save-dev firebase-tools@${TESTED_FIREBASE_TOOLS}`,
        'stitch deploy   (the default way needs no firebase-tools)',
      ],
    })
  })

  test('the tested version is the one that is installed here', () => {
    const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
      readonly devDependencies: Readonly<Record<string, string>>
    }
    expect(manifest.devDependencies['firebase-tools']).toBe(TESTED_FIREBASE_TOOLS)
  })
})
