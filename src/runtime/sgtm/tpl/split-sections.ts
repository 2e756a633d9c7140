import type {SourceLocation} from '#runtime/kernel/errors.ts'

/** A section's text and the file's line on which it begins (1-based). */
export type Section = {readonly name: string; readonly text: string; readonly line: number}

/**
 * Cuts a template file into its sections. A marker is a whole line `___NAME___`, possibly indented, with a known
 * name; what looks like one inside a string or a longer line is text. A byte order mark is dropped and CRLF becomes
 * LF, so that lines count the same everywhere.
 */
export function splitSections(text: string): readonly Section[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n')
  const sections: {name: string; lines: string[]; line: number}[] = []
  for (const [index, line] of lines.entries()) {
    const name = /^[ \t]*___([A-Z][A-Z_]*)___[ \t]*$/.exec(line)?.[1]
    if (name && markers.has(name) && !sections.some((section) => section.name === name)) {
      sections.push({name, lines: [], line: index + 2})
    } else {
      sections.at(-1)?.lines.push(line)
    }
  }
  return sections.map(({name, lines, line}) => ({name, text: lines.join('\n'), line}))
}

const markers: ReadonlySet<string> = new Set([
  'TERMS_OF_SERVICE',
  'INFO',
  'TEMPLATE_PARAMETERS',
  'SANDBOXED_JS_FOR_SERVER',
  'SANDBOXED_JS_FOR_WEB_TEMPLATE',
  'SERVER_PERMISSIONS',
  'WEB_PERMISSIONS',
  'TESTS',
  'NOTES',
])

/** The place in the file of an offset within a section. */
export function locate(file: string, section: Section, offset: number): SourceLocation {
  const before = section.text.slice(0, offset)
  const lastBreak = before.lastIndexOf('\n')
  return {file, line: section.line + (before.match(/\n/g)?.length ?? 0), column: offset - lastBreak}
}
