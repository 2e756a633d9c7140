import type {SourceLocation} from '#runtime/kernel/errors.ts'
import type {Template, TemplateScenario} from '../tpl/template.ts'

/** A test as one program, and where each of its lines stands in the file. */
export type ScenarioSource = {
  readonly text: string
  /** From a line (1-based) and column of the program to the file's. */
  readonly locate: (line: number, column: number) => SourceLocation
}

const testApi = ['runCode', 'mock', 'mockObject', 'assertApi', 'assertThat', 'fail']

/**
 * Setup and scenario as one program and in one scope, since published setups use what their scenarios declare. The test
 * API is declared around it, so that a test may have a `mock` of its own.
 * @param lines the file's lines, in which the code stands indented, folded or quoted
 * @param options `required`: APIs that are required on the test's behalf; `nested`: the scenario is a function of its
 * own, for one that declares again what setup declares
 */
export function writeScenario(
  {file, tests}: Pick<Template, 'file' | 'tests'>,
  scenario: TemplateScenario,
  lines: readonly string[],
  {required = [], nested = false}: {readonly required?: readonly string[]; readonly nested?: boolean} = {},
): ScenarioSource {
  const head = [
    ...testApi.map((name) => `const ${name} = api.${name};`),
    ...required.map((name) => `const ${name} = require('${name}');`),
  ].join(' ')
  const setup = tests.setup.split('\n')
  const code = scenario.code.split('\n')
  const places = [
    undefined,
    ...findRows(setup, lines, tests.setupLine),
    undefined,
    ...findRows(code, lines, scenario.line),
  ]
  return {
    // The semicolon ends a setup that lacks its last one.
    text: [
      `${head} (function() {`,
      ...setup,
      nested ? ';(function() {' : ';',
      ...code,
      `})()${nested ? '})()' : ''};`,
    ].join('\n'),
    locate: (line, column) => {
      const place = places[line - 1]
      if (place) return {file, line: place.line, column: Math.max(1, column + place.shift)}
      return {file, line: scenario.line, column: 1}
    },
  }
}

type Place = {readonly line: number; readonly shift: number}

/**
 * Finds where each row of a YAML string stands in the file. Rows of a block stand one below the other; those of a
 * quoted or folded string are looked for, in order, by what they begin with.
 */
function findRows(rows: readonly string[], lines: readonly string[], start: number): readonly Place[] {
  const isBlock = rows.every((row, index) => row.trim() === '' || lines[start - 1 + index]?.endsWith(row))
  if (isBlock) {
    return rows.map((row, index) => ({
      line: start + index,
      shift: Math.max(0, (lines[start - 1 + index] ?? '').length - row.length),
    }))
  }
  let at = {line: start, from: 0}
  return rows.map((row) => {
    const sought = JSON.stringify(row.trim().slice(0, 30)).slice(1, -1)
    const last = sought === '' ? at.line - 1 : at.line + 60
    for (let line = at.line; line <= last; line++) {
      const column = (lines[line - 1] ?? '').indexOf(sought, line === at.line ? at.from : 0)
      if (column < 0) continue
      at = {line, from: column + sought.length}
      return {line, shift: column - (row.length - row.trimStart().length)}
    }
    return {line: at.line, shift: 0}
  })
}
