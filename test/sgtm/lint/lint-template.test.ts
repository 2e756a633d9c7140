import {readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import {lintTemplate} from '#runtime/sgtm/lint/lint-template.ts'

type Written = {
  readonly type?: 'TAG' | 'CLIENT'
  readonly permissions?: readonly unknown[]
  readonly parameters?: readonly unknown[]
}

const first = 11
/** A template whose code begins on line 11 (`first`). */
function write(code: string, {type = 'TAG', permissions = [], parameters = []}: Written): string {
  const json = (value: unknown): string => JSON.stringify(value)
  return `___INFO___\n{"type": "${type}", "displayName": "A"}\n\n___TEMPLATE_PARAMETERS___\n${json(parameters)}\n\n\n\n\n___SANDBOXED_JS_FOR_SERVER___\n${code}\n___SERVER_PERMISSIONS___\n${json(permissions)}\n`
}

/** Findings as `rule line:column`, lines counted from the code's first. */
const find = (code: string, written: Written = {}): readonly string[] =>
  lintTemplate('a.tpl', write(code, written)).map(
    ({rule, severity, at}) => `${rule} ${severity} ${at.line - first + 1}:${at.column}`,
  )

const text = (key: string, value: string): unknown => ({key, value: {type: 1, string: value}})
const list = (key: string, ...values: string[]): unknown => ({
  key,
  value: {type: 2, listItem: values.map((value) => ({type: 1, string: value}))},
})
const flag = (key: string): unknown => ({key, value: {type: 8, boolean: true}})
const may = (publicId: string, ...param: unknown[]): unknown => ({
  instance: {key: {publicId, versionId: '1'}, param},
  isRequired: true,
})
const cookieRow = (name: string): unknown => ({
  type: 3,
  mapKey: ['name', 'domain', 'path', 'secure', 'session'].map((key) => ({type: 1, string: key})),
  mapValue: [name, '*', '*', 'any', 'any'].map((value) => ({type: 1, string: value})),
})
const sendAny = may('send_http', text('allowedUrls', 'any'))

test.each(['stitcher-client.tpl', 'vendor-tag.tpl'])('%s is clean', async (name) => {
  const path = fileURLToPath(new URL(`../../../fixtures/container/${name}`, import.meta.url))
  expect(lintTemplate(name, await readFile(path, 'utf8'))).toEqual([])
})

describe('permissions', () => {
  test('that are missing are errors, once each, at the require', () => {
    const code =
      "const log = require('logToConsole');\nconst get = require('getRequestHeader');\nlog(get('a'));\nrequire('logToConsole')('b');"
    expect(find(code)).toEqual(['permission-missing error 1:13', 'permission-missing error 2:13'])
    const read = may(
      'read_request',
      flag('headersAllowed'),
      text('headerAccess', 'any'),
      text('requestAccess', 'specific'),
    )
    expect(find(code, {permissions: [may('logging'), read]})).toEqual(['permission-too-wide warning 6:122'])
  })

  test('that nothing needs are pointed out where they are declared', () => {
    expect(find("require('sha256Sync')('a');", {permissions: [may('return_response')]})).toEqual([
      'permission-unused warning 3:33',
    ])
    const asked = "if (require('queryPermission')('get_cookies', 'a')) require('sha256Sync')('a');"
    expect(find(asked, {permissions: [may('get_cookies', list('cookieNames', 'a'))]})).toEqual([])
  })

  test('that deny a call that stands in the code are errors', () => {
    const permissions = [
      may('read_event_data', text('eventDataAccess', 'specific'), list('keyPatterns', 'a')),
      may('get_cookies', text('cookieAccess', 'specific'), list('cookieNames', 'a')),
      may('send_http', text('allowedUrls', 'specific'), list('urls', 'https://a.example/')),
    ]
    const code = [
      "const get = require('getEventData'); const cookie = require('getCookieValues');",
      "get('a'); get('a.b'); cookie('a'); get(data.key); cookie(data.key);",
      "get('b');",
      "cookie('b');",
      "const base = 'https://b.example';",
      "require('sendHttpGet')(base + '/x');",
      "require('sendHttpRequest')('https://a.example/x');",
    ].join('\n')
    const parameters = [{type: 'TEXT', name: 'key'}]
    expect(find(code, {permissions, parameters})).toEqual([
      'permission-denied error 3:1',
      'permission-denied error 4:1',
      'permission-denied error 6:1',
    ])
  })

  describe('that are too wide', () => {
    const hintsOf = (code: string, permissions: readonly unknown[]): readonly string[] =>
      lintTemplate('a.tpl', write(`${code}\ndata.x;`, {permissions, parameters: [{type: 'TEXT', name: 'x'}]})).map(
        ({hint}) => hint,
      )

    test.each([
      ["require('sendHttpGet')('https://a.example/x?y=' + data.x);", ['allow https://a.example/ only']],
      ["const u = 'https://a.example';\nrequire('sendHttpGet')(u);", ['allow https://a.example/ only']],
      ["const u = 'https://a.example';\nrequire('sendHttpGet')(u + data.x);", []],
      ["require('sendHttpGet')(data.x);", []],
      ["let u = 'https://a.example/';\nu = data.x;\nrequire('sendHttpGet')(u);", []],
      ["const send = require('sendHttpGet');\nsend('https://a.example/' + data.x);\n[1].forEach(send);", []],
    ])('requests: %s', (code, hints) => {
      expect(hintsOf(code, [sendAny])).toEqual(hints)
    })

    test('event data, cookies, headers and parts of request and response', () => {
      const wide = [
        may('read_event_data', text('eventDataAccess', 'any')),
        may('get_cookies', text('cookieAccess', 'any')),
        may('set_cookies', {key: 'allowedCookies', value: {type: 2, listItem: [cookieRow('*')]}}),
        may('read_request', text('requestAccess', 'any')),
        may('access_response', text('writeResponseAccess', 'any')),
      ]
      const code = [
        "require('getEventData')('a.b' + data.x.length);",
        "require('getCookieValues')('c');",
        "require('setCookie')('d', 'e');",
        "require('getRequestPath')();",
        "require('setResponseStatus')(200);",
      ]
      expect(hintsOf(code.join('\n'), wide)).toEqual([
        'allow c only',
        'allow d only',
        'the code never reads headers or the body or query parameters or the remote address',
        'the code never writes headers or the body',
      ])
      expect(hintsOf(["require('getEventData')('a.b'); data.x;", ...code.slice(1)].join('\n'), wide)[0]).toBe(
        'allow the keys a.b only',
      )
      expect(hintsOf("require('getAllEventData')().a; data.x;", wide.slice(0, 1))).toEqual([])
    })
  })
})

describe('parameters', () => {
  const parameters = [
    {
      type: 'GROUP',
      name: 'g',
      subParams: [
        {type: 'TEXT', name: 'used'},
        {type: 'TEXT', name: 'unused'},
      ],
    },
    {type: 'CHECKBOX', name: 'shows', subParams: [{type: 'TEXT', name: 'inner'}]},
    {type: 'CHECKBOX', name: 'controls'},
    {type: 'TEXT', name: 'other', enablingConditions: [{paramName: 'controls', paramValue: true, type: 'EQUALS'}]},
    {type: 'LABEL', name: 'label'},
  ]

  test('that nobody reads, and reads of what is no parameter', () => {
    const code = "data.used; data['inner']; data.other;\ndata.usde;\ndata.usde;\ndata.gtmOnSuccess();"
    expect(find(code, {parameters})).toEqual(['parameter-unused warning -5:94', 'parameter-unknown warning 2:1'])
    const hint = lintTemplate('a.tpl', write(code, {parameters})).at(-1)?.hint
    expect(hint).toBe('did you mean data.used')
  })

  test.each([
    'require("JSON").stringify(data);',
    'for (const k in data) { data[k]; }',
    'data[data.used];',
    'const d = data; d.used;',
  ])('are all read by %s', (code) => {
    expect(find(code, {parameters})).toEqual([])
  })

  test('are not those of a function that calls its own parameter data', () => {
    const code = 'const f = (data) => data.whatever;\nf({}); data.used; data.unused; data.inner; data.other;'
    expect(find(code, {parameters})).toEqual([])
  })
})

describe('dead code', () => {
  test.each([
    ['return 1;\nlet a = 2;', ['2:1', '2:5']],
    ['if (data) { return 1; } else { return 2; }\nreturn 3;', ['2:1']],
    ['function a() { return 1;\nb(); }\nfunction b() {}\na();', ['2:1']],
    ['for (const a of [1]) { if (a) continue;\na; }', []],
    ['switch (1) {\ncase 1: return 1; break;\ncase 2: return 2;\n}', []],
    ['function a() { return a(); }', ['1:10']],
    ['const a = () => 1;', ['1:7']],
    ['let a = 1;\na = 2;', ['1:5']],
    ['let a = 1;\na += 2;', []],
    ['for (const key in {a: 1}) { data.gtmOnSuccess(); }', []],
    ["const log = require('JSON');", ['1:7']],
    ['return later();\nfunction later() { return 1; }', []],
  ])('%j', (code, places) => {
    expect(find(code)).toEqual(places.map((place) => `dead-code warning ${place}`))
  })
})

describe('a claimed request', () => {
  const head =
    "const claim = require('claimRequest'); const done = require('returnResponse'); const run = require('runContainer'); const send = require('sendHttpGet');"
  const permissions = [may('return_response'), may('run_container'), may('send_http', text('allowedUrls', 'any'))]
  const answers = (code: string): readonly string[] =>
    find(`${head}\n${code}`, {type: 'CLIENT', permissions}).filter((line) => line.startsWith('unanswered-request'))

  test.each([
    ['claim(); run({});', ['error 2:1']],
    ['claim(); run({}, () => done());', []],
    ['claim(); if (data.a) return;\ndone();', ['warning 2:22']],
    ['if (data.a) { claim(); done(); }', []],
    ['if (data.a) claim();\nif (data.b) done();', ['warning 2:13']],
    ['if (data.a) return; claim(); done();', []],
    ['claim();\nswitch (data.a) { case 1: done(); break; case 2: return; default: done(); }', ['warning 3:50']],
    ['claim(); const finish = () => done(); run({}, finish);', []],
    ['const finish = () => done(); claim(); if (data.a) { run({}, finish); return; }\nreturn;', ['warning 3:1']],
    ['claim(); for (const a of [1]) { run({a: a}, () => done()); }', ['warning 2:1']],
    ['function main() { claim(); run({}, () => done()); }\nmain();', []],
    ["claim(); send('https://a.example/').then(() => done());", ['warning 2:10']],
    ["claim(); send('https://a.example/').then(() => done(), () => done());", []],
    ["claim(); send('https://a.example/').then(() => 1).catch(() => done());", []],
    ["claim(); send('https://a.example/').then(() => done()).finally(() => 1);", []],
    ["claim(); send('https://a.example/', () => done());", []],
  ])('%s', (code, places) => {
    expect(answers(code)).toEqual(places.map((place) => `unanswered-request ${place}`))
  })
})

describe('what keeps a file from being a template', () => {
  test('is an error at its place, and one mistake is not told a hundred times', () => {
    const broken = write('return 1;', {}).replace('"TAG",', '"TAG" }}}}}}}}')
    const findings = lintTemplate('a.tpl', broken)
    expect(findings.map(({rule}) => rule)).toEqual(findings.map(() => 'invalid-template'))
    expect(findings.length).toBeLessThanOrEqual(3)
    expect(findings[0]?.at.line).toBe(2)
  })

  test('code that is refused, and methods that are not documented', () => {
    expect(find('return new Date();')).toEqual(['refused-code error 1:8'])
    expect(find("return 'a'.padStart(3);")).toEqual(['undocumented-method warning 1:12'])
  })
})
