import {mkdir, mkdtempDisposable, readdir, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createProbes} from '#runtime/doctor/probes.ts'

const tempDir = () => mkdtempDisposable(join(tmpdir(), 'stitch-doctor-'))

async function writeJson(file: string, value: unknown): Promise<void> {
  await mkdir(join(file, '..'), {recursive: true})
  await writeFile(file, JSON.stringify(value))
}

describe('looking at a machine', () => {
  test('judges a folder that does not exist by the one above it, and does not make it', async () => {
    await using folder = await tempDir()
    const {inspectFolder} = createProbes({environment: {}, cwd: folder.path})
    expect((await inspectFolder(join(folder.path, 'a', 'b'))).freeBytes).toBeGreaterThan(0)
    expect(await readdir(folder.path)).toEqual([])
  })

  test('says that a file is in the place of a folder', async () => {
    await using folder = await tempDir()
    await writeFile(join(folder.path, 'file'), '')
    const {inspectFolder} = createProbes({environment: {}, cwd: folder.path})
    expect(await inspectFolder(join(folder.path, 'file', '.stitch'))).toEqual({refused: 'a file is in its place'})
    expect(await inspectFolder(join(folder.path, 'file'))).toEqual({refused: 'a file is in its place'})
  })

  test("finds the project's own firebase-tools from a folder inside it, before that on PATH", async () => {
    await using folder = await tempDir()
    await writeJson(join(folder.path, 'node_modules/firebase-tools/package.json'), {
      name: 'firebase-tools',
      version: '15.2.0',
    })
    const {findFirebaseTools} = createProbes({
      environment: {PATH: '/nowhere'},
      cwd: join(folder.path, 'packages', 'site'),
    })
    expect(await findFirebaseTools()).toBe('15.2.0')
  })

  test('finds the firebase-tools behind the command on PATH', async () => {
    await using folder = await tempDir()
    const home = join(folder.path, 'lib/firebase-tools')
    await writeJson(join(home, 'package.json'), {name: 'firebase-tools', version: '14.0.0'})
    await writeJson(join(home, 'lib/bin/firebase.js'), '')
    await mkdir(join(folder.path, 'bin'))
    await symlink(join(home, 'lib/bin/firebase.js'), join(folder.path, 'bin/firebase'))
    const {findFirebaseTools} = createProbes({environment: {PATH: join(folder.path, 'bin')}, cwd: folder.path})
    expect(await findFirebaseTools()).toBe('14.0.0')
  })

  test.each([
    {title: 'a signed-in person', content: '{"type": "authorized_user"}', found: {kind: 'found'}},
    {title: 'a service account', content: '{"type": "service_account"}', found: {kind: 'found'}},
    {
      title: 'an OAuth client',
      content: '{"installed": {}}',
      found: {kind: 'malformed', reason: 'it is not a JSON object with a "type"'},
    },
    {title: 'no JSON', content: 'secret', found: {kind: 'malformed', reason: 'it is not a JSON object with a "type"'}},
    {title: 'an unknown type', content: '{"type": "x"}', found: {kind: 'malformed', reason: 'its type "x" is unknown'}},
  ])('takes $title for what it is', async ({content, found}) => {
    await using folder = await tempDir()
    const file = join(folder.path, 'adc.json')
    await writeFile(file, content)
    const {readCredentials} = createProbes({environment: {GOOGLE_APPLICATION_CREDENTIALS: file}, cwd: folder.path})
    expect(await readCredentials()).toEqual({...found, file})
  })

  test('looks for credentials where the Google Cloud CLI leaves them', async () => {
    await using folder = await tempDir()
    const {readCredentials} = createProbes({environment: {HOME: folder.path}, cwd: folder.path})
    const file = join(folder.path, '.config/gcloud/application_default_credentials.json')
    expect(await readCredentials()).toEqual({kind: 'missing', file, named: false})
    await writeJson(file, {type: 'authorized_user'})
    expect(await readCredentials()).toEqual({kind: 'found', file})
  })
})
