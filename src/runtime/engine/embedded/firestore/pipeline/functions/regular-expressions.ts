import {NULL} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import {fail} from '../outcome.ts'
import type {FunctionCompiler, Outcome, Row} from '../outcome.ts'
import {STRING} from './parameters.ts'
import {createTest} from './re2/characters.ts'
import {compilePattern, createPattern} from './re2/pattern.ts'
import type {Match, Pattern} from './re2/pattern.ts'
import {InvalidPattern} from './re2/syntax.ts'
import type {Node} from './re2/syntax.ts'
import {list, text, truth} from './results.ts'
import {strict} from './strict.ts'

/**
 * A function of a text and a pattern. The pattern of the last row is kept, which is the same one for nearly every call; an
 * invalid one is an error of the row.
 */
function matching(
  name: string,
  read: (pattern: string) => Pattern,
  apply: (pattern: Pattern, value: string, spend: Row['spend']) => Outcome,
): FunctionCompiler {
  return (args, options) => {
    let last: {readonly source: string; readonly pattern: Pattern | Outcome} | undefined
    let spend: Row['spend'] = () => undefined
    const evaluate = strict(name, [STRING, STRING], (value, source) => {
      if (last?.source !== source) last = {source, pattern: readOrFail(name, read, source)}
      const {pattern} = last
      return 'kind' in pattern ? pattern : apply(pattern, value, spend)
    })(args, options)
    return (row) => {
      ;({spend} = row)
      return evaluate(row)
    }
  }
}

function readOrFail(name: string, read: (pattern: string) => Pattern, source: string): Pattern | Outcome {
  try {
    return read(source)
  } catch (error) {
    if (error instanceof InvalidPattern) return fail(`${name}(...) has an invalid pattern: ${error.message}`)
    throw error
  }
}

/** A finding function gives what the pattern's group has matched, and so takes one group at most. */
function readFinding(source: string): Pattern {
  const pattern = compilePattern(source)
  if (pattern.groups > 1) throw new InvalidPattern('more than one capturing group')
  return pattern
}

/** The group's text if there is a group, null where it took no part; else the whole match. */
function foundIn(pattern: Pattern, {text: whole, groups}: Match): Value {
  if (pattern.groups === 0) return text(whole)
  return groups[0] === undefined ? NULL : text(groups[0])
}

const NO_NEWLINE = createTest([[10, 10]], true, false)

/**
 * `_` is one character and `%` any number of them, newlines excepted; a backslash takes the meaning of what follows. Google's
 * own evaluators make a regular expression of it in the same way.
 */
function readLike(source: string): Pattern {
  const nodes: Node[] = []
  const characters = Array.from(source)
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!
    const any: Node = {kind: 'character', test: NO_NEWLINE}
    if (character === '%') nodes.push({kind: 'repeat', node: any, min: 0, max: undefined, greedy: true})
    else if (character === '_') nodes.push(any)
    else {
      const escaped = character === '\\' ? characters[++at] : character
      if (escaped === undefined) throw new InvalidPattern('trailing \\ at end of pattern')
      const code = escaped.codePointAt(0)!
      nodes.push({kind: 'character', test: createTest([[code, code]], false, false)})
    }
  }
  return createPattern({kind: 'sequence', nodes})
}

function isFound(pattern: Pattern, value: string, spend: Row['spend']): boolean {
  return !pattern.matches(value, spend).next().done
}

/** https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/string_functions */
export const REGULAR_EXPRESSIONS: Readonly<Record<string, FunctionCompiler>> = {
  like: matching('like', readLike, (pattern, value, spend) => truth(pattern.fits(value, spend))),
  regex_contains: matching('regex_contains', compilePattern, (pattern, value, spend) =>
    truth(isFound(pattern, value, spend)),
  ),
  regex_match: matching('regex_match', compilePattern, (pattern, value, spend) => truth(pattern.fits(value, spend))),
  regex_find: matching('regex_find', readFinding, (pattern, value, spend) => {
    for (const match of pattern.matches(value, spend)) return foundIn(pattern, match)
    return NULL
  }),
  regex_find_all: matching('regex_find_all', readFinding, (pattern, value, spend) =>
    list(Array.from(pattern.matches(value, spend), (match) => foundIn(pattern, match))),
  ),
}
