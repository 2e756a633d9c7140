import type {Objection, Source} from './program.ts'

/** An objection at an offset of the source, with its line and a caret under the place. */
export function objectAt(source: Source, offset: number, message: string): Objection {
  const before = source.text.slice(0, offset)
  const row = before.split('\n').length - 1
  const column = offset - before.lastIndexOf('\n')
  const line = source.text.split('\n')[row] ?? ''
  const number = String(source.line + row)
  const start = Math.max(0, column - 61)
  const shown = line.slice(start, start + 100).replaceAll('\t', ' ')
  return {
    message,
    at: {file: source.file, line: source.line + row, column},
    excerpt: `${number} | ${shown}\n${' '.repeat(number.length)} | ${' '.repeat(column - 1 - start)}^`,
  }
}
