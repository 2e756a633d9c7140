const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'})

/** Characters that a terminal draws two cells wide: East Asian wide and full-width forms, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u

const widthOf = (grapheme: string): number =>
  WIDE.test(grapheme) ? 2 : /^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(grapheme) ? 0 : 1

/** Text without anything that could move the cursor or colour the terminal: every control character is a blank. */
export function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ')
}

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

/** Cells a text takes in a terminal. */
export function cellWidth(text: string): number {
  if (isPlain(text)) return text.length
  let width = 0
  for (const {segment} of graphemes.segment(text)) width += widthOf(segment)
  return width
}

/** The text cut to at most `width` cells; what is cut is shown by an ellipsis. Control characters become blanks. */
export function cutCells(text: string, width: number, ellipsis = '…'): string {
  const clean = withoutControls(text)
  if (width <= 0) return ''
  if (cellWidth(clean) <= width) return clean
  const room = width - ellipsis.length
  if (room <= 0) return ellipsis.slice(0, width)
  let kept = ''
  let used = 0
  for (const {segment} of graphemes.segment(clean)) {
    used += widthOf(segment)
    if (used > room) break
    kept += segment
  }
  return kept + ellipsis
}

/** The text in exactly `width` cells: cut or filled with blanks on the right. */
export function fitCells(text: string, width: number, ellipsis = '…'): string {
  const cut = cutCells(text, width, ellipsis)
  return cut + ' '.repeat(Math.max(0, width - cellWidth(cut)))
}

/** The text in lines of at most `width` cells, broken at blanks where there are any; its own line breaks are kept. */
export function wrapCells(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const paragraph of text.split(/\r\n|\n|\r/)) {
    let rest = withoutControls(paragraph)
    while (cellWidth(rest) > Math.max(1, width)) {
      const head = cutCells(rest, Math.max(1, width), '')
      const blank = rest[head.length] === ' ' ? head.length : head.lastIndexOf(' ')
      const end =
        blank > width / 3 ? blank : Math.max(String.fromCodePoint(rest.codePointAt(0) ?? 0).length, head.length)
      lines.push(rest.slice(0, end))
      rest = rest.slice(end).trimStart()
    }
    lines.push(rest)
  }
  return lines
}
