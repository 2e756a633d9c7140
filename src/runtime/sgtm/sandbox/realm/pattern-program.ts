import type {CharacterTest, Characters} from './characters.ts'

/** One operation of a search. Jumps are relative, so that pieces of a program can be put together. */
export type Op =
  | {readonly kind: 'one'; readonly test: CharacterTest}
  | {readonly kind: 'run'; readonly test: CharacterTest; readonly least: number; readonly most: number}
  | {readonly kind: 'where'; readonly fits: (text: string, at: number) => boolean}
  | {readonly kind: 'back'; readonly place: number}
  | {readonly kind: 'either'; readonly other: number}
  | {readonly kind: 'jump'; readonly by: number}
  | {readonly kind: 'open'; readonly start: number}
  | {readonly kind: 'close'; readonly start: number; readonly place: number}
  | {readonly kind: 'look'; readonly isAhead: boolean; readonly isWanted: boolean; readonly inner: Program}
  | {readonly kind: 'none'; readonly count: number}
  | ({readonly kind: 'loop'; readonly isLazy: boolean; readonly most: number; readonly exit: number} & Loop)
  | ({readonly kind: 'enter'; readonly firstGroup: number; readonly lastGroup: number} & Loop)
  | ({readonly kind: 'again'; readonly by: number} & Loop)
type Loop = {readonly count: number; readonly start: number; readonly least: number}
export type Program = readonly Op[]

/** A pattern as a program; captures have the even places of what it remembers, starts and counts the odd ones. */
export type Compiled = {readonly program: Program; readonly groups: number}

/**
 * Compiles a pattern of JavaScript's syntax without flags for `createBacktrack`; undefined for one that it does not
 * understand. Sent into the realm as text: it may use nothing from around it.
 */
export function createPatternCompiler(characters: Characters): (source: string) => Compiled | undefined {
  const {parseInt} = globalThis
  const {isDigit, isWord, isLine, readEscape, readClass} = characters
  const isIn = (char: string | undefined, test: CharacterTest): boolean => char !== undefined && test(char)

  return (source) => {
    let pos = 0
    let groups = 0
    let slots = 0
    let broken = false
    const newSlot = (): number => 2 * slots++ + 1
    const fail = (): Program => {
      broken = true
      return []
    }
    const eat = (text: string): boolean => {
      if (source.slice(pos, pos + text.length) !== text) return false
      pos += text.length
      return true
    }
    const set = (read: {readonly test: CharacterTest; readonly next: number} | undefined): Program => {
      if (!read) return fail()
      pos = read.next
      return [{kind: 'one', test: read.test}]
    }
    const look = (isAhead: boolean, isWanted: boolean): Program => {
      const inner = alternatives()
      return eat(')') ? [{kind: 'look', isAhead, isWanted, inner}] : fail()
    }
    const group = (): Program => {
      if (eat('?=')) return look(true, true)
      if (eat('?!')) return look(true, false)
      if (eat('?<=')) return look(false, true)
      if (eat('?<!')) return look(false, false)
      if (eat('?:')) {
        const inner = alternatives()
        return eat(')') ? inner : fail()
      }
      if (source[pos] === '?') return fail()
      groups += 1
      const place = 2 * groups
      const start = newSlot()
      const inner = alternatives()
      return eat(')') ? [{kind: 'open', start}, ...inner, {kind: 'close', start, place}] : fail()
    }
    const boundary = (isWanted: boolean): Program => [
      {kind: 'where', fits: (text, at) => (isIn(text[at - 1], isWord) !== isIn(text[at], isWord)) === isWanted},
    ]
    const atom = (): Program => {
      const char = source[pos++]!
      if (char === '.') return [{kind: 'one', test: (other) => !isLine(other)}]
      if (char === '^') return [{kind: 'where', fits: (_, at) => at === 0}]
      if (char === '$') return [{kind: 'where', fits: (text, at) => at === text.length}]
      if (char === '(') return group()
      if (char === '[') return set(readClass(source, pos))
      if ('*+?'.indexOf(char) >= 0) return fail()
      if (char !== '\\') return [{kind: 'one', test: (other) => other === char}]
      if (eat('b')) return boundary(true)
      if (eat('B')) return boundary(false)
      const digit = source[pos]
      if (digit !== undefined && isDigit(digit) && digit !== '0') {
        pos += 1
        return [{kind: 'back', place: 2 * parseInt(digit, 10)}]
      }
      return set(readEscape(source, pos))
    }
    const number = (): number | undefined => {
      const start = pos
      while (isIn(source[pos], isDigit)) pos += 1
      return pos === start ? undefined : parseInt(source.slice(start, pos), 10)
    }
    /** The least and the most repetitions; undefined where none are written. */
    const quantifier = (): readonly [number, number] | undefined => {
      if (eat('*')) return [0, 1 / 0]
      if (eat('+')) return [1, 1 / 0]
      if (eat('?')) return [0, 1]
      const start = pos
      if (eat('{')) {
        const least = number()
        const most = eat(',') ? (number() ?? 1 / 0) : least
        if (least !== undefined && most !== undefined && eat('}')) return [least, most]
      }
      pos = start
      return undefined
    }
    const repeat = (body: Program, firstGroup: number, least: number, most: number, isLazy: boolean): Program => {
      const [only] = body
      if (body.length === 1 && only?.kind === 'one' && !isLazy) return [{kind: 'run', test: only.test, least, most}]
      const loop = {count: newSlot(), start: newSlot(), least}
      return [
        {kind: 'none', count: loop.count},
        {kind: 'loop', ...loop, most, isLazy, exit: body.length + 3},
        {kind: 'enter', ...loop, firstGroup, lastGroup: groups},
        ...body,
        {kind: 'again', ...loop, by: -body.length - 2},
      ]
    }
    const sequence = (): Program => {
      const all: Op[] = []
      while (pos < source.length && source[pos] !== '|' && source[pos] !== ')') {
        const firstGroup = groups + 1
        const one = atom()
        if (broken) break
        const times = quantifier()
        for (const op of times ? repeat(one, firstGroup, times[0], times[1], eat('?')) : one) all.push(op)
      }
      return all
    }
    const alternatives = (): Program => {
      const first = sequence()
      if (broken || !eat('|')) return first
      const rest = alternatives()
      return [{kind: 'either', other: first.length + 2}, ...first, {kind: 'jump', by: rest.length + 1}, ...rest]
    }
    const program = alternatives()
    return broken || pos < source.length ? undefined : {program, groups}
  }
}
