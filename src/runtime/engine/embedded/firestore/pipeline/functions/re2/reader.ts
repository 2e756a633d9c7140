import {InvalidPattern} from './syntax.ts'

/** A pattern, and the place up to which it is read. */
export class Reader {
  readonly #pattern: string
  #at = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  get atEnd(): boolean {
    return this.#at >= this.#pattern.length
  }

  /** The next character; the empty text at the end. */
  peek(): string {
    return this.atEnd ? '' : String.fromCodePoint(this.#pattern.codePointAt(this.#at)!)
  }

  startsWith(text: string): boolean {
    return this.#pattern.startsWith(text, this.#at)
  }

  /** Reads one character. Throws InvalidPattern with `message` at the end. */
  next(message: string): string {
    const character = this.peek()
    if (character === '') throw new InvalidPattern(message)
    this.#at += character.length
    return character
  }

  /** Reads `text` if it is next. */
  take(text: string): boolean {
    const found = this.startsWith(text)
    if (found) this.#at += text.length
    return found
  }

  /** Reads what a sticky expression finds at the place; undefined where it finds nothing. */
  match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at
    const match = sticky.exec(this.#pattern) ?? undefined
    if (match) this.#at += match[0].length
    return match
  }

  /** What is read before `text`, or up to the end where it does not follow; `text` is read too. */
  upTo(text: string): string {
    const found = this.#pattern.indexOf(text, this.#at)
    const end = found < 0 ? this.#pattern.length : found
    const read = this.#pattern.slice(this.#at, end)
    this.#at = Math.min(this.#pattern.length, end + text.length)
    return read
  }
}
