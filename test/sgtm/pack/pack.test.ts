import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {pack} from '#runtime/sgtm/pack/pack.ts'
import {unpack} from '#runtime/sgtm/pack/unpack.ts'
import {parseTemplate} from '#runtime/sgtm/tpl/parse-template.ts'

const code = "const log = require('logToConsole');\nlog(data.a);\n\ndata.gtmOnSuccess();"
const usual = `___TERMS_OF_SERVICE___

By creating or modifying this file you agree.


___INFO___

{
  "type": "TAG",
  "displayName": "Ünusual"
}


___TEMPLATE_PARAMETERS___

[]


___SANDBOXED_JS_FOR_SERVER___

${code}


___SERVER_PERMISSIONS___

[]


___TESTS___

scenarios:
- name: Quick check
  code: |-
    const a = 1;

    runCode({a: a});
- name: 'It''s: quoted'
  code: runCode();
setup: |-
  const b = 2;


___NOTES___

Created on a day.


`

const spellings: readonly (readonly [name: string, text: string])[] = [
  ['as Tag Manager writes it', usual],
  ['with a byte order mark', `\uFEFF${usual}`],
  ['with CRLF', usual.replaceAll('\n', '\r\n')],
  ['with CRLF in places', usual.replace('log(data.a);\n', 'log(data.a);\r\n')],
  ['with lone carriage returns', usual.replace('log(data.a);\n', 'log(data.a);\r')],
  ['that ends with its terms again', `${usual}___TERMS_OF_SERVICE___\n\nBy creating again.\n`],
  [
    'with its terms again in the middle',
    usual.replace('___TESTS___', '___TERMS_OF_SERVICE___\n\nAgain.\n\n___TESTS___'),
  ],
  ['with an indented first marker', `  ${usual}`],
  ['with something before the first marker', `\n# a remark\n${usual}`],
  ['without blank lines', usual.replaceAll(/\n+(?=___)/g, '\n').replaceAll(/___\n\n/g, '___\n')],
  ['without a break at the end', usual.trimEnd()],
  ['that ends in a marker', usual.slice(0, usual.indexOf('___NOTES___') + '___NOTES___'.length)],
  ['with an empty section', usual.replace('Created on a day.\n', '')],
  ['without permissions and tests', usual.replace(/___SERVER_PERMISSIONS___[^]*(?=___NOTES)/, '')],
  ['in another order', usual.slice(usual.indexOf('___NOTES___')) + usual.slice(0, usual.indexOf('___NOTES___'))],
  ['with a marker inside a string', usual.replace(code, `const s = "___NOTES___";\n${code}`)],
  ['with blank lines around the code', usual.replace(code, `\n\n${code}\n\n\n`)],
  [
    'with quoted tests',
    usual.replace(/code: \|-[^]*?(?=- name: 'It)/, 'code: "const a = 1;\\n\\\n    \\nrunCode({a:\\\n    \\ a});"\n'),
  ],
  ['with a folded name', usual.replace('Quick check', 'Quick check that is\n    folded')],
  ['with comments in YAML', usual.replace('- name: Quick', '# first\n- name: Quick')],
  [
    'with setup first',
    usual
      .replace(/scenarios:[^]*(?=setup)/, '')
      .replace('setup: |-\n  const b = 2;', 'setup: |-\n  const b = 2;\nscenarios:\n- name: x\n  code: a();'),
  ],
  ['with no scenarios', usual.replace(/scenarios:[^]*(?=setup)/, 'scenarios: []\n')],
  ['with YAML of another form', usual.replace(/scenarios:[^]*(?=\n\n\n___NOTES)/, 'scenarios: [{name: a, code: b}]')],
  ['with broken YAML', usual.replace('scenarios:', 'scenarios: [')],
  ['for a web container', usual.replace('JS_FOR_SERVER', 'JS_FOR_WEB_TEMPLATE').replace('SERVER_PERM', 'WEB_PERM')],
]

test.each(spellings)('a template %s comes back byte for byte', (_, text) => {
  expect(pack('a', unpack(text)).text).toBe(text)
})

test.each(['stitcher-client.tpl', 'vendor-tag.tpl'])('%s comes back byte for byte', async (name) => {
  const path = fileURLToPath(new URL(`../../../fixtures/container/${name}`, import.meta.url))
  const text = await readFile(path, 'utf8')
  const folder = unpack(text)
  expect(folder['tests/scenarios.json']).toBeDefined()
  expect(pack(name, folder).text).toBe(text)
})

test('the folder holds what a person edits, and no layout where nothing is unusual', () => {
  expect(unpack(usual)).toEqual({
    'terms.txt': 'By creating or modifying this file you agree.\n',
    'info.json': '{\n  "type": "TAG",\n  "displayName": "Ünusual"\n}\n',
    'fields.json': '[]\n',
    'template.js': `${code}\n`,
    'permissions.json': '[]\n',
    'tests/scenarios.json': expect.stringContaining('"file": "001-quick-check.js"') as string,
    'tests/001-quick-check.js': 'const a = 1;\n\nrunCode({a: a});\n',
    'tests/002-it-s-quoted.js': 'runCode();\n',
    'tests/setup.js': 'const b = 2;\n',
    'notes.txt': 'Created on a day.\n',
    'layout.json': expect.stringContaining('002-it-s-quoted.js') as string,
  })
})

describe('an edited folder', () => {
  test.each(spellings)('of a template %s is stable', (_, text) => {
    const folder = unpack(text)
    const file = 'template.js' in folder ? 'template.js' : 'template-web.js'
    const edited = {
      ...folder,
      [file]: `// new\n${folder[file]}\n\n`,
      'tests/001-quick-check.js': '  a();\n\n\tb();  \n',
    }
    const packed = pack('a', edited).text
    expect(pack('a', unpack(packed)).text).toBe(packed)
    expect(packed).toContain('// new')
    if (folder['tests/001-quick-check.js'] !== undefined) expect(packed).toContain('a();')
  })

  test('keeps any test that a person may write', () => {
    const lines = fc.array(
      fc.string({unit: fc.constantFrom('a', ' ', '\t', "'", '"', '#', ':', '-', '|', '\\', 'é', '😀')}),
      {
        maxLength: 6,
      },
    )
    fc.assert(
      fc.property(lines, fc.string({minLength: 1, unit: 'grapheme'}), fc.nat(3), (rows, name, breaks) => {
        const own = rows.join('\n') + '\n'.repeat(breaks)
        const index = JSON.stringify([{name, file: '001-x.js'}])
        const folder = {
          'info.json': '{}',
          'template.js': '',
          'tests/scenarios.json': index,
          'tests/001-x.js': `${own}\n`,
        }
        const {text} = pack('a', folder)
        const again = unpack(text)
        const [file] = Object.keys(again).filter((key) => key.startsWith('tests/001'))
        expect(again[file ?? '']).toBe(`${own}\n`)
        expect(JSON.parse(again['tests/scenarios.json'] ?? '')).toMatchObject([{name}])
        expect(pack('a', again).text).toBe(text)
      }),
      {numRuns: 300, seed: 5},
    )
  })

  test('a new section comes where Tag Manager has it', () => {
    const folder = unpack(`\uFEFF${usual.replace(/___SERVER_PERMISSIONS___[^]*(?=___TESTS)/, '')}`)
    const {text} = pack('a', {...folder, 'permissions.json': '[]\n'})
    expect(text).toBe(`\uFEFF${usual}`)
  })
})

test('lines of the text lead to lines of the files', () => {
  const {text, parts} = pack('a', unpack(usual), {plain: true})
  const lines = text.split('\n')
  for (const {file, line, lines: count, shift} of parts) {
    const own = (unpack(usual)[file] ?? '').replace(/\n$/, '').split('\n')
    const there = lines.slice(line - 1, line - 1 + count).map((each) => each.slice(shift))
    expect([file, there]).toEqual([file, own])
  }
  expect(parts.map(({file}) => file)).toContain('tests/setup.js')
})

test.each([
  ['no info', {'template.js': ''}, 'has no info.json'],
  [
    'a missing test',
    {'info.json': '{}', 'tests/scenarios.json': '[{"name": "a", "file": "b.js"}]'},
    'has no tests/b.js',
  ],
  ['a broken index', {'info.json': '{}', 'tests/scenarios.json': '['}, 'not valid JSON'],
  ['an index of another form', {'info.json': '{}', 'tests/scenarios.json': '{}'}, 'another form'],
])('a folder with %s is refused', (_, files, why) => {
  expect(() => pack('a', files)).toThrow(
    expect.objectContaining({code: 'STITCH_TEMPLATE_FOLDER_INVALID', message: expect.stringContaining(why) as string}),
  )
})

test('what is packed is a template', () => {
  const {text} = pack('a', unpack(usual))
  expect(parseTemplate('a.tpl', text)).toMatchObject({ok: true, template: {displayName: 'Ünusual'}})
})
