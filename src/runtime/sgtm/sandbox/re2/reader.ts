/** What RE2 refuses. It never leaves this folder. */
export class InvalidPattern extends Error {}

/** A pattern and the place up to which it is read. */
export type Reader = {
  readonly atEnd: () => boolean
  readonly rest: () => string
  /** The character at the place, or nothing at the end. */
  readonly peek: () => string
  /** Reads one character, of two units where it is beyond the basic plane. @throws {InvalidPattern} at the end */
  readonly next: () => string
  readonly skip: (units: number) => void
  readonly startsWith: (text: string) => boolean
  /** Reads `text` if it is next. */
  readonly take: (text: string) => boolean
}

export function createReader(pattern: string): Reader {
  let at = 0
  const peek = (): string => (at < pattern.length ? String.fromCodePoint(pattern.codePointAt(at)!) : '')
  const startsWith = (text: string): boolean => pattern.startsWith(text, at)
  return {
    atEnd: () => at >= pattern.length,
    rest: () => pattern.slice(at),
    peek,
    next: () => {
      const character = peek()
      if (character === '') throw new InvalidPattern()
      at += character.length
      return character
    },
    skip: (units) => void (at += units),
    startsWith,
    take: (text) => {
      if (!startsWith(text)) return false
      at += text.length
      return true
    },
  }
}
