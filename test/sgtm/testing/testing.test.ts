import {describe, expect, test} from 'vitest'
import {runTests, runText, writeTemplate} from './run-tests.ts'

const passed = async (...args: Parameters<typeof runTests>): Promise<readonly boolean[]> =>
  (await runTests(...args)).map((result) => result.passed)

test('a failed assertion fails its scenario only', async () => {
  expect(
    await passed('return data.a', [
      'assertThat(runCode({a: 1})).isEqualTo(2);',
      'assertThat(runCode({a: 1})).isEqualTo(1);',
      "fail('no');",
    ]),
  ).toEqual([false, true, false])
})

test('a failure says what was expected, and where it was asserted', async () => {
  const [result] = await runTests('return data.a', [
    "const got = runCode({a: {b: 1}});\nassertThat(got, 'the value').isEqualTo({b: 2});",
  ])
  expect(result?.failures).toEqual([
    {
      message: 'the value: expected { "b": 2 }, got { "b": 1 }',
      expected: '{\n  "b": 2\n}',
      actual: '{\n  "b": 1\n}',
      at: {file: 'a.tpl', line: 22, column: 34},
      late: false,
    },
  ])
})

test("an error of the template's own stands where it happened, under the name of the file", async () => {
  const [result] = await runTests('const a = data.a;\nreturn a.b.c;', ['runCode({a: {}});'])
  expect(result?.failures[0]).toMatchObject({
    message: expect.stringContaining("reading 'c'") as string,
    at: {file: 'a.tpl', line: 9, column: 12},
  })
})

test('places are found in quoted strings too', async () => {
  const text = writeTemplate('return 1', ['x']).replace(
    /scenarios:[^]*$/,
    'scenarios:\n- name: quoted\n  code: "const a = 1;\\n\\\n    assertThat(a).isEqualTo(\\"2\\");\\n"\n',
  )
  const {results} = await runText(text)
  expect(results[0]?.failures[0]?.at).toMatchObject({line: 21, column: 19})
})

test('code that is refused is shown at its place, with a caret', async () => {
  const [result] = await runTests('return 1', ['const a = 1;\nconst b = new a();'])
  expect(result?.failures[0]).toMatchObject({at: {line: 22, column: 15}})
  expect(result?.failures[0]?.excerpt).toBe('22 | const b = new a();\n   |           ^')
})

describe('mocks', () => {
  test('one that is set after require still counts', async () => {
    expect(
      await passed("const f = require('sha256Sync'); return () => f('x')", [
        "const late = runCode({}); mock('sha256Sync', 'mocked'); assertThat(late()).isEqualTo('mocked'); assertApi('sha256Sync').wasCalledWith('x');",
      ]),
    ).toEqual([true])
  })

  test('an object API is made by a function once, or given as an object, and may be replaced in part', async () => {
    const code = "const P = require('Promise'); return [P.create(), P.all([])]"
    expect(
      await passed(code, [
        "let made = 0; mock('Promise', () => { made++; return {create: () => 'c', all: () => 'a'}; }); assertThat(runCode()).isEqualTo(['c', 'a']); assertThat(made).isEqualTo(1);",
        "mockObject('Promise', {create: () => 'c'}); assertThat(runCode()[1].then).isFunction();",
        "mockObject('Promise', {create: () => 'c'}); assertThat(runCode()[1]).isEqualTo('a');",
      ]),
    ).toEqual([true, true, false])
  })

  test('a function in the place of an object API may be called by code that knows, and is seen then', async () => {
    const code =
      "const B = require('BigQuery'); const b = require('getType')(B) === 'function' ? B() : B; b.insert('x')"
    expect(
      await passed(code, [
        "let rows; mock('BigQuery', () => ({insert: (row) => { rows = row; }})); runCode(); assertThat(rows).isEqualTo('x'); assertApi('BigQuery').wasCalled();",
      ]),
    ).toEqual([true])
  })

  test('one may build on the API that it replaces', async () => {
    expect(
      await passed("return require('JSON').parse('[1]')", [
        "const JSON = require('JSON'); mockObject('JSON', {parse: (text) => ({parsed: JSON.parse(text)})}); assertThat(runCode()).isEqualTo({parsed: [1]});",
        "const log = require('logToConsole'); let n = 0; mock('logToConsole', (text) => { n++; }); log('a'); assertThat(n).isEqualTo(1);",
      ]),
    ).toEqual([true, true])
  })

  test('what a mock gives keeps its identity and its functions', async () => {
    expect(
      await passed("return require('getAllEventData')()", [
        "const own = {list: [], f: () => 1}; own.own = own; mock('getAllEventData', own); assertThat(runCode()).isStrictlyEqualTo(own); assertThat(runCode().f()).isEqualTo(1);",
      ]),
    ).toEqual([true])
  })

  test('of a name that no API has are accepted', async () => {
    expect(await passed('return 1', ["mock('requestMethod', 'GET'); runCode();"])).toEqual([true])
  })

  test('are gone with their scenario', async () => {
    expect(
      await passed("return require('getType')(1)", [
        "mock('getType', 'mocked'); assertThat(runCode()).isEqualTo('mocked');",
        "assertThat(runCode()).isEqualTo('number');",
      ]),
    ).toEqual([true, true])
  })
})

