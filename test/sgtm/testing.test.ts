import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {systemClock} from '#runtime/kernel/clock.ts'
import {testTemplate} from '#runtime/sgtm/testing/test-template.ts'
import type {ScenarioResult} from '#runtime/sgtm/testing/run-scenario.ts'

async function runTests(code: string, scenarios: readonly string[], setup = ''): Promise<readonly ScenarioResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'stitch-testing-'))
  const file = join(folder, 'a.tpl')
  const indent = (text: string): string =>
    text
      .split('\n')
      .map((line) => `    ${line}`)
      .join('\n')
  const tests = scenarios.map((text, index) => `- name: s${index}\n  code: |-\n${indent(text)}`).join('\n')
  await writeFile(
    file,
    `___INFO___\n{"type": "TAG", "displayName": "A"}\n___SANDBOXED_JS_FOR_SERVER___\n${code}\n___TESTS___\nscenarios:\n${tests}\nsetup: |-\n${indent(setup)}\n`,
  )
  try {
    return await testTemplate(file, {clock: systemClock, emit: () => {}})
  } finally {
    await rm(folder, {recursive: true})
  }
}

const passed = async (code: string, scenarios: readonly string[], setup?: string): Promise<readonly boolean[]> =>
  (await runTests(code, scenarios, setup)).map((result) => result.passed)

test('a failed assertion fails its scenario only', async () => {
  expect(
    await passed('return data.a', [
      'assertThat(runCode({a: 1})).isEqualTo(2);',
      'assertThat(runCode({a: 1})).isEqualTo(1);',
      "fail('no');",
    ]),
  ).toEqual([false, true, false])
})

test('a failure says what was expected', async () => {
  const [result] = await runTests('return data.a', ["assertThat(runCode({a: {b: 1}}), 'the value').isEqualTo({b: 2});"])
  expect(result?.problem).toContain('the value: expected {"b":2}, got {"b":1}')
})

test('a mock that is set after require still counts', async () => {
  const code = "const f = require('sha256Sync'); return () => f('x')"
  expect(
    await passed(code, [
      "const late = runCode({}); mock('sha256Sync', 'mocked'); assertThat(late()).isEqualTo('mocked'); assertApi('sha256Sync').wasCalledWith('x');",
    ]),
  ).toEqual([true])
})

test('assertions on calls fail when the calls were others', async () => {
  const code = "require('sha256Sync')('x'); data.gtmOnSuccess();"
  expect(
    await passed(code, [
      "runCode({}); assertApi('sha256Sync').wasNotCalled();",
      "runCode({}); assertApi('sha256Sync').wasCalledWith('y');",
      "runCode({}); assertApi('gtmOnSuccess').wasCalled(); assertApi('gtmOnFailure').wasNotCalled();",
    ]),
  ).toEqual([false, false, true])
})

test('failures in late callbacks and promises count', async () => {
  const setup = "const later = require('callLater'); const P = require('Promise');"
  expect(
    await passed(
      'return 1',
      [
        "later(() => fail('late'));",
        'P.create((ok) => ok(1)).then((v) => assertThat(v).isEqualTo(2));',
        'later(() => {});',
      ],
      setup,
    ),
  ).toEqual([false, false, true])
})

test('a scenario may redeclare what setup declares', async () => {
  expect(await passed('return 1', ['const a = 2; assertThat(a).isEqualTo(2);'], 'const a = 1;')).toEqual([true])
})
