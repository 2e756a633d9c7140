import type {CharacterTest} from './characters.ts'
import type {Meter} from './meter.ts'
import type {Compiled, Op, Program} from './pattern-program.ts'

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
 * like an endless loop; and what it may still go back to is on a list of its own and not on the stack, so that a long
 * text is no deep one. Sent into the realm as text: it may use nothing from around it.
 */
export function createBacktrack(meter: Meter, compile: (source: string) => Compiled | undefined): Backtrack {
  /** Captures have even places, starts and counts odd ones. What is set is noted, so that it can be taken back. */
  type State = {
    readonly text: string
    readonly places: unknown[]
    readonly changed: number[]
    readonly before: unknown[]
  }
  const isIn = (char: string | undefined, test: CharacterTest): boolean => char !== undefined && test(char)

  const put = ({places, changed, before}: State, place: number, value: unknown): void => {
    changed.push(place)
    before.push(places[place])
    places[place] = value
  }
  const takeBack = ({places, changed, before}: State, length: number): void => {
    while (changed.length > length) places[changed.pop()!] = before.pop()
  }

  /** Where the program matches to from `from` on, which must be `wanted` unless that is -1; -1 where it does not. */
  const search = (program: Program, state: State, from: number, wanted: number): number => {
    const {text, places} = state
    // What can still be gone back to: the place in the program, the one in the text with the least it may shrink to,
    // and how much was changed by then.
    const later = {ops: [] as number[], ats: [] as number[], leasts: [] as number[], changes: [] as number[]}
    const keep = (op: number, at: number, least: number): void => {
      later.ops.push(op)
      later.ats.push(at)
      later.leasts.push(least)
      later.changes.push(state.changed.length)
    }
    let at = from
    /** Where to go on after an operation; -1 where it does not fit. */
    const step = (op: Op, here: number): number => {
      switch (op.kind) {
        case 'one':
          return isIn(text[at], op.test) ? (at++, here + 1) : -1
        case 'run': {
          const least = at + op.least
          const most = at + op.most
          while (at < most && isIn(text[at], op.test)) {
            meter.charge(1)
            at += 1
          }
          if (at < least) return -1
          if (at > least) keep(here + 1, at - 1, least)
          return here + 1
        }
        case 'where':
          return op.fits(text, at) ? here + 1 : -1
        case 'back': {
          const before = (places[op.place] as string | undefined) ?? ''
          meter.charge(before.length)
          if (text.slice(at, at + before.length) !== before) return -1
          at += before.length
          return here + 1
        }
        case 'either':
          keep(here + op.other, at, at)
          return here + 1
        case 'jump':
          return here + op.by
        case 'open':
          put(state, op.start, at)
          return here + 1
        case 'close':
          put(state, op.place, text.slice(places[op.start] as number, at))
          return here + 1
        case 'look':
          return looks(op.inner, op.isAhead, op.isWanted) ? here + 1 : -1
        case 'none':
          put(state, op.count, 0)
          return here + 1
        case 'loop': {
          const count = places[op.count] as number
          if (count < op.least) return here + 1
          if (count >= op.most) return here + op.exit
          keep(op.isLazy ? here + 1 : here + op.exit, at, at)
          return op.isLazy ? here + op.exit : here + 1
        }
        case 'enter':
          put(state, op.count, (places[op.count] as number) + 1)
          put(state, op.start, at)
          meter.charge(op.lastGroup - op.firstGroup + 1)
          // What a group found in one turn is not known in the next.
          for (let group = op.firstGroup; group <= op.lastGroup; group++) put(state, 2 * group, undefined)
          return here + 1
        default:
          // A turn that took nothing is none, unless it had to be.
          return places[op.start] === at && (places[op.count] as number) > op.least ? -1 : here + op.by
      }
    }
    const looks = (inner: Program, isAhead: boolean, isWanted: boolean): boolean => {
      const length = state.changed.length
      let isFound = isAhead && search(inner, state, at, -1) >= 0
      // Behind: whatever begins earlier and ends here.
      if (!isAhead) for (let start = at; !isFound && start >= 0; start--) isFound = search(inner, state, start, at) >= 0
      if (!isFound || !isWanted) takeBack(state, length)
      return isFound === isWanted
    }
    const initial = state.changed.length
    let here = 0
    for (;;) {
      meter.charge(1)
      const op = program[here]
      if (op) here = step(op, here)
      else if (wanted < 0 || at === wanted) return at
      else here = -1
      if (here >= 0) continue
      if (later.ops.length === 0) {
        takeBack(state, initial)
        return -1
      }
      here = later.ops.pop()!
      at = later.ats.pop()!
      const least = later.leasts.pop()!
      takeBack(state, later.changes.pop()!)
      if (at > least) keep(here, at - 1, least)
    }
  }

  return (source) => {
    const compiled = compile(source)
    if (!compiled) return undefined
    const {program, groups} = compiled
    return {
      source,
      flags: '',
      lastIndex: 0,
      exec: (text) => {
        for (let start = 0; start <= text.length; start++) {
          const state: State = {text, places: [], changed: [], before: []}
          const end = search(program, state, start, -1)
          if (end < 0) continue
          const captures: unknown[] = [text.slice(start, end)]
          for (let group = 1; group <= groups; group++) captures.push(state.places[2 * group])
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
