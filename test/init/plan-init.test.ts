import {parse} from 'jsonc-parser'
import {describe, expect, test} from 'vitest'
import {ConfigFile} from '#runtime/config/schema.ts'
import {planInit} from '#runtime/init/plan-init.ts'
import type {InitChoices, Surroundings} from '#runtime/init/types.ts'

const empty: Surroundings = {
  folder: '/w/shop',
  gitRoot: undefined,
  host: undefined,
  packageJson: undefined,
  hasLockFile: false,
  gitignore: undefined,
  hasFixtures: false,
  hasGitlabCi: false,
  project: undefined,
  region: undefined,
}
const choices: InitChoices = {
  project: undefined,
  region: 'europe-west6',
  sgtmUrl: undefined,
  withHandlers: false,
  version: '1.2.3',
}
const fixtures = new Map([['visitors/franz.json', '{}']])

function plan(around: Partial<Surroundings> = {}, chosen: Partial<InitChoices> = {}, there: readonly string[] = []) {
  const planned = planInit({
    surroundings: {...empty, ...around},
    choices: {...choices, ...chosen},
    fixtures,
    handlers: '// own',
    exists: (path) => there.includes(path),
  })
  const textOf = (path: string) => planned.files.find((file) => file.path === path)?.text
  return {...planned, paths: planned.files.map(({path}) => path), textOf}
}

describe('what is written', () => {
  test('into an empty folder', () => {
    expect(plan().paths).toEqual([
      '/w/shop/stitch.config.json',
      '/w/shop/fixtures/visitors/franz.json',
      '/w/shop/.github/workflows/stitch.yml',
      '/w/shop/.gitignore',
    ])
  })

  test.each([
    {withHandlers: false, project: undefined, sgtmUrl: undefined},
    {withHandlers: true, project: undefined, sgtmUrl: undefined},
    {withHandlers: true, project: 'acme-shop-42', sgtmUrl: 'https://sgtm.acme.example'},
  ])('is a configuration that is valid: $withHandlers, $project', (chosen) => {
    const value: unknown = JSON.parse(plan({}, chosen).textOf('/w/shop/stitch.config.json') ?? '')
    expect(ConfigFile.parse(value)).toMatchObject({
      project: chosen.project ?? 'demo-stitch',
      deploy: {region: 'europe-west6', ...(chosen.sgtmUrl === undefined ? {} : {sgtmUrl: chosen.sgtmUrl})},
      ...(chosen.withHandlers ? {handlers: 'stitch.handlers.ts', kinds: {store: {resolver: true}}} : {}),
    })
  })

  test('with own logic is one more file', () => {
    expect(plan({}, {withHandlers: true}).textOf('/w/shop/stitch.handlers.ts')).toBe('// own')
  })

  test('beside fixtures of somebody else are fixtures of another name, which the configuration knows', () => {
    const {paths, textOf} = plan({hasFixtures: true})
    expect(paths).toContain('/w/shop/stitch-fixtures/visitors/franz.json')
    expect(JSON.parse(textOf('/w/shop/stitch.config.json') ?? '')).toMatchObject({
      fixtures: 'stitch-fixtures',
      container: 'stitch-fixtures/container/container.json',
    })
  })
})

describe('what is changed', () => {
  test.each([
    {before: '', after: '.stitch/\n'},
    {before: 'node_modules', after: 'node_modules\n.stitch/\n'},
    {before: 'node_modules\n', after: 'node_modules\n.stitch/\n'},
  ])('in .gitignore $before: one line more', ({before, after}) => {
    const {files} = plan({gitignore: before})
    expect(files.find(({path}) => path === '/w/shop/.gitignore')).toEqual({
      path: '/w/shop/.gitignore',
      text: after,
      before,
    })
  })

  test.each(['.stitch', '/.stitch/', 'dist\r\n.stitch/\r\n'])('in .gitignore %j: nothing', (gitignore) => {
    expect(plan({gitignore}).paths).not.toContain('/w/shop/.gitignore')
  })

  test('in package.json: a script, in the file as it is written', () => {
    const before = '{\n    "name": "shop",\n    "scripts": {\n        "test": "vitest"\n    }\n}\n'
    expect(plan({packageJson: before}).textOf('/w/shop/package.json')).toBe(
      '{\n    "name": "shop",\n    "scripts": {\n        "test": "vitest",\n        "simulate": "stitch simulate --async"\n    }\n}\n',
    )
  })

  test('in package.json without scripts: a script', () => {
    const text = plan({packageJson: '{\n\t"name": "shop"\n}\n'}).textOf('/w/shop/package.json')
    expect(parse(text ?? '')).toEqual({name: 'shop', scripts: {simulate: 'stitch simulate --async'}})
    expect(text).toContain('\n\t"scripts"')
  })

  test('in package.json with a script of that name: nothing', () => {
    expect(plan({packageJson: '{"scripts": {"simulate": "mine"}}'}).paths).not.toContain('/w/shop/package.json')
  })
})