describe('assertApi', () => {
  const code = "require('sha256Sync')('x', {a: [1]}); data.gtmOnSuccess();"

  test('knows calls, arguments and completion', async () => {
    expect(
      await passed(code, [
        "runCode({}); assertApi('sha256Sync').wasNotCalled();",
        "runCode({}); assertApi('sha256Sync').wasCalledWith('x');",
        "runCode({}); assertApi('sha256Sync').wasCalledWith('x', {a: [1]});",
        "runCode({}); assertApi('gtmOnSuccess').wasCalled(); assertApi('gtmOnFailure').wasNotCalled();",
        "runCode({}); assertApi('sha256Sync').wasNotCalledWith('y');",
        "runCode({}); assertApi('sha256Sync').wasNotCalledWith('x', {a: [1]});",
        "assertApi('sha256Sync').wasCalled();",
        "let done = 0; runCode({gtmOnSuccess: () => { done++; }}); assertThat(done).isEqualTo(1); assertApi('gtmOnSuccess').wasCalled();",
      ]),
    ).toEqual([false, false, true, true, true, false, false, true])
  })

  test("sees calls of the realm's own APIs that nothing mocks", async () => {
    expect(
      await passed("return require('makeNumber')('123')", [
        "assertThat(runCode()).isEqualTo(123); assertApi('makeNumber').wasCalledWith('123');",
        "runCode(); assertApi('makeNumber').wasCalledWith(123);",
      ]),
    ).toEqual([true, false])
  })

  test('arguments are those at the time of the call', async () => {
    expect(
      await passed("const o = {a: 1}; require('getType')(o); o.a = 2;", [
        "runCode(); assertApi('getType').wasCalledWith({a: 1});",
      ]),
    ).toEqual([true])
  })

  test('a call that comes closest is shown beside the expected one', async () => {
    const [result] = await runTests(code, ["runCode({}); assertApi('sha256Sync').wasCalledWith('x', {a: [2]});"])
    expect(result?.failures[0]).toMatchObject({
      message: 'sha256Sync was called once, but not with [ "x", { "a": [ 2 ] } ]',
      expected: expect.stringContaining('2') as string,
      actual: expect.stringContaining('1') as string,
    })
  })
})

describe('late failures', () => {
  const setup = "const later = require('callLater'); const P = require('Promise');"
  const late = [
    "later(() => fail('late'));",
    'P.create((ok) => ok(1)).then((v) => assertThat(v).isEqualTo(2));',
    'later(() => {});',
    'P.create((ok) => ok(1)).then((v) => v.a.b);',
    "later(() => later(() => later(() => fail('later still'))));",
    "P.create((ok, no) => no({reason: 'x'}));",
    "P.create((ok, no) => no({reason: 'x'})).catch(() => {});",
  ]

  test('count, in callbacks and promises', async () => {
    expect(await passed('return 1', late, {setup})).toEqual([false, false, true, false, false, false, true])
  })

  test('are ignored as Tag Manager ignores them, where that is asked for', async () => {
    expect(await passed('return 1', late, {setup, mode: 'gtm'})).toEqual([true, true, true, true, true, true, true])
    expect(await passed('return 1', ["fail('at once')"], {mode: 'gtm'})).toEqual([false])
  })

  test('an assertion in a mock counts even where the template handles the rejection', async () => {
    const code =
      "require('sendHttpRequest')('https://a.example').then(() => {}).then(() => require('setResponseStatus')(200)).catch(data.gtmOnFailure)"
    expect(
      await passed(
        code,
        [
          "mock('sendHttpRequest', () => P.create((ok) => ok({statusCode: 200}))); mock('setResponseStatus', (s) => assertThat(s).isEqualTo(500)); runCode();",
        ],
        {setup},
      ),
    ).toEqual([false])
  })

  test('promises that are settled call back at once in the compatible mode only', async () => {
    const scenario =
      "let seen = []; P.all([P.create((ok) => ok(1)), 2]).then((v) => { seen = v; return P.create((ok, no) => no('n')); }).finally(() => { seen.push('f'); }).catch((n) => { seen.push(n); }); assertThat(seen).isEqualTo([1, 2, 'f', 'n']);"
    expect(await passed('return 1', [scenario], {setup})).toEqual([false])
    expect(await passed('return 1', [scenario], {setup, mode: 'gtm'})).toEqual([true])
  })
})

