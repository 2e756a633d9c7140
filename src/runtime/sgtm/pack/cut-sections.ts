import {splitSections} from '../tpl/split-sections.ts'

/** A section with everything around its content, so that nothing of the file is lost. */
export type RawSection = {
  readonly name: string
  /** The line of the marker as it stands, indentation included. */
  readonly marker: string
  /** Line breaks between marker and content. */
  readonly before: string
  /** Without line breaks at either end. */
  readonly content: string
  readonly after: string
}

export type RawTemplate = {
  readonly bom: boolean
  readonly eol: '\n' | '\r\n'
  /** What stands before the first marker. */
  readonly preamble: string
  readonly sections: readonly RawSection[]
}

/** Cuts a file's text where the reader of templates does, and keeps what that throws away. */
export function cutSections(text: string): RawTemplate {
  const bom = text.startsWith('\uFEFF')
  const isCrlf = text.includes('\n') && !/(?:^|[^\r])\n|\r(?!\n)/.test(text)
  const body = (bom ? text.slice(1) : text).replaceAll(isCrlf ? '\r\n' : '\n', '\n')
  const lines = body.split('\n')
  // The reader counts a lone carriage return as the end of a line; markers are then found by name.
  const starts = splitSections(body).map(({name}) => ({name, at: findMarker(lines, name)}))
  const sections = starts.map(({name, at}, index): RawSection => {
    const rows = lines.slice(at + 1, starts[index + 1]?.at ?? lines.length)
    const isLast = index === starts.length - 1
    const raw = rows.join('\n') + (isLast ? '' : '\n')
    const [before = ''] = /^\n*/.exec(raw) ?? []
    const content = raw.slice(before.length).replace(/\n+$/, '')
    // At the end of the file a marker may even lack its own line break.
    const marker = lines[at]! + (isLast && at === lines.length - 1 ? '' : '\n')
    return {name, marker, before, content, after: raw.slice(before.length + content.length)}
  })
  const preamble = lines.slice(0, starts[0]?.at ?? lines.length)
  return {
    bom,
    eol: isCrlf ? '\r\n' : '\n',
    preamble: starts.length > 0 && preamble.length > 0 ? `${preamble.join('\n')}\n` : preamble.join('\n'),
    sections,
  }
}

function findMarker(lines: readonly string[], name: string): number {
  return lines.findIndex((line) => line.replace(/^[\s\uFEFF]+|\s+$/g, '') === `___${name}___`)
}

/** The text that was cut. */
export function joinSections({bom, eol, preamble, sections}: RawTemplate): string {
  const body = sections.map(({marker, before, content, after}) => marker + before + content + after).join('')
  return (bom ? '\uFEFF' : '') + (preamble + body).replaceAll('\n', eol)
}
