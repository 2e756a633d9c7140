import {describe, expect, test} from 'vitest'
import {buildData} from '#runtime/sgtm/tpl/build-data.ts'
import {parseTemplate} from '#runtime/sgtm/tpl/parse-template.ts'
import {templateInvalid} from '#runtime/sgtm/tpl/read-template.ts'
import type {Parameter, Problem, Template} from '#runtime/sgtm/tpl/template.ts'

const info = '___INFO___\n\n{"type": "TAG", "displayName": "Sample"}\n\n'
const code = "___SANDBOXED_JS_FOR_SERVER___\n\nconst x = '___TESTS___';\nreturn x;\n\n"

const read = (text: string): Template => {
  const parsed = parseTemplate('a.tpl', text)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.template
}
const problems = (text: string): readonly Problem[] => {
  const parsed = parseTemplate('a.tpl', text)
  return parsed.ok ? [] : parsed.problems
}

describe('reading', () => {
  test('only INFO and code are needed', () => {
    const {kind, displayName, parameters, permissions, tests, notes} = read(info + code)
    expect({kind, displayName, parameters, permissions, tests, notes}).toEqual({
      kind: 'TAG',
      displayName: 'Sample',
      parameters: [],
      permissions: [],
      tests: {setup: '', setupLine: 1, scenarios: []},
      notes: '',
    })
  })

  test('text that looks like a marker inside a string stays text', () => {
    expect(read(info + code).code).toEqual({text: "\nconst x = '___TESTS___';\nreturn x;\n\n", line: 6})
  })

  test.each([
    ['a byte order mark', `\uFEFF${info}${code}`],
    ['CRLF', (info + code).replaceAll('\n', '\r\n')],
    ['blanks before the first marker', `  ${info}${code}`],
  ])('%s changes nothing', (_, text) => {
    expect(read(text)).toEqual(read(info + code))
  })

  test('a control character in INFO is tolerated with a warning', () => {
    const template = read(`___INFO___\n{"type": "TAG",\n "displayName": "Sam\u0002ple"}\n${code}`)
    expect(template.warnings.map(({section, at}) => ({section, at}))).toEqual([
      {section: 'INFO', at: {file: 'a.tpl', line: 3, column: 17}},
    ])
  })

  test('permissions come with plain values', () => {
    const text = `___SERVER_PERMISSIONS___\n[{"instance": {"key": {"publicId": "send_http", "versionId": "1"}, "param": [
      {"key": "allowedUrls", "value": {"type": 1, "string": "specific"}},
      {"key": "allowGoogleDomains", "value": {"type": 8, "boolean": true}},
      {"key": "rows", "value": {"type": 2, "listItem": [{"type": 3, "mapKey": [{"type": 1, "string": "headerName"}], "mapValue": [{"type": 1, "string": "x"}]}]}}
    ]}, "isRequired": true}]\n`
    expect(read(info + code + text).permissions).toEqual([
      {publicId: 'send_http', params: {allowedUrls: 'specific', allowGoogleDomains: true, rows: [{headerName: 'x'}]}},
    ])
  })

  test('tests may be folded strings as well as blocks', () => {
    const yaml =
      '___TESTS___\n\nscenarios:\n- name: one\n  code: |-\n    runCode();\n    fail();\n- name: two\n  code: "runCode();\\n\\\n    fail();"\nsetup: |-\n  const a = 1;\n'
    expect(read(info + code + yaml).tests).toEqual({
      setup: 'const a = 1;',
      setupLine: 21,
      scenarios: [
        {name: 'one', code: 'runCode();\nfail();', line: 15},
        {name: 'two', code: 'runCode();\nfail();', line: 18},
      ],
    })
  })
})

describe('problems have their section and place', () => {
  test.each([
    ['broken JSON', `___INFO___\n{"type": "TAG",\n  oops}\n${code}`, 'INFO', 3, 3],
    ['a wrong kind', `___INFO___\n{\n  "type": "WEB"}\n${code}`, 'INFO', 3, 11],
    ['broken parameters', `${info}___TEMPLATE_PARAMETERS___\n[{"type": 1}]\n${code}`, 'TEMPLATE_PARAMETERS', 6, 11],
    ['broken YAML', `${info}${code}___TESTS___\nscenarios:\n- name: "x\n`, 'TESTS', 13, 1],
    ['no code', info, 'file', 1, 1],
    ['no INFO', code, 'file', 1, 1],
  ])('%s', (_, text, section, line, column) => {
    const [first] = problems(text)
    expect(first).toMatchObject({section, at: {line, column}})
  })

  test('all problems are told in one error', () => {
    const found = problems(`___INFO___\n{"type": 1}\n___TEMPLATE_PARAMETERS___\n{`)
    const error = templateInvalid('a.tpl', found)
    expect(error).toMatchObject({code: 'STITCH_TEMPLATE_INVALID', exit: 'config', at: {file: 'a.tpl', line: 2}})
    expect(error.hints.length).toBe(found.length)
    expect(found.length).toBeGreaterThanOrEqual(3)
  })
})

describe('parameters become data', () => {
  const parameters: readonly Parameter[] = [
    {type: 'TEXT', name: 'timeout', defaultValue: '1500'},
    {type: 'LABEL', name: 'label'},
    {
      type: 'GROUP',
      name: 'group',
      subParams: [
        {type: 'CHECKBOX', name: 'box', defaultValue: false, subParams: [{type: 'TEXT', name: 'inBox'}]},
        {
          type: 'SELECT',
          name: 'kind',
          defaultValue: 'a',
          items: [
            {value: 'a', subParams: [{type: 'TEXT', name: 'onlyA', defaultValue: 'A'}]},
            {value: 'b', subParams: [{type: 'TEXT', name: 'onlyB', defaultValue: 'B'}]},
          ],
        },
      ],
    },
    {
      type: 'SIMPLE_TABLE',
      name: 'rows',
      columns: [
        {type: 'TEXT', name: 'key'},
        {type: 'TEXT', name: 'value', defaultValue: 'none'},
      ],
    },
    {type: 'TEXT', name: 'whenB', enablingConditions: [{paramName: 'kind', paramValue: 'b', type: 'EQUALS'}]},
    {
      type: 'TEXT',
      name: 'whenNotB',
      defaultValue: 'yes',
      enablingConditions: [{paramName: 'kind', paramValue: 'b', type: 'NOT_EQUALS'}],
    },
  ]

  test.each([
    ['defaults', {}, {timeout: '1500', box: false, kind: 'a', onlyA: 'A', whenNotB: 'yes'}],
    [
      'number-like text stays text',
      {timeout: '10'},
      {timeout: '10', box: false, kind: 'a', onlyA: 'A', whenNotB: 'yes'},
    ],
    [
      'a box as text',
      {box: 'true', inBox: 'x'},
      {timeout: '1500', box: true, inBox: 'x', kind: 'a', onlyA: 'A', whenNotB: 'yes'},
    ],
    [
      'the chosen branch and conditions',
      {kind: 'b', whenB: 'w', onlyA: 'lost'},
      {timeout: '1500', box: false, kind: 'b', onlyB: 'B', whenB: 'w'},
    ],
    [
      'rows',
      {rows: [{key: 'k'}, {key: 'l', value: 'v', other: 1}]},
      {
        timeout: '1500',
        box: false,
        kind: 'a',
        onlyA: 'A',
        whenNotB: 'yes',
        rows: [
          {key: 'k', value: 'none'},
          {key: 'l', value: 'v'},
        ],
      },
    ],
  ])('%s', (_, values, data) => {
    expect(buildData(parameters, values)).toEqual(data)
  })
})
