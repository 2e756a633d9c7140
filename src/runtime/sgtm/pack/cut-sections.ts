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
  /** Line breaks, and a section whose name stood before already. */
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
  const lines = lineStarts(body)
  const found = splitSections(body).map(({name, line}) => ({name, start: lines[line - 2]!, text: lines[line - 1]}))
  const isAgain = (index: number): boolean => found.slice(0, index).some(({name}) => name === found[index]!.name)
  const sections = found.flatMap(({name, start, text: textStart = body.length}, index): readonly RawSection[] => {
    if (isAgain(index)) return []
    const next = found.findIndex((_, other) => other > index && !isAgain(other))
    const end = found[index + 1]?.start ?? body.length
    const own = body.slice(textStart, end)
    const [before = ''] = /^\n*/.exec(own) ?? []
    const content = own.slice(before.length).replace(/\n+$/, '')
    const after = body.slice(textStart + before.length + content.length, found[next]?.start ?? body.length)
    return [{name, marker: body.slice(start, textStart), before, content, after}]
  })
  return {bom, eol: isCrlf ? '\r\n' : '\n', preamble: body.slice(0, found[0]?.start ?? body.length), sections}
}

/** Where each line begins, as the reader counts them: a lone carriage return ends one, too. */
function lineStarts(text: string): readonly number[] {
  return [0, ...[...text.matchAll(/\r\n?|\n/g)].map((match) => match.index + match[0].length)]
}

/** The text that was cut. */
export function joinSections({bom, eol, preamble, sections}: RawTemplate): string {
  const body = sections.map(({marker, before, content, after}) => marker + before + content + after).join('')
  return (bom ? '\uFEFF' : '') + (preamble + body).replaceAll('\n', eol)
}
