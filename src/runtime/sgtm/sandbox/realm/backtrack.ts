import type {CharacterTest, Characters} from './characters.ts'
import type {Meter} from './meter.ts'

/** A pattern ready to search: what `RegExp.prototype[Symbol.match]` and its like need of an object in a pattern's place. */
export type BacktrackingRegex = {
  readonly source: string
  readonly flags: string
  lastIndex: number
  readonly exec: (text: string) => unknown
}

/** Compiles a pattern of JavaScript's syntax without flags; undefined for one that it does not understand. */
export type Backtrack = (source: string) => BacktrackingRegex | undefined

/**
 * A searcher for the patterns that no linear engine can run, those with look-around and back-references. Published
 * templates have them in `text.match('…')`. Each step of a search is one of the run, so that an exponential one ends
 * like an endless loop. Sent into the realm as text: it may use nothing from around it.
 */
export function createBacktrack(meter: Meter, characters: Characters): Backtrack {
  const {parseInt} = globalThis
  const {isDigit, isWord, isLine, readEscape, readClass} = characters
  type Next = (at: number) => boolean
  type Captures = (string | undefined)[]
  type State = {readonly text: string; readonly captures: Captures}
  /** Matches from `at` on and calls what comes next; true as soon as all of it matched. */
  type Matcher = (state: State, at: number, next: Next) => boolean
  type Test = CharacterTest
  type Atom = {readonly match: Matcher; readonly single?: Test}

  const isIn = (char: string | undefined, test: Test): boolean => char !== undefined && test(char)

  const compile = (source: string): {readonly match: Matcher; readonly groups: number} | undefined => {
    let pos = 0
    let groups = 0
    let broken = false
    const fail = (): Atom => {
      broken = true
      return {match: () => false}
    }
    const eat = (text: string): boolean => {
      if (source.slice(pos, pos + text.length) !== text) return false
      pos += text.length
      return true
    }
    const single = (test: Test): Atom => ({
      single: test,
      match: ({text}, at, next) => isIn(text[at], test) && next(at + 1),
    })
    const set = (read: {readonly test: Test; readonly next: number} | undefined): Atom => {
      if (!read) return fail()
      pos = read.next
      return single(read.test)
    }
    const look = (isAhead: boolean, isWanted: boolean): Atom => {
      const inner = alternatives()
      if (!eat(')')) return fail()
      return {
        match: (state, at, next) => {
          const before = state.captures.slice()
          let found = false
          if (isAhead) found = inner(state, at, () => true)
          // Behind: whatever begins earlier and ends here.
          else for (let start = at; !found && start >= 0; start--) found = inner(state, start, (end) => end === at)
          if (found !== isWanted || !isWanted) restore(state, before)
          return found === isWanted && (next(at) || restore(state, before))
        },
      }
    }
    const restore = ({captures}: State, before: Captures): false => {
      for (let index = 0; index < before.length; index++) captures[index] = before[index]
      return false
    }
    const group = (): Atom => {
      if (eat('?=')) return look(true, true)
      if (eat('?!')) return look(true, false)
      if (eat('?<=')) return look(false, true)
      if (eat('?<!')) return look(false, false)
      if (eat('?:')) {
        const inner = alternatives()
        return eat(')') ? {match: inner} : fail()
      }
      if (source[pos] === '?') return fail()
      groups += 1
      const number = groups
      const inner = alternatives()
      if (!eat(')')) return fail()
      return {
        match: (state, at, next) => {
          const before = state.captures[number]
          return (
            inner(state, at, (end) => {
              const inside = state.captures[number]
              state.captures[number] = state.text.slice(at, end)
              if (next(end)) return true
              state.captures[number] = inside
              return false
            }) || ((state.captures[number] = before), false)
          )
        },
      }
    }
    const boundary = (isWanted: boolean): Atom => ({
      match: ({text}, at, next) => (isIn(text[at - 1], isWord) !== isIn(text[at], isWord)) === isWanted && next(at),
    })
    const atom = (): Atom => {
      const char = source[pos++]!
      if (char === '.') return single((other) => !isLine(other))
      if (char === '^') return {match: (_, at, next) => at === 0 && next(at)}
      if (char === '$') return {match: ({text}, at, next) => at === text.length && next(at)}
      if (char === '(') return group()
      if (char === '[') return set(readClass(source, pos))
      if ('*+?'.indexOf(char) >= 0) return fail()
      if (char !== '\\') return single((other) => other === char)
      if (eat('b')) return boundary(true)
      if (eat('B')) return boundary(false)
      const digit = source[pos]
      if (digit !== undefined && isDigit(digit) && digit !== '0') {
        pos += 1
        const number = parseInt(digit, 10)
        return {
          match: ({text, captures}, at, next) => {
            const wanted = captures[number] ?? ''
            return text.slice(at, at + wanted.length) === wanted && next(at + wanted.length)
          },
        }
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
    const repeat = ({match, single: test}: Atom, least: number, most: number, isLazy: boolean): Matcher => {
      if (test && !isLazy) {
        // Without a call per character, so that a long text is no deep one.
        return ({text}, at, next) => {
          let end = at
          while (end - at < most && isIn(text[end], test)) {
            meter.charge(1)
            end += 1
          }
          for (; end - at >= least; end--) {
            meter.charge(1)
            if (next(end)) return true
          }
          return false
        }
      }
      const again = (state: State, at: number, count: number, next: Next): boolean => {
        meter.charge(1)
        const more = (): boolean =>
          count < most && match(state, at, (end) => (end > at || count < least) && again(state, end, count + 1, next))
        if (count < least) return more()
        return isLazy ? next(at) || more() : more() || next(at)
      }
      return (state, at, next) => again(state, at, 0, next)
    }
    const sequence = (): Matcher => {
      const parts: Matcher[] = []
      while (pos < source.length && source[pos] !== '|' && source[pos] !== ')') {
        const one = atom()
        if (broken) break
        const times = quantifier()
        parts.push(times ? repeat(one, times[0], times[1], eat('?')) : one.match)
      }
      const from = (index: number, state: State, at: number, next: Next): boolean => {
        meter.charge(1)
        const part = parts[index]
        return part ? part(state, at, (end) => from(index + 1, state, end, next)) : next(at)
      }
      return (state, at, next) => from(0, state, at, next)
    }
    const alternatives = (): Matcher => {
      const list = [sequence()]
      while (eat('|')) list.push(sequence())
      return (state, at, next) => list.some((one) => one(state, at, next))
    }
    const match = alternatives()
    return broken || pos < source.length ? undefined : {match, groups}
  }

  return (source) => {
    const compiled = compile(source)
    if (!compiled) return undefined
    const {match, groups} = compiled
    return {
      source,
      flags: '',
      lastIndex: 0,
      exec: (text) => {
        for (let start = 0; start <= text.length; start++) {
          const captures: Captures = []
          for (let index = 0; index <= groups; index++) captures[index] = undefined
          let end = -1
          const found = match({text, captures}, start, (at) => {
            end = at
            return true
          })
          if (!found) continue
          captures[0] = text.slice(start, end)
          const result = captures as unknown as {index: number; input: string}
          result.index = start
          result.input = text
          return result
        }
        return null
      },
    }
  }
}
