import {LineCounter, isMap, isScalar, isSeq, parseDocument} from 'yaml'
import type {Node} from 'yaml'
import type {Section} from './split-sections.ts'
import type {Problem, Template} from './template.ts'
import {toText} from '../text.ts'

type Tests = Template['tests']

/** No TESTS section, or an empty one, is a template without tests. */
export const noTests: Tests = {setup: '', setupLine: 1, scenarios: []}

/** Reads TESTS, which is YAML: `scenarios` (name and code) and an optional `setup` that precedes each of them. */
export function parseScenarios(file: string, section: Section): {tests: Tests; problems: readonly Problem[]} {
  const counter = new LineCounter()
  const document = parseDocument(section.text, {lineCounter: counter, uniqueKeys: false})
  const at = (offset: number): Problem['at'] => {
    const {line, col} = counter.linePos(offset)
    return {file, line: section.line + line - 1, column: col}
  }
  const say = (message: string, offset: number): Problem => ({section: 'TESTS', message, at: at(offset)})

  const problems = document.errors.map((error) =>
    say(`This is not valid YAML: ${error.message.split('\n')[0]}`, error.pos[0]),
  )
  const root = document.contents
  if (problems.length > 0 || root === null) return {tests: noTests, problems}
  if (!isMap(root)) return {tests: noTests, problems: [say('TESTS must have `scenarios`.', 0)]}

  const list = root.get('scenarios', true)
  const setup = root.get('setup', true) as Node | undefined
  const scenarios = (isSeq(list) ? list.items : []).map((item) => {
    const code = isMap(item) ? (item.get('code', true) as Node | undefined) : undefined
    return {
      name: isMap(item) ? toText(item.get('name') ?? '') : '',
      code: textOf(code),
      line: code ? codeLine(code) : section.line,
    }
  })
  return {tests: {setup: textOf(setup), setupLine: setup ? codeLine(setup) : section.line, scenarios}, problems: []}

  /** Block scalars begin on the line after their `|-`; quoted ones where they stand. */
  function codeLine(node: Node): number {
    const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
    return at(node.range?.[0] ?? 0).line + (isBlock ? 1 : 0)
  }
}

function textOf(node: Node | undefined): string {
  return isScalar(node) && node.value !== null && node.value !== undefined ? toText(node.value) : ''
}