describe('scopes', () => {
  test('a scenario may redeclare what setup declares', async () => {
    expect(await passed('return 1', ['const a = 2; assertThat(a).isEqualTo(2);'], {setup: 'const a = 1;'})).toEqual([
      true,
    ])
  })

  test('setup may use what the scenario declares, and lack its last semicolon', async () => {
    expect(
      await passed('return data.a', ['const input = {a: 5}; assertThat(go()).isEqualTo(5);'], {
        setup: 'const go = () => runCode(input)',
      }),
    ).toEqual([true])
  })

  test('a test may have names of the test API, and ends where it returns', async () => {
    expect(await passed('return 1', ["const mock = 1; assertThat(mock).isEqualTo(1); return; fail('no');"])).toEqual([
      true,
    ])
  })

  test('`Promise` without require is noted; other APIs are refused', async () => {
    const results = await runTests('return 1', ['assertThat(Promise.all).isFunction();', "JSON.parse('1');"])
    expect(results.map(({passed: is}) => is)).toEqual([true, false])
    expect(results[0]?.notes[0]).toContain("const Promise = require('Promise')")
  })
})

describe('what is not mocked', () => {
  test('is live, and storage is shared with the test and belongs to the scenario', async () => {
    const code =
      "const s = require('templateDataStorage'); const was = s.getItemCopy('k'); s.setItemCopy('k', 1); return was"
    const scenarios = [
      "runCode(); assertThat(require('templateDataStorage').getItemCopy('k')).isEqualTo(1);",
      'assertThat(runCode()).isNull();',
    ]
    expect(await passed(code, scenarios)).toEqual([true, true])
  })

  test("is allowed what the template declares, and what Tag Manager's editor would declare by itself", async () => {
    const cookies =
      '[{"instance": {"key": {"publicId": "get_cookies", "versionId": "1"}, "param": [{"key": "cookieAccess", "value": {"type": 1, "string": "any"}}]}, "isRequired": true}]'
    const code = "return require('getCookieValues')('a')"
    expect(await passed(code, ['runCode();'])).toEqual([false])
    expect(await passed(code, ['runCode();'], {permissions: cookies})).toEqual([true])
    const {results, notes} = await runText(writeTemplate("require('logToConsole')('a')", ['runCode();']))
    expect(results[0]?.passed).toBe(true)
    expect(notes).toEqual(['The permission logging is not declared; tests run as if it were.'])
  })

  test('requests are not sent, and say so', async () => {
    const permissions =
      '[{"instance": {"key": {"publicId": "send_http", "versionId": "1"}, "param": [{"key": "allowedUrls", "value": {"type": 1, "string": "any"}}]}, "isRequired": true}]'
    const code = "require('sendHttpGet')('https://a.example/x?y=1').then(data.gtmOnSuccess)"
    const [result] = await runTests(code, ["runCode({}); assertApi('sendHttpGet').wasCalled();"], {permissions})
    expect(result).toMatchObject({passed: true})
    expect(result?.notes).toEqual(['GET https://a.example/x was not sent: the test mocks no API for it.'])
  })

  test('a client claims and answers, a tag has an event', async () => {
    const client = "require('claimRequest')(); require('runContainer')({event_name: 'e'}, () => data.done());"
    const permissions =
      '[{"instance": {"key": {"publicId": "run_container", "versionId": "1"}, "param": []}, "isRequired": true}]'
    const scenario =
      "let done = 0; runCode({done: () => { done++; }}); require('callLater')(() => require('callLater')(() => assertThat(done).isEqualTo(1)));"
    expect(await passed(client, [scenario], {type: 'CLIENT', permissions})).toEqual([true])
  })
})

test('an endless loop ends its own scenario', async () => {
  expect(await passed('while (data.on) {}', ['runCode({on: true});', 'runCode({on: false});'])).toEqual([false, true])
})

test('lines that no test ran are known', async () => {
  const code = [
    'const a = data.a;',
    'function unused() {',
    '  return 1;',
    '}',
    'if (a > 1) return 1; else if (a > 0)',
    '  return 2;',
    'for (const b of [1, 2]) if (b > 5) unused();',
    'switch (a) {',
    '  case 0:',
    '    return 3;',
    '}',
    'return [1].map((x) => x)[0];',
  ].join('\n')
  const {coverage} = await runText(writeTemplate(code, ['runCode({a: 1});', 'runCode({a: 0});']))
  const byLine = Object.fromEntries(coverage.lines.map(({line, count}) => [line - 7, count]))
  expect(byLine).toEqual({1: 2, 3: 0, 5: 0, 6: 1, 7: 0, 8: 1, 10: 1, 12: 0})
  expect(coverage.statements).toEqual({total: 12, covered: 8})
})
