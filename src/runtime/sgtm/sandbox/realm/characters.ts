/** Whether a character belongs to a set. */
export type CharacterTest = (char: string) => boolean

/** A set that was read out of a pattern, and where the pattern goes on. */
type ReadSet = {readonly test: CharacterTest; readonly next: number}

/** The sets of characters that patterns name, and how they are written. */
export type Characters = {
  readonly isDigit: CharacterTest
  readonly isWord: CharacterTest
  readonly isLine: CharacterTest
  /** Reads what follows a backslash; undefined for what is no single character and no set. */
  readonly readEscape: (source: string, from: number) => ReadSet | undefined
  /** Reads what follows `[`. */
  readonly readClass: (source: string, from: number) => ReadSet | undefined
}

/** Sent into the realm as text: it may use nothing from around it. */
export function createCharacters(): Characters {
  const {String, parseInt} = globalThis
  const {fromCharCode} = String
  const between = (char: string, from: string, to: string): boolean => char >= from && char <= to
  const isDigit: CharacterTest = (char) => between(char, '0', '9')
  const isWord: CharacterTest = (char) =>
    isDigit(char) || between(char, 'a', 'z') || between(char, 'A', 'Z') || char === '_'
  const isHex: CharacterTest = (char) => isDigit(char) || between(char, 'a', 'f') || between(char, 'A', 'F')
  const spaces =
    '\t\n\v\f\r \u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF'
  const isSpace: CharacterTest = (char) => spaces.indexOf(char) >= 0
  const isLine: CharacterTest = (char) => '\n\r\u2028\u2029'.indexOf(char) >= 0
  const not =
    (test: CharacterTest): CharacterTest =>
    (char) =>
      !test(char)

  type Read = ReadSet & {readonly char?: string}
  const literal = (char: string, next: number): Read => ({char, next, test: (other) => other === char})
  const coded = (source: string, from: number, digits: number): Read | undefined => {
    const text = source.slice(from, from + digits)
    for (let index = 0; index < digits; index++) {
      const char = text[index]
      if (char === undefined || !isHex(char)) return undefined
    }
    return literal(fromCharCode(parseInt(text, 16)), from + digits)
  }
  const readEscape = (source: string, from: number): Read | undefined => {
    const char = source[from]
    const next = from + 1
    switch (char) {
      case undefined:
        return undefined
      case 'd':
        return {test: isDigit, next}
      case 'D':
        return {test: not(isDigit), next}
      case 'w':
        return {test: isWord, next}
      case 'W':
        return {test: not(isWord), next}
      case 's':
        return {test: isSpace, next}
      case 'S':
        return {test: not(isSpace), next}
      case 'x':
        return coded(source, next, 2) ?? literal(char, next)
      case 'u':
        return coded(source, next, 4) ?? literal(char, next)
      default: {
        if (isDigit(char) && char !== '0') return undefined
        const known = 'tnrvf0'.indexOf(char)
        return literal(known < 0 ? char : '\t\n\r\v\f\0'[known]!, next)
      }
    }
  }
  const readMember = (source: string, at: number): Read | undefined => {
    const char = source[at]
    if (char === undefined) return undefined
    if (char !== '\\') return literal(char, at + 1)
    return source[at + 1] === 'b' ? literal('\b', at + 2) : readEscape(source, at + 1)
  }
  const readClass = (source: string, from: number): ReadSet | undefined => {
    const isNegated = source[from] === '^'
    const tests: CharacterTest[] = []
    let at = isNegated ? from + 1 : from
    while (source[at] !== ']') {
      const first = readMember(source, at)
      if (!first) return undefined
      at = first.next
      tests.push(first.test)
      const {char: low} = first
      if (low === undefined || source[at] !== '-' || source[at + 1] === ']') continue
      const last = readMember(source, at + 1)
      if (last?.char === undefined || last.char < low) return undefined
      const high = last.char
      tests.push((char) => between(char, low, high))
      at = last.next
    }
    const isAny: CharacterTest = (char) => tests.some((test) => test(char))
    return {test: isNegated ? not(isAny) : isAny, next: at + 1}
  }
  return {isDigit, isWord, isLine, readEscape, readClass}
}
