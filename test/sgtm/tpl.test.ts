import {describe, expect, test} from 'vitest'
import {buildData, dropEmptied} from '#runtime/sgtm/tpl/build-data.ts'
import {checkValues} from '#runtime/sgtm/tpl/check-values.ts'
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
    ['indented markers throughout', (info + code).replaceAll(/^___/gm, '\t ___')],
    ['terms of service for a second time', `${info}${code}___TERMS_OF_SERVICE___\na\n___TERMS_OF_SERVICE___\nb\n`],
    [
      'empty sections',
      `${info}${code}___TESTS___\n\n___SERVER_PERMISSIONS___\n\n___TEMPLATE_PARAMETERS___\n\n___NOTES___\n`,
    ],
    ['a category that is no list', `${info.replace('{', '{"categories": "UTILITY", ')}${code}`],
  ])('%s changes nothing', (_, text) => {
    const plain = read(info + code)
    const template = read(text)
    expect({...template, tests: template.tests.scenarios, code: template.code.text.trim()}).toEqual({
      ...plain,
      tests: [],
      code: plain.code.text.trim(),
    })
  })

  test('a control character in INFO is tolerated with a warning', () => {
    const template = read(`___INFO___\n{"type": "TAG",\n "displayName": "Sam\u0002ple"}\n${code}`)
    expect(template.warnings.map(({section, at}) => ({section, at}))).toEqual([
      {section: 'INFO', at: {file: 'a.tpl', line: 3, column: 21}},
    ])
  })

  test('an indented marker in a test is text where the real one follows', () => {
    const tests = "___TESTS___\nscenarios:\n- name: a\n  code: |-\n    const file = 'x\\\n    ___NOTES___\n    ';\n"
    const {notes, tests: read1} = read(`${info}${code}${tests}___NOTES___\nreal\n`)
    expect(notes).toBe('real')
    expect(read1.scenarios[0]?.code).toContain('___NOTES___')
  })

  test.each([
    [
      'a line that breaks in a string',
      '{"type": "TAG", "displayName": "two\nlines"}',
      'two\nlines',
      'control character',
    ],
    ['a tab in a string', '{"type": "TAG", "displayName": "a\tb"}', 'a\tb', 'control character'],
    ['a comma before a bracket', '{"type": "TAG",\n\t"displayName": "x",\n}', 'x', 'property name expected'],
    ['a name without quotes', '{"type": "TAG",\n  displayName: "y"}', 'y', 'invalid symbol'],
  ])('%s is read with a warning', (_, json, displayName, said) => {
    const template = read(`___INFO___\n${json}\n${code}`)
    expect(template.displayName).toBe(displayName)
    expect(template.warnings.map(({message}) => message)).toEqual([expect.stringContaining(said)])
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
    ['a string that never ends', `___INFO___\n{"type": "TAG",\n "displayName": "x}\n${code}`, 'INFO', 3, 17],
    ['a list where an object is needed', `___INFO___\n[1]\n${code}`, 'INFO', 2, 1],
    ['a value that is no JSON', `___INFO___\n{"type": "TAG", "displayName": x}\n${code}`, 'INFO', 2, 32],
    ['a misfit after an oddity', `___INFO___\n{"a": 1,\n "type": 2,}\n${code}`, 'INFO', 3, 10],
    ['tests that are no map', `${info}${code}___TESTS___\n- a\n`, 'TESTS', 11, 1],
  ])('%s', (_, text, section, line, column) => {
    const [first] = problems(text)
    expect(first).toMatchObject({section, at: {line, column}})
  })

  test('a template for a web container is refused with one sentence', () => {
    const web = `${info}\n___SANDBOXED_JS_FOR_WEB_TEMPLATE___\nreturn 1;\n___WEB_PERMISSIONS___\n[]\n`
    expect(problems(web)).toEqual([
      {
        section: 'file',
        message: 'This template is for a web container, which runs in browsers, so no server container can run it.',
        at: {file: 'a.tpl', line: 6, column: 1},
      },
    ])
  })

  test('a file of another kind is refused with one sentence', () => {
    expect(problems('<html></html>').map(({message}) => message)).toEqual([
      'This is no template: no line of it is a marker such as ___INFO___.',
    ])
  })

  test('all problems are told in one error', () => {
    const found = problems(`___INFO___\n{"type": 1}\n___TEMPLATE_PARAMETERS___\n{`)
    const error = templateInvalid('a.tpl', found)
    expect(error).toMatchObject({code: 'STITCH_TEMPLATE_INVALID', exit: 'config', at: {file: 'a.tpl', line: 2}})
    expect(error.hints.length).toBe(found.length)
    expect(found.length).toBeGreaterThanOrEqual(3)
  })
})

