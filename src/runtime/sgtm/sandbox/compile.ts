import {checkProgram} from './check-program.ts'
import type {KnownApis} from './check-program.ts'
import {planInsertions, weave} from './instrument.ts'
import {parseProgram} from './parse-program.ts'
import type {Insertion, Objection, Program, Source} from './program.ts'

/** Code ready to run, or every reason why it is refused. */
export type Compiled =
  | {readonly ok: true; readonly program: Program}
  | {readonly ok: false; readonly refusals: readonly Objection[]}

/**
 * Parses, judges and instruments sandboxed JavaScript. Nothing of it runs here, and nothing that is refused ever does.
 * @param label names the code in stack traces
 * @param counting weaves in a call per statement of a function that is offered last, for coverage
 */
export function compileProgram(label: string, source: Source, apis: KnownApis, counting = false): Compiled {
  const parsed = parseProgram(source)
  if ('message' in parsed) return {ok: false, refusals: [parsed]}
  const {refusals, warnings} = checkProgram(source, parsed, apis)
  if (refusals.length > 0) return {ok: false, refusals}

  const names = {meter: unusedName(source.text, '$m'), value: unusedName(source.text, '$v')}
  const probe = counting ? unusedName(source.text, '$c') : undefined
  const {insertions, statements} = planInsertions(parsed, {...names, probe})
  const offered = [names.meter, ...source.offered, ...(probe ? [probe] : [])].join(', ')
  const head = `(function(${offered}){"use strict";let ${names.value};return function(${source.parameters.join(', ')}){`
  return {
    ok: true,
    program: {
      label,
      source,
      text: `${head}\n${weave(source, insertions)}\n}})`,
      firstLine: source.line - 1,
      originalColumn: (line, column) => originalColumn(source, insertions, line, column),
      statements,
      warnings,
    },
  }
}

/** A name that the text does not contain; names with escapes, which could hide it, are refused before. */
function unusedName(text: string, start: string): string {
  let name = start
  while (text.includes(name)) name += '_'
  return name
}

function originalColumn(source: Source, insertions: readonly Insertion[], line: number, column: number): number {
  const lines = source.text.split('\n')
  const row = line - source.line
  const lineStart = lines.slice(0, Math.max(0, row)).reduce((sum, {length}) => sum + length + 1, 0)
  const lineEnd = lineStart + (lines[row]?.length ?? 0)
  let original = column
  let added = 0
  for (const {offset, text} of insertions) {
    if (offset < lineStart || offset > lineEnd) continue
    if (offset - lineStart + added >= column - 1) break
    added += text.length
    original = Math.max(offset - lineStart + 1, column - added)
  }
  return Math.min(original, lineEnd - lineStart + 1)
}