describe('CI', () => {
  const workflow = '/w/shop/.github/workflows/stitch.yml'
  const packageJson = '{"devDependencies": {"sgtm-stitch": "1"}, "scripts": {"simulate": "x"}}'

  test('installs what the lock file says, and simulates', () => {
    const text = plan({packageJson, hasLockFile: true}).textOf(workflow)
    expect(text).toContain('      - run: npm ci\n      - run: npx stitch simulate --async ')
    expect(text).toContain('          cache: npm\n')
  })

  test('without a lock file has nothing to cache', () => {
    const text = plan({packageJson}).textOf(workflow)
    expect(text).toContain('npm install')
    expect(text).not.toContain('cache')
  })

  test('without a package.json fetches this version', () => {
    expect(plan().textOf(workflow)).toContain('npx --yes --package sgtm-stitch@1.2.3 stitch simulate --async')
  })

  test('of a folder in a repository lies at its root and works in the folder', () => {
    const {textOf} = plan({gitRoot: '/w', host: 'github', packageJson, hasLockFile: true})
    const text = textOf('/w/.github/workflows/stitch.yml')
    expect(text).toContain('working-directory: shop')
    expect(text).toContain('cache-dependency-path: shop/package-lock.json')
    expect(text).toContain('            shop/stitch.xml\n')
  })

  test('of GitLab is a pipeline', () => {
    const text = plan({gitRoot: '/w', host: 'gitlab', packageJson, hasLockFile: true}).textOf('/w/.gitlab-ci.yml')
    expect(text).toContain('    - cd shop\n    - npm ci\n    - npx stitch simulate')
    expect(text).toContain('junit: shop/stitch.xml')
  })

  test('of GitLab, where there is a pipeline, is a file for it and a word about it', () => {
    const {paths, next} = plan({host: 'gitlab', hasGitlabCi: true, packageJson})
    expect(paths).toContain('/w/shop/.gitlab/stitch.yml')
    expect(next.map(({command}) => command)).toContain('include: {local: .gitlab/stitch.yml}')
  })
})

describe('what is in the way', () => {
  test('is everything that would be overwritten, and another configuration', () => {
    const there = ['/w/shop/fixtures/visitors/franz.json', '/w/shop/stitch.config.ts', '/w/shop/.gitignore']
    expect(plan({gitignore: 'x'}, {}, there).conflicts).toEqual(there.slice(0, 2))
  })

  test('is not the package.json that is changed', () => {
    expect(
      plan({packageJson: '{}', gitignore: ''}, {}, ['/w/shop/package.json', '/w/shop/.gitignore']).conflicts,
    ).toEqual([])
  })
})

describe('what comes next', () => {
  const commandsOf = (around: Partial<Surroundings>) => plan(around).next.map(({command}) => command)

  test('is an installation, where there is a package.json without it', () => {
    expect(commandsOf({packageJson: '{}'})).toEqual([
      'npm install --save-dev sgtm-stitch',
      'npx stitch simulate --async',
      'npx stitch dev',
      'npx stitch deploy --plan',
    ])
    expect(commandsOf({packageJson: '{"devDependencies": {"sgtm-stitch": "1"}}'})[0]).toBe(
      'npx stitch simulate --async',
    )
    expect(commandsOf({})[0]).toBe('stitch simulate --async')
  })

  test('says what a deployment still lacks', () => {
    const whatOf = (chosen: Partial<InitChoices>) => plan({}, chosen).next.at(-1)?.what
    expect(whatOf({})).toBe('once deploy.sgtmUrl and project stand in the configuration: what a deployment would do')
    expect(whatOf({project: 'acme-shop-42'})).toBe(
      'once deploy.sgtmUrl stands in the configuration: what a deployment would do',
    )
    expect(whatOf({project: 'acme-shop-42', sgtmUrl: 'https://s.example'})).toBe('what a deployment would do')
  })
})
