import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {lookAround} from '#runtime/init/look-around.ts'
import {readGcloud} from '#runtime/init/read-gcloud.ts'

let home = ''
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'stitch-look-'))))
afterEach(() => rmSync(home, {recursive: true, force: true}))

function write(name: string, text = ''): void {
  mkdirSync(dirname(join(home, name)), {recursive: true})
  writeFileSync(join(home, name), text)
}
const look = (folder = 'shop') => lookAround(join(home, folder), {env: {}, home})
const CONFIG = '[core]\naccount = a@b.c\nproject = acme-shop-42\n\n[compute]\nregion = europe-west6\n'

describe('looking around', () => {
  test('finds nothing where there is nothing', () => {
    expect(look('missing/folder')).toEqual({
      folder: join(home, 'missing/folder'),
      gitRoot: undefined,
      host: undefined,
      packageJson: undefined,
      hasLockFile: false,
      gitignore: undefined,
      hasFixtures: false,
      hasGitlabCi: false,
      project: undefined,
      region: undefined,
    })
  })

  test('finds the repository above, and what is in the folder', () => {
    write('.git/config', '[remote "origin"]\n\turl = git@github.com:acme/shop.git\n')
    write('shop/package.json', '{}')
    write('shop/package-lock.json')
    write('shop/.gitignore', 'dist\n')
    write('shop/fixtures/users.json')
    expect(look()).toMatchObject({
      gitRoot: home,
      host: 'github',
      packageJson: '{}',
      hasLockFile: true,
      gitignore: 'dist\n',
      hasFixtures: true,
    })
  })

  test.each([
    {what: 'a remote', file: '.git/config', text: 'url = https://gitlab.acme.example/shop.git', host: 'gitlab'},
    {what: 'a pipeline', file: '.gitlab-ci.yml', text: '', host: 'gitlab'},
    {what: 'workflows', file: '.github/workflows/test.yml', text: '', host: 'github'},
    {what: 'another remote', file: '.git/config', text: 'url = https://git.acme.example/shop.git', host: undefined},
  ])('knows the host by $what: $host', ({file, text, host}) => {
    write('.git/HEAD')
    write(file, text)
    expect(look()).toMatchObject({gitRoot: home, host, hasGitlabCi: file === '.gitlab-ci.yml'})
  })

  test('refuses a file in the place of the folder', () => {
    write('shop')
    expect(() => look()).toThrow(expect.objectContaining({code: 'STITCH_INIT_CONFLICT', exit: 'usage'}))
  })
})

describe("gcloud's settings", () => {
  test('are those of the default configuration', () => {
    write('.config/gcloud/configurations/config_default', CONFIG)
    expect(readGcloud({}, home)).toEqual({
      project: {value: 'acme-shop-42', from: 'gcloud'},
      region: {value: 'europe-west6', from: 'gcloud'},
    })
  })

  test('are those of the active configuration, in the folder that a variable names', () => {
    write('elsewhere/active_config', 'work\n')
    write('elsewhere/configurations/config_work', `${CONFIG}[functions]\nregion=us-east1\n`)
    expect(readGcloud({CLOUDSDK_CONFIG: join(home, 'elsewhere')}, home)).toEqual({
      project: {value: 'acme-shop-42', from: 'gcloud configuration work'},
      region: {value: 'us-east1', from: 'gcloud configuration work'},
    })
  })

  test('give way to variables', () => {
    write('.config/gcloud/configurations/config_default', CONFIG)
    write('.config/gcloud/configurations/config_other', '[core]\n')
    const env = {CLOUDSDK_ACTIVE_CONFIG_NAME: 'other', CLOUDSDK_CORE_PROJECT: 'by-variable'}
    expect(readGcloud(env, home)).toEqual({
      project: {value: 'by-variable', from: 'CLOUDSDK_CORE_PROJECT'},
      region: undefined,
    })
  })
})
