import {diffLines} from '#runtime/report/diff-lines.ts'
import type {DiffLine} from '#runtime/report/diff-lines.ts'
import {count} from '#runtime/report/text-verdict.ts'
import {wrapCells} from '#runtime/trace/cells.ts'
import {formatDuration} from '#runtime/trace/durations.ts'
import {paintLines, piece} from '#runtime/trace/lines.ts'
import type {Line, PaintOptions} from '#runtime/trace/lines.ts'
import type {TestedTemplate, TestedTemplates} from '#runtime/session/templates/test-templates.ts'

type Style = PaintOptions & {readonly columns: number; readonly coverage: boolean}
type Scenario = TestedTemplate['scenarios'][number]

/** Lines around a difference that are shown with it. */
const context = 2

/** What a person reads: each template's tests, what failed and why, what was not run, and last the verdict. */
export function renderTemplateTests(tested: TestedTemplates, style: Style): string {
  const lines = tested.templates.flatMap((template) => [...templateLines(template, style), []])
  return paintLines([...lines, ...verdictLines(tested)], style)
}

function templateLines(template: TestedTemplate, style: Style): readonly Line[] {
  const {file, name, verdict, reason, notes, problems, scenarios, coverage} = template
  const head: Line = [piece(file, 'strong'), piece(name === '' ? '' : `  ${name}`, 'dim')]
  if (verdict === 'untested') return [head, [piece(`  not run: ${reason ?? ''}`, 'warn')]]
  return [
    head,
    ...notes.flatMap((note) => wrapped(note, style.columns, 2, 'warn')),
    ...problems.flatMap(({message, at}) => placedLines(`${at.file}:${at.line}:${at.column}`, message, style, 2)),
    ...scenarios.flatMap((scenario) => scenarioLines(scenario, style)),
    ...(style.coverage && coverage ? coverageLines(coverage, style) : []),
  ]
}

function scenarioLines({name, passed, failures, notes}: Scenario, style: Style): readonly Line[] {
  const sign = passed ? piece('  ✓ ', 'pass') : piece('  ✗ ', 'fail')
  const title = wrapCells(name, style.columns - 4).map((text, index): Line => {
    return [index === 0 ? sign : piece('    '), piece(text, passed ? 'plain' : 'fail')]
  })
  const why = failures.flatMap(({at, message, late, excerpt, expected, actual}) => [
    ...placedLines(`${at.file}:${at.line}:${at.column}${late ? ', late' : ''}`, message, style, 6),
    ...(excerpt === undefined ? [] : excerpt.split('\n').map((text): Line => [piece(`      ${text}`, 'dim')])),
    ...(expected === undefined || actual === undefined ? [] : differenceLines(expected, actual)),
  ])
  return [...title, ...why, ...notes.flatMap((note) => wrapped(note, style.columns, 6, 'warn'))]
}

/** A place on a line of its own, so that terminals make a link of it, and what is the case there. */
function placedLines(place: string, message: string, style: Style, indent: number): readonly Line[] {
  const [first = '', ...excerpt] = message.split('\n')
  return [
    [piece(' '.repeat(indent) + place, 'dim')],
    ...wrapped(first, style.columns, indent, 'plain'),
    ...excerpt.map((text): Line => [piece(' '.repeat(indent) + text, 'dim')]),
  ]
}

function wrapped(text: string, columns: number, indent: number, look: 'plain' | 'warn'): readonly Line[] {
  return wrapCells(text, columns - indent).map((part): Line => [piece(' '.repeat(indent)), piece(part, look)])
}

function differenceLines(expected: string, actual: string): readonly Line[] {
  const all = diffLines(expected, actual)
  if (all.length <= 2) return []
  const isNear = (index: number): boolean =>
    all.slice(Math.max(0, index - context), index + context + 1).some(({side}) => side !== 'both')
  const isLeft = (index: number): boolean => index >= 0 && index < all.length && !isNear(index)
  const shown = all.flatMap((line, index) => {
    // A sign for one line that is left out would be as long as the line.
    if (!isLeft(index) || (!isLeft(index - 1) && !isLeft(index + 1))) return [lineOf(line)]
    return isLeft(index - 1) ? [] : [[piece('        …', 'dim')]]
  })
  return [[piece('      - expected', 'fail'), piece('  + actual', 'pass')], ...shown]
}

function lineOf({side, text}: DiffLine): Line {
  if (side === 'both') return [piece(`        ${text}`, 'dim')]
  return side === 'expected' ? [piece(`      - ${text}`, 'fail')] : [piece(`      + ${text}`, 'pass')]
}

function coverageLines({lines}: NonNullable<TestedTemplate['coverage']>, {columns}: Style): readonly Line[] {
  const covered = lines.filter((line) => line.count > 0).length
  const share = lines.length === 0 ? 100 : (100 * covered) / lines.length
  const missing = toRanges(lines)
  const text = `${share.toFixed(1)} % of ${count(lines.length, 'line')} ran${missing.length > 0 ? `; not ${missing.join(', ')}` : ''}`
  return wrapCells(text, columns - 12).map((part, index): Line => [
    piece(index === 0 ? '  coverage  ' : '            ', 'dim'),
    piece(part, missing.length > 0 ? 'warn' : 'pass'),
  ])
}

/** Lines that did not run, neighbours together: `12-15, 20`. A line that ran, and none between, ends a range. */
function toRanges(lines: NonNullable<TestedTemplate['coverage']>['lines']): readonly string[] {
  const ranges: {from: number; to: number}[] = []
  let isOpen = false
  for (const {line, count: times} of lines) {
    if (times === 0 && isOpen) ranges.at(-1)!.to = line
    else if (times === 0) ranges.push({from: line, to: line})
    isOpen = times === 0
  }
  return ranges.map(({from, to}) => (from === to ? `${from}` : `${from}-${to}`))
}

function verdictLines({templates, passed, failed, durationMs, exit, mode}: TestedTemplates): readonly Line[] {
  const untested = templates.filter(({verdict}) => verdict === 'untested').length
  const invalid = templates.filter(({verdict}) => verdict === 'invalid').length
  const tests = failed > 0 ? `${failed} of ${count(passed + failed, 'test')} failed` : count(passed, 'test')
  const word = exit === 0 ? (passed === 0 ? 'nothing run' : 'passed') : 'failed'
  const rest = [
    invalid > 0 ? `${count(invalid, 'template')} invalid` : '',
    untested > 0 ? `${count(untested, 'template')} not tested` : '',
    mode === 'gtm' ? 'late failures ignored' : '',
  ].filter((part) => part !== '')
  const text = `${word}: ${[count(templates.length, 'template'), tests, ...rest].join(', ')} in ${formatDuration(durationMs)}`
  return [[piece(text, exit === 0 ? (passed === 0 ? 'warn' : 'pass') : 'fail')]]
}
