import {invalidArgument} from '../../errors.ts'
import {constantOf, requireCount, requireEntries, takeArguments} from '../arguments.ts'
import {compileExpression} from '../compile-expression.ts'
import type {Entries, Expression} from '../expression.ts'
import {holdRows} from '../budget.ts'
import type {Evaluate, Row} from '../outcome.ts'
import type {Scope} from '../scope.ts'
import {compileOrder, readOrderings} from '../stages/order.ts'
import {compileAdditions} from '../stages/project.ts'
import type {StageCompiler} from '../stages/stage.ts'
import {parseSearch} from './parse-search.ts'
import type {Search} from './parse-search.ts'
import {indexWords, matchSearch, scoreSearch} from './words.ts'
import type {WordIndex} from './words.ts'

const OPTIONS: ReadonlySet<string> = new Set([
  'query',
  'limit',
  'offset',
  'retrieval_depth',
  'sort',
  'add_fields',
  'language_code',
])

/**
 * `search`: rows by the words of all their texts, without an index, and by whatever else the query says. Words are found as
 * they stand, in any case: there is no stemming and no synonym, so the language makes no difference.
 */
export const search: StageCompiler = (stage, scope) => {
  takeArguments(stage, 0)
  const {options} = stage
  for (const name of options.keys()) if (!OPTIONS.has(name)) throw invalidArgument(`Unknown option of search: ${name}`)
  const query = options.get('query')
  if (!query) throw invalidArgument('search needs a query.')
  const inner = searchScope(query, scope)
  const matches = compileExpression(query, inner)
  const depth = readCount(options, 'retrieval_depth')
  const arrange = options.has('sort')
    ? compileOrder(readOrderings({args: listOf(options.get('sort')!)}), inner)
    : identity
  const add = compileAdditions(requireEntries(options.get('add_fields') ?? EMPTY, 'add_fields'), inner)
  const offset = readCount(options, 'offset') ?? 0
  const limit = readCount(options, 'limit')
  return {
    transform: (rows) => {
      const found = [...holdRows(rows, scope.hold)].filter((row) => {
        const outcome = matches(row)
        return outcome.kind === 'boolean' && outcome.value
      })
      const arranged = arrange(found.slice(0, depth))
      return arranged.slice(offset, limit === undefined ? undefined : offset + limit).map(add)
    },
  }
}

const EMPTY: Expression = {kind: 'map', entries: new Map()}

function identity(rows: readonly Row[]): readonly Row[] {
  return rows
}

function readCount(options: Entries, name: string): number | undefined {
  return options.has(name) ? requireCount(options.get(name), name) : undefined
}

function listOf(expression: Expression): readonly Expression[] {
  return expression.kind === 'array' ? expression.elements : [expression]
}

/** Adds `document_matches` and `score`; the score goes by all the text predicates of the query. */
function searchScope(query: Expression, scope: Scope): Scope {
  const searches = listSearches(query)
  const words = new WeakMap<Row['fields'], WordIndex>()
  const wordsOf = ({fields}: Row): WordIndex => {
    const known = words.get(fields) ?? indexWords(fields)
    words.set(fields, known)
    return known
  }
  const score: Evaluate = (row) => ({
    kind: 'double',
    value: searches.reduce((sum, each) => sum + scoreSearch(each, wordsOf(row)), 0),
  })
  return {
    ...scope,
    ofSearch: (name, args) => {
      if (name === 'score') return score
      if (name !== 'document_matches') return undefined
      const parsed = readSearch(args)
      return (row) => ({kind: 'boolean', value: matchSearch(parsed, wordsOf(row))})
    },
  }
}

/** All the text predicates of a query but those that are negated. */
function listSearches(query: Expression): readonly Search[] {
  if (query.kind !== 'function' || query.name === 'not') return []
  if (query.name === 'document_matches') return [readSearch(query.args)]
  return query.args.flatMap(listSearches)
}

function readSearch(args: readonly Expression[]): Search {
  const value = constantOf(args[0])
  if (args.length !== 1 || value?.kind !== 'string') throw invalidArgument('document_matches takes a string.')
  return parseSearch(value.value)
}