/** Parameters as a file spells them. */
const parametersOf = (json: unknown): readonly Parameter[] =>
  read(`${info}___TEMPLATE_PARAMETERS___\n${JSON.stringify(json)}\n${code}`).parameters

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

describe('every kind of field', () => {
  const data = (fields: unknown, values: Record<string, unknown> = {}): unknown => {
    const parameters = parametersOf(fields)
    return buildData(parameters, dropEmptied(parameters, values))
  }
  const when = (paramName: string, paramValue: unknown, type = 'EQUALS'): unknown => [{paramName, paramValue, type}]

  test.each<[string, unknown, Record<string, unknown>, unknown]>([
    ['a default that is a number is text', [{type: 'TEXT', name: 'a', defaultValue: 30}], {}, {a: '30'}],
    ['an emptied field has no value', [{type: 'TEXT', name: 'a'}], {a: ''}, {}],
    ['unless it may be empty', [{type: 'TEXT', name: 'a', canBeEmptyString: true}], {a: ''}, {a: ''}],
    ['no default comes back for it', [{type: 'TEXT', name: 'a', defaultValue: 'x'}], {a: ''}, {a: ''}],
    ['a field without a value is left out', [{type: 'TEXT', name: 'a', notSetText: '(none)'}], {}, {}],
    ['lines as a list', [{type: 'TEXT', name: 'a', textAsList: true, lineCount: 5}], {a: 'x\r\ny'}, {a: ['x', 'y']}],
    ['a list stays one', [{type: 'TEXT', name: 'a', textAsList: true}], {a: ['x']}, {a: ['x']}],
    ['a box that was never ticked', [{type: 'CHECKBOX', name: 'a'}], {}, {a: false}],
    ['a label has no value', [{type: 'LABEL', name: 'a', displayName: 'x'}], {a: 1}, {}],
    [
      'a choice of a number, as an export spells it',
      [{type: 'SELECT', name: 'a', selectItems: [{value: 7, displayValue: 'x'}]}],
      {a: '7'},
      {a: 7},
    ],
    [
      'a choice of false',
      [{type: 'SELECT', name: 'a', selectItems: [{value: false, displayValue: 'x'}], defaultValue: false}],
      {},
      {a: false},
    ],
    [
      'a choice typed as a variable',
      [{type: 'SELECT', name: 'a', macrosInSelect: true, selectItems: [{value: 'x', displayValue: 'x'}]}],
      {a: '{{v}}'},
      {a: '{{v}}'},
    ],
    [
      'groups in groups are flat',
      [
        {
          type: 'GROUP',
          name: 'g',
          subParams: [{type: 'GROUP', name: 'h', subParams: [{type: 'TEXT', name: 'a', defaultValue: 'x'}]}],
        },
      ],
      {},
      {a: 'x'},
    ],
    [
      'a group that is not enabled is left out whole',
      [
        {type: 'CHECKBOX', name: 'c'},
        {
          type: 'GROUP',
          name: 'g',
          enablingConditions: when('c', true),
          subParams: [{type: 'TEXT', name: 'a', defaultValue: 'x'}],
        },
      ],
      {},
      {c: false},
    ],
    [
      'below a box by its own condition',
      [
        {
          type: 'CHECKBOX',
          name: 'c',
          subParams: [
            {type: 'TEXT', name: 'a', defaultValue: 'x', enablingConditions: when('c', true)},
            {type: 'TEXT', name: 'b', defaultValue: 'y'},
          ],
        },
      ],
      {},
      {c: false, b: 'y'},
    ],
    [
      'below a choice',
      [
        {
          type: 'RADIO',
          name: 'r',
          radioItems: [
            {value: 'p', displayValue: 'P', subParams: [{type: 'TEXT', name: 'a', defaultValue: 'A'}]},
            {value: 'q', displayValue: 'Q', subParams: [{type: 'TEXT', name: 'b', defaultValue: 'B'}]},
          ],
        },
      ],
      {r: 'q'},
      {r: 'q', b: 'B'},
    ],
    [
      'one name below two choices',
      [
        {
          type: 'RADIO',
          name: 'r',
          radioItems: [
            {value: 'p', displayValue: 'P', subParams: [{type: 'TEXT', name: 'a', defaultValue: 'A'}]},
            {value: 'q', displayValue: 'Q', subParams: [{type: 'TEXT', name: 'a', defaultValue: 'B'}]},
          ],
        },
      ],
      {r: 'q'},
      {r: 'q', a: 'B'},
    ],
    [
      'any of several conditions',
      [
        {type: 'TEXT', name: 'k'},
        {
          type: 'TEXT',
          name: 'a',
          defaultValue: 'x',
          enablingConditions: [...(when('k', '1') as unknown[]), ...(when('k', '2') as unknown[])],
        },
      ],
      {k: '2'},
      {k: '2', a: 'x'},
    ],
    [
      'a condition on any value',
      [
        {type: 'TEXT', name: 'k'},
        {type: 'TEXT', name: 'a', defaultValue: 'x', enablingConditions: when('k', '', 'PRESENT')},
      ],
      {k: 'v'},
      {k: 'v', a: 'x'},
    ],
    [
      'a condition on any value, without one',
      [
        {type: 'TEXT', name: 'k'},
        {type: 'TEXT', name: 'a', defaultValue: 'x', enablingConditions: when('k', '', 'PRESENT')},
      ],
      {},
      {},
    ],
    [
      'not equal to nothing',
      [
        {type: 'TEXT', name: 'k'},
        {type: 'TEXT', name: 'a', defaultValue: 'x', enablingConditions: when('k', '', 'NOT_EQUALS')},
      ],
      {},
      {},
    ],
    [
      'a table of forms',
      [
        {
          type: 'PARAM_TABLE',
          name: 't',
          paramTableColumns: [
            {param: {type: 'TEXT', name: 'k'}, isUnique: true},
            {param: {type: 'CHECKBOX', name: 'c'}},
            {param: {type: 'TEXT', name: 'd', defaultValue: 'x'}},
          ],
        },
      ],
      {
        t: [
          {k: '1', c: 'true'},
          {k: '2', d: 'y'},
        ],
      },
      {
        t: [
          {k: '1', c: true, d: 'x'},
          {k: '2', c: false, d: 'y'},
        ],
      },
    ],
    [
      'a table without rows',
      [{type: 'SIMPLE_TABLE', name: 't', simpleTableColumns: [{type: 'TEXT', name: 'k'}]}],
      {},
      {},
    ],
    [
      'a name that would be a prototype',
      [{type: 'TEXT', name: 'a', defaultValue: 'x'}],
      {['__proto__']: {a: 'y'}},
      {a: 'x'},
    ],
  ])('%s', (_, fields, values, expected) => {
    expect(data(fields, values)).toEqual(expected)
  })
})

