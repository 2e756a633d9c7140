import {parse} from 'acorn'
import type {FunctionExpression, Statement, Token} from 'acorn'
import {objectAt} from './excerpt.ts'
import type {Objection, Source} from './program.ts'

/** The code as the body of one function, with the tokens that instrumenting needs. */
export type ParsedProgram = {
  readonly root: FunctionExpression
  /** The code's own statements, without the directive that the wrapping adds. */
  readonly statements: readonly Statement[]
  /** Where each `=>` stands. */
  readonly arrows: readonly number[]
  /** What to take from an offset of the wrapped text for one of the source. */
  readonly shift: number
}

/**
 * Parses the code as what it is: the body of a strict function. Wrapping it, rather than parsing a script, makes
 * `return` and redeclarations behave as they will, and a body that closes the function early is found out.
 */
export function parseProgram(source: Source): ParsedProgram | Objection {
  const prefix = `(function(${source.parameters.join(', ')}){"use strict";\n`
  const text = `${prefix}${source.text}\n})`
  const arrows: number[] = []
  const onToken = (token: Token): void => {
    if (token.type.label === '=>') arrows.push(token.start)
  }
  try {
    const program = parse(text, {ecmaVersion: 2022, sourceType: 'script', onToken})
    const [statement] = program.body
    const expression = statement?.type === 'ExpressionStatement' ? statement.expression : undefined
    const isWhole = expression?.type === 'FunctionExpression' && expression.end === text.length - 1
    if (!isWhole || program.body.length !== 1) {
      return objectAt(source, source.text.length, 'A closing brace ends the template early.')
    }
    return {root: expression, statements: expression.body.body.slice(1), arrows, shift: prefix.length}
  } catch (error) {
    if (!(error instanceof SyntaxError) || !('pos' in error)) throw error
    const offset = Math.min(Math.max(0, Number(error.pos) - prefix.length), source.text.length)
    return objectAt(source, offset, `${error.message.replace(/ \(\d+:\d+\)$/, '')}.`)
  }
}
