import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {editFile, makeFolder, packageRoot, runStitch, startStitch, until} from './run-stitch.ts'

const template = (scenario: string, code = 'return data.a;', type = 'MACRO'): string =>
  `___INFO___\n\n{"type": "${type}", "displayName": "Sample"}\n\n\n___SANDBOXED_JS_FOR_SERVER___\n\n${code}\n\n\n___TESTS___\n\nscenarios:\n- name: gives what it gets\n  code: |-\n    ${scenario.replaceAll('\n', '\n    ')}\n\n\n`
const good = template('assertThat(runCode({a: 1})).isEqualTo(1);')
const bad = template('const got = runCode({a: {b: [1, 2]}});\nassertThat(got).isEqualTo({b: [1, 3]});')
const web = good.replace('JS_FOR_SERVER', 'JS_FOR_WEB_TEMPLATE')

test('tests that pass end with 0, in text and as one document', async () => {
  using folder = makeFolder()
  const text = await runStitch(folder.path, ['template', 'test', join(packageRoot, 'fixtures/container')])
  expect(text).toMatchObject({code: 0, stderr: ''})
  expect(text.stdout).toMatch(/\npassed: 2 templates, \d+ tests in [^\n]+\n$/)
  const json = await runStitch(folder.path, ['template', 'test', join(packageRoot, 'fixtures/container'), '--json'])
  const document = JSON.parse(json.stdout) as {tests: {passed: number; failed: number}; templates: {verdict: string}[]}
  expect(document).toMatchObject({verdict: 'passed', exit: 0, mode: 'strict', tests: {failed: 0}})
  expect(document.tests.passed).toBeGreaterThan(38)
  expect(document.templates.map(({verdict}) => verdict)).toEqual(['passed', 'passed'])
})

test('a failure ends with 1, and has its place and a comparison everywhere', async () => {
  using folder = makeFolder()
  mkdirSync(folder.file('all/deep'), {recursive: true})
  writeFileSync(folder.file('all/good.tpl'), good)
  writeFileSync(folder.file('all/deep/bad.tpl'), bad)
  writeFileSync(folder.file('all/web.tpl'), web)
  const args = [
    'template',
    'test',
    'all',
    '--report',
    'junit=tests.xml',
    '--report',
    'github=notes.txt',
    '--lcov',
    'c.info',
  ]
  const {code, stdout} = await runStitch(folder.path, [...args, '--coverage'])
  expect(code).toBe(1)
  expect(stdout).toContain('✗ gives what it gets\n      all/deep/bad.tpl:17:21\n')
  expect(stdout).toContain('      - expected  + actual\n')
  expect(stdout).toContain('      -     3\n      +     2\n')
  expect(stdout).toContain('coverage  100.0 % of 1 line ran')
  expect(stdout).toContain('all/web.tpl\n  not run: a template for a web container')
  expect(stdout).toContain('failed: 3 templates, 1 of 2 tests failed, 1 template not tested in')
  const junit = readFileSync(folder.file('tests.xml'), 'utf8')
  expect(junit).toContain('<testsuites name="stitch" tests="2" failures="1"')
  expect(junit).toContain('file="all/deep/bad.tpl" line="17"')
  expect(readFileSync(folder.file('notes.txt'), 'utf8')).toContain('::error file=all/deep/bad.tpl,line=17,col=21,')
  expect(readFileSync(folder.file('c.info'), 'utf8')).toContain('SF:all/good.tpl\nDA:8,1\nLF:1\nLH:1\n')
})

test('--only chooses tests by name; one that fits none is wrong usage', async () => {
  using folder = makeFolder()
  writeFileSync(folder.file('a.tpl'), bad.replace('- name', '- name: passes\n  code: runCode();\n- name'))
  expect((await runStitch(folder.path, ['template', 'test', '--only', 'passes', 'a.tpl'])).code).toBe(0)
  const none = await runStitch(folder.path, ['template', 'test', 'a.tpl', '--only', 'nothing'])
  expect(none.code).toBe(2)
  expect(none.stderr).toContain('STITCH_NOTHING_SELECTED')
})

test('late failures count, unless Tag Manager is to be followed', async () => {
  using folder = makeFolder()
  writeFileSync(folder.file('a.tpl'), template("require('callLater')(() => fail('late'));"))
  const strict = await runStitch(folder.path, ['template', 'test', 'a.tpl'])
  expect(strict.code).toBe(1)
  expect(strict.stdout).toContain(', late\n')
  const compatible = await runStitch(folder.path, ['template', 'test', 'a.tpl', '--gtm-compat'])
  expect(compatible.code).toBe(0)
  expect(compatible.stdout).toContain('late failures ignored')
})

