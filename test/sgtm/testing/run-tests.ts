import {systemClock} from '#runtime/kernel/clock.ts'
import {parseTemplate} from '#runtime/sgtm/tpl/parse-template.ts'
import {testTemplate} from '#runtime/sgtm/testing/test-template.ts'
import type {TestMode} from '#runtime/sgtm/testing/run-scenario.ts'

type Written = {
  readonly setup?: string
  readonly mode?: TestMode
  readonly type?: 'TAG' | 'CLIENT' | 'MACRO'
  readonly permissions?: string
}

/** A template's text with tests as GTM writes them. */
export function writeTemplate(code: string, scenarios: readonly string[], written: Written = {}): string {
  const {setup = '', type = 'TAG', permissions = '[]'} = written
  const indent = (text: string): string => text.replaceAll(/^/gm, '    ')
  const tests = scenarios.map((text, index) => `- name: s${index}\n  code: |-\n${indent(text)}`).join('\n')
  return `___INFO___\n\n{"type": "${type}", "displayName": "A"}\n\n\n___SANDBOXED_JS_FOR_SERVER___\n\n${code}\n\n\n___SERVER_PERMISSIONS___\n\n${permissions}\n\n\n___TESTS___\n\nscenarios:\n${tests}\nsetup: |-\n${indent(setup)}\n`
}

/** Runs the tests of a template of that text. */
export async function runText(text: string, mode: TestMode = 'strict') {
  const parsed = parseTemplate('a.tpl', text)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const options = {clock: systemClock, emit: () => {}, mode, isWanted: () => true}
  return await testTemplate(parsed.template, text, options)
}

/** The same for a template of code and scenarios. */
export async function runTests(code: string, scenarios: readonly string[], written: Written = {}) {
  return (await runText(writeTemplate(code, scenarios, written), written.mode)).results
}
