import type {SourceLocation} from '#runtime/kernel/errors.ts'

/** A section's text and the file's line on which it begins (1-based). */
export type Section = {readonly name: string; readonly text: string; readonly line: number}

/**
 * Cuts a template file into its sections. A marker is a whole line `___NAME___` with a known name; what looks like one
 * inside a string or a longer line is text. Published files indent a marker, so that counts too, but only where the
 * name does not also stand at the beginning of a line: tests are indented, and may contain a template. A byte order
 * mark is dropped and CRLF becomes LF, so that lines count the same everywhere.
 */
export function splitSections(text: string): readonly Section[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n')
  const starts = findMarkers(lines)
  return starts.map(({name, index}, position) => ({
    name,
    text: lines.slice(index + 1, starts[position + 1]?.index).join('\n'),
    line: index + 2,
  }))
}

type Marker = {readonly name: string; readonly index: number}

function findMarkers(lines: readonly string[]): readonly Marker[] {
  const found = lines.flatMap((line, index) => {
    const [, blank = '', name = ''] = /^([ \t]*)___([A-Z][A-Z_]*)___[ \t]*$/.exec(line) ?? []
    return markers.has(name) ? [{name, index, isIndented: blank !== ''}] : []
  })
  return found.filter(({name, index, isIndented}) => {
    const others = found.filter((other) => other.name === name)
    const flush = others.find((other) => !other.isIndented)
    // A published file ends with its terms for a second time; of anything else only the first counts.
    if (name === 'TERMS_OF_SERVICE') return !flush || !isIndented
    return index === (flush ?? others[0])?.index
  })
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