test('a broken template ends with 4 and does not keep the others from being run', async () => {
  using folder = makeFolder()
  writeFileSync(folder.file('a.tpl'), good)
  writeFileSync(folder.file('b.tpl'), good.replace('return data.a;', 'return new Date();'))
  writeFileSync(folder.file('c.tpl'), good.replace('"MACRO",', '"MACRO"'))
  const {code, stdout} = await runStitch(folder.path, ['template', 'test', 'a.tpl', 'b.tpl', 'c.tpl', '--json'])
  expect(code).toBe(4)
  const {templates} = JSON.parse(stdout) as {templates: {verdict: string; problems: {at: object}[]}[]}
  expect(templates.map(({verdict}) => verdict)).toEqual(['passed', 'invalid', 'invalid'])
  expect(templates[1]?.problems[0]?.at).toEqual({file: 'b.tpl', line: 8, column: 8})
  expect(templates[2]?.problems[0]?.at).toMatchObject({file: 'c.tpl', line: 3})
})

test('a Firestore that no test mocks is a real one, and empty for each test', async () => {
  using folder = makeFolder()
  const rule = ['projectId', 'path', 'operation'].map((string) => ({type: 1, string}))
  const any = ['*', '*', 'read_write'].map((string) => ({type: 1, string}))
  const options = {key: 'allowedOptions', value: {type: 2, listItem: [{type: 3, mapKey: rule, mapValue: any}]}}
  const permission = {instance: {key: {publicId: 'access_firestore', versionId: '1'}, param: [options]}}
  const code = "return require('Firestore').read('a/b', {projectId: 'my-project'});"
  const scenario = `const f = require('Firestore');
f.write('a/b', {n: 1}, {projectId: 'my-project'}).then(() => runCode()).then((d) => assertThat(d).isEqualTo({id: 'b', data: {n: 2}}));`
  const second =
    "- name: empty\n  code: runCode().then(() => fail('found'), (e) => assertThat(e.reason).isEqualTo('not_found'));"
  const text = template(scenario, code).replace(
    '___TESTS___',
    `___SERVER_PERMISSIONS___\n\n${JSON.stringify([permission])}\n\n\n___TESTS___`,
  )
  writeFileSync(folder.file('a.tpl'), `${text.trimEnd()}\n${second}\n`)
  const {code: exit, stdout} = await runStitch(folder.path, ['template', 'test', 'a.tpl'])
  expect(stdout).toContain('      -     "n": 2\n      +     "n": 1\n')
  expect(stdout).toContain('✓ empty')
  expect(stdout).toContain('failed: 1 template, 1 of 2 tests failed')
  expect(exit).toBe(1)
})

test('a file that cannot be read is named beside the others, and a link that leads back is no way', async () => {
  using folder = makeFolder()
  writeFileSync(folder.file('a.tpl'), good)
  writeFileSync(folder.file('b.tpl'), Buffer.from([0xff, 0xfe, 0x00]))
  mkdirSync(folder.file('c'))
  writeFileSync(folder.file('c/info.json'), '{}')
  writeFileSync(folder.file('c/template.js'), '')
  writeFileSync(folder.file('c/layout.json'), '[')
  symlinkSync(folder.path, folder.file('loop'))
  const {code, stdout} = await runStitch(folder.path, ['template', 'test', '.', '--json'])
  expect(code).toBe(4)
  const {templates} = JSON.parse(stdout) as {templates: {file: string; verdict: string}[]}
  expect(templates.map(({file, verdict}) => `${file} ${verdict}`)).toEqual([
    'a.tpl passed',
    'b.tpl invalid',
    'c invalid',
  ])
  const checked = await runStitch(folder.path, ['template', 'check', '.'])
  expect(checked.code).toBe(1)
  expect(checked.stdout).toContain('3 templates: 2 errors, 1 warning')
})

test.each([[[]], [['nowhere.tpl']], [['.']]])('%j is wrong usage', async (args) => {
  using folder = makeFolder()
  expect(await runStitch(folder.path, ['template', 'test', ...args])).toMatchObject({code: 2, stdout: ''})
})

test('a template without tests is told, and nothing was run', async () => {
  using folder = makeFolder()
  writeFileSync(folder.file('a.tpl'), good.slice(0, good.indexOf('___TESTS')))
  const {code, stdout} = await runStitch(folder.path, ['template', 'test', 'a.tpl'])
  expect(code).toBe(0)
  expect(stdout).toContain('not run: has no tests')
  expect(stdout).toContain('nothing run: 1 template, 0 tests')
})

test('--watch runs again after a change, until it is interrupted', async () => {
  using folder = makeFolder()
  writeFileSync(folder.file('a.tpl'), good)
  const running = startStitch(folder.path, ['template', 'test', 'a.tpl', '--watch'])
  await until(() => running.stdout().includes('passed: 1 template'))
  editFile(folder.file('a.tpl'), 'isEqualTo(1)', 'isEqualTo(2)')
  await until(() => running.stdout().includes('failed: 1 template'))
  running.child.kill('SIGINT')
  expect((await running.finished).code).toBe(130)
})

