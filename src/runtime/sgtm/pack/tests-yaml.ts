import {isMap, isScalar, isSeq, parseDocument, stringify} from 'yaml'
import type {Node, Pair} from 'yaml'

/** A piece of a TESTS section: its text as it stands, and what it says. */
export type TestPieces = {
  /** What stands before the first test, `scenarios:` included. */
  readonly head: string
  readonly items: readonly {readonly raw: string; readonly name: string; readonly code: string}[]
  readonly setup: {readonly raw: string; readonly code: string} | undefined
  readonly setupFirst: boolean
  /** What follows the last piece. */
  readonly tail: string
}

/**
 * Cuts a TESTS section into its tests and setup. Undefined for YAML of another form: other keys, flow style, several
 * documents.
 */
export function cutTests(text: string): TestPieces | undefined {
  const document = parseDocument(text)
  const root = document.contents
  if (document.errors.length > 0 || !isMap(root) || root.flow) return undefined
  const pairs = root.items as readonly Pair<Node, Node>[]
  const keys = pairs.map(({key}) => (isScalar(key) ? String(key.value) : ''))
  if (keys.join() !== 'scenarios' && keys.join() !== 'scenarios,setup' && keys.join() !== 'setup,scenarios')
    return undefined
  const lineStart = (offset: number): number => text.lastIndexOf('\n', offset - 1) + 1
  const startOf = (key: string): number => lineStart(pairs[keys.indexOf(key)]?.key.range?.[0] ?? 0)
  const list = root.get('scenarios', true) as Node | undefined
  const isEmpty = isSeq(list) && list.items.length === 0
  if (!isSeq(list) || (list.flow && !isEmpty)) return undefined

  const setupFirst = keys[0] === 'setup'
  const hasSetup = keys.includes('setup')
  const setupStart = hasSetup ? startOf('setup') : text.length
  const end = setupFirst ? text.length : setupStart
  const starts = list.items.map((item) => lineStart((item as Node).range?.[0] ?? 0))
  const first = starts[0] ?? end
  const items = list.items.map((item, index) => {
    if (!isMap(item) || item.items.length !== 2) return undefined
    const [name, code] = [item.get('name'), item.get('code')]
    if (typeof name !== 'string' || typeof code !== 'string') return undefined
    return {raw: text.slice(starts[index], starts[index + 1] ?? end), name, code}
  })
  const setupCode = root.get('setup')
  if (items.includes(undefined) || (hasSetup && typeof setupCode !== 'string')) return undefined
  const scenariosStart = startOf('scenarios')
  return {
    head: text.slice(setupFirst ? scenariosStart : 0, first),
    items: items as TestPieces['items'],
    setup: hasSetup
      ? {raw: text.slice(setupStart, setupFirst ? scenariosStart : text.length), code: String(setupCode)}
      : undefined,
    setupFirst,
    tail: setupFirst ? text.slice(0, setupStart) : '',
  }
}

/** The text of a section of these pieces. */
export function joinTests({head, items, setup, setupFirst, tail}: TestPieces): string {
  const scenarios = head + items.map(({raw}) => raw).join('')
  const own = setup?.raw ?? ''
  return setupFirst ? tail + own + scenarios : scenarios + own
}

/** A test as Tag Manager writes it. */
export function writeItem(name: string, code: string): string {
  return `- name: ${scalar(name)}\n  code: ${block(code, '    ')}\n`
}

export function writeSetup(code: string): string {
  return `setup: ${block(code, '  ')}\n`
}

export function writeHead(count: number): string {
  return count === 0 ? 'scenarios: []\n' : 'scenarios:\n'
}

function scalar(text: string): string {
  return stringify(text, {lineWidth: 0, singleQuote: true}).trimEnd().replaceAll('\n', '\n    ')
}

/** A block that keeps every character; what no block can hold is quoted. */
function block(code: string, indent: string): string {
  if (code.trim() === '') return code === '' ? "''" : JSON.stringify(code)
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000B-\u001F\u007F\u0085\u2028\u2029\uFEFF]/.test(code)) return JSON.stringify(code)
  const trailing = /\n*$/.exec(code)?.[0].length ?? 0
  // Several breaks at the end would be lost at the end of the section.
  if (trailing > 1) return JSON.stringify(code)
  const chomp = trailing === 0 ? '-' : ''
  const indicator = /^\n*[ \t]/.test(code) ? String(indent === '    ' ? 2 : indent.length) : ''
  const lines = (trailing > 0 ? code.slice(0, -1) : code).split('\n')
  return `|${indicator}${chomp}\n${lines.map((line) => (line === '' ? '' : indent + line)).join('\n')}`
}