describe('values that the form would not let pass', () => {
  const text = (validator: unknown): unknown => [{type: 'TEXT', name: 'a', valueValidators: [validator]}]
  const check = (fields: unknown, values: Record<string, unknown>): readonly string[] =>
    checkValues(parametersOf(fields), values).map(({parameter, message}) => `${parameter}: ${message}`)

  test.each<[string, unknown, unknown, string | undefined]>([
    ['NON_EMPTY', {type: 'NON_EMPTY'}, '', 'a value is needed'],
    ['NON_EMPTY, given', {type: 'NON_EMPTY'}, 'x', undefined],
    ['a variable', {type: 'NUMBER'}, '{{Price}}', undefined],
    ['an empty field, by other rules', {type: 'NUMBER'}, '', undefined],
    ['NUMBER', {type: 'NUMBER'}, '1.5', '"1.5" is no whole number'],
    ['NUMBER, a word', {type: 'NUMBER'}, 'x', '"x" is no whole number'],
    ['DECIMAL', {type: 'DECIMAL'}, '1,5', '"1,5" is no number'],
    ['DECIMAL, given', {type: 'DECIMAL'}, '-1.5', undefined],
    ['POSITIVE_NUMBER', {type: 'POSITIVE_NUMBER'}, '0', '"0" is no number above 0'],
    ['NON_NEGATIVE_NUMBER', {type: 'NON_NEGATIVE_NUMBER'}, '-1', '"-1" is no number from 0 on'],
    ['PERCENTAGE', {type: 'PERCENTAGE'}, '101', '"101" is no percentage'],
    ['STRING_LENGTH', {type: 'STRING_LENGTH', args: [2, 3]}, 'abcd', '2 to 3 characters are needed'],
    [
      'REGEX, of the whole value',
      {type: 'REGEX', args: ['G-[A-Z0-9]+']},
      'x G-1',
      '"x G-1" does not match G-[A-Z0-9]+',
    ],
    ['REGEX, given', {type: 'REGEX', args: ['^[a-f0-9]{64}$']}, 'a'.repeat(64), undefined],
    [
      'REGEX, that would take for ever',
      {type: 'REGEX', args: ['(a+)+b']},
      'a'.repeat(5000),
      expect.stringContaining('does not match') as string,
    ],
    ['REGEX, that cannot be run', {type: 'REGEX', args: ['(?=x)']}, 'y', undefined],
    ["a sentence of the template's own", {type: 'NON_EMPTY', errorMessage: 'Please fill in.'}, '', 'Please fill in'],
    [
      'a rule that does not apply',
      {type: 'NON_EMPTY', enablingConditions: [{paramName: 'b', paramValue: 'x', type: 'EQUALS'}]},
      '',
      undefined,
    ],
    ['a rule that nobody knows', {type: 'SOMETHING'}, 'x', undefined],
  ])('%s', (_, validator, value, message) => {
    expect(check(text(validator), {a: value})).toEqual(message === undefined ? [] : [expect.stringMatching(/^a: /)])
    if (message !== undefined)
      expect(checkValues(parametersOf(text(validator)), {a: value})[0]?.message).toEqual(message)
  })

  const table = [
    {
      type: 'SIMPLE_TABLE',
      name: 't',
      valueValidators: [{type: 'TABLE_ROW_COUNT', args: [1, 2]}],
      simpleTableColumns: [
        {type: 'TEXT', name: 'k', isUnique: true, valueValidators: [{type: 'NON_EMPTY'}]},
        {type: 'SELECT', name: 's', selectItems: [{value: 'x', displayValue: 'X'}], defaultValue: 'x'},
      ],
    },
  ]
  test.each<[string, unknown, readonly string[]]>([
    ['no rows', [], ['t: 1 to 2 rows are needed']],
    ['no list', 'x', ['t: 1 to 2 rows are needed', 't: a list of rows is needed']],
    ['a cell', [{k: ''}], ['t: row 1, k: a value is needed']],
    ['a choice', [{k: 'a', s: 'y'}], ['t: row 1, s: "y" is none of the choices x']],
    ['a key twice', [{k: 'a'}, {k: 'a'}], ['t: "a" stands in two rows of k']],
    ['fine', [{k: 'a'}, {k: 'b', s: 'x'}], []],
  ])('a table: %s', (_, rows, messages) => {
    expect(check(table, {t: rows})).toEqual(messages)
  })

  test('only what the form shows is checked, and what it does not have is named', () => {
    const fields = [
      {type: 'CHECKBOX', name: 'c'},
      {
        type: 'TEXT',
        name: 'a',
        displayName: 'The A',
        valueValidators: [{type: 'NON_EMPTY'}],
        enablingConditions: [{paramName: 'c', paramValue: true, type: 'EQUALS'}],
      },
    ]
    expect(check(fields, {})).toEqual([])
    expect(check(fields, {c: true, aa: 1})).toEqual([
      'aa: the template has no parameter of this name',
      'a: The A: a value is needed',
    ])
  })
})