test('mistakes are found without running anything; warnings fail where that is asked for', async () => {
  using folder = makeFolder()
  writeFileSync(
    folder.file('a.tpl'),
    good.replace('return data.a;', "const unused = 1;\nrequire('logToConsole')('x');"),
  )
  writeFileSync(folder.file('b.tpl'), good.replace('return data.a;', 'const unused = 1;'))
  const both = await runStitch(folder.path, ['template', 'check', '.', '--report', 'github'])
  expect(both.code).toBe(1)
  expect(both.stdout).toContain('::error file=a.tpl,line=9,col=1,title=permission-missing::logToConsole needs')
  expect(both.stdout).toContain('::warning file=b.tpl,line=8,col=7,title=dead-code::The name unused is never used.')
  const warned = await runStitch(folder.path, ['template', 'check', 'b.tpl'])
  expect(warned).toMatchObject({code: 0, stderr: ''})
  expect(warned.stdout).toContain('b.tpl:8:7  warning  dead-code\n')
  expect(warned.stdout).toContain('\n1 template: 0 errors, 1 warning\n')
  const strict = await runStitch(folder.path, ['template', 'check', 'b.tpl', '--strict', '--json'])
  expect(strict.code).toBe(1)
  expect(JSON.parse(strict.stdout)).toMatchObject({
    exit: 1,
    templates: [{file: 'b.tpl', findings: [{rule: 'dead-code', at: {line: 8, column: 7}}]}],
  })
})

test('unpacked, edited, tested in the folder and packed again', async () => {
  using folder = makeFolder()
  const original = readFileSync(join(packageRoot, 'fixtures/container/vendor-tag.tpl'))
  writeFileSync(folder.file('t.tpl'), original)
  expect(await runStitch(folder.path, ['template', 'unpack', 't.tpl'])).toMatchObject({code: 0})
  renameSync(folder.file('t.tpl'), folder.file('old.tpl'))
  expect(await runStitch(folder.path, ['template', 'pack', 't'])).toMatchObject({code: 0})
  expect(readFileSync(folder.file('t.tpl')).equals(original)).toBe(true)

  const before = readFileSync(folder.file('t/info.json'), 'utf8')
  const again = await runStitch(folder.path, ['template', 'unpack', 'old.tpl', 't'])
  expect(again).toMatchObject({code: 2})
  expect(again.stderr).toContain('STITCH_WOULD_OVERWRITE')
  expect(await runStitch(folder.path, ['template', 'pack', 't'])).toMatchObject({code: 2})
  expect(readFileSync(folder.file('t/info.json'), 'utf8')).toBe(before)
  for (const [verb, from, to] of [
    ['pack', 't', 'old.tpl/t.tpl'],
    ['unpack', 'old.tpl', 'old.tpl/t'],
  ] as const) {
    const refused = await runStitch(folder.path, ['template', verb, from, to])
    expect([verb, refused.code]).toEqual([verb, 3])
    expect(refused.stderr).toContain('STITCH_OUTPUT_NOT_WRITABLE')
  }

  for (const path of ['old.tpl/x', 'x'.repeat(300)]) {
    const lost = await runStitch(folder.path, ['template', 'check', path])
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining('STITCH_USAGE')])
  }
  expect(await runStitch(folder.path, ['template', 'unpack', 'old.tpl', 'u'])).toMatchObject({code: 0})
  rmSync(folder.file('u/tests'), {recursive: true})
  writeFileSync(folder.file('u/tests'), 'notes of my own')
  expect(await runStitch(folder.path, ['template', 'pack', 'u'])).toMatchObject({code: 0})

  const [first = ''] = readdirSync(folder.file('t/tests')).filter((name) => name.startsWith('001'))
  writeFileSync(folder.file(`t/tests/${first}`), "const a = 1;\n  fail('edited');\n")
  const failed = await runStitch(folder.path, ['template', 'test', 't'])
  expect(failed.code).toBe(1)
  expect(failed.stdout).toContain(`t/tests/${first}:2:3\n`)

  writeFileSync(folder.file('t/README.md'), 'mine')
  writeFileSync(folder.file('t/tests/009-stale.js'), '')
  expect(await runStitch(folder.path, ['template', 'unpack', 'old.tpl', 't', '--force'])).toMatchObject({code: 0})
  expect(existsSync(folder.file('t/README.md'))).toBe(true)
  expect(existsSync(folder.file('t/tests/009-stale.js'))).toBe(false)
  const packed = await runStitch(folder.path, ['template', 'pack', 't', '--force', '--json'])
  expect(JSON.parse(packed.stdout)).toMatchObject({file: 't.tpl', bytes: original.length})
  expect(readFileSync(folder.file('t.tpl')).equals(original)).toBe(true)
  expect(readdirSync(folder.path).filter((name) => name.startsWith('.') || name.endsWith('.part'))).toEqual([])
})

test.each([
  {args: ['unpack', 'nowhere.tpl'], code: 2},
  {args: ['unpack', 'no.txt'], code: 4},
  {args: ['pack', 'nowhere'], code: 2},
  {args: ['pack', '.'], code: 2},
])('$args is refused and leaves nothing', async ({args, code}) => {
  using folder = makeFolder()
  writeFileSync(folder.file('no.txt'), 'text')
  expect(await runStitch(folder.path, ['template', ...args])).toMatchObject({code, stdout: ''})
  expect(readdirSync(folder.path)).toEqual(['no.txt'])
})
