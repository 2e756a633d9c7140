import {constantOf} from '../arguments.ts'
import {compileExpression} from '../compile-expression.ts'
import {walkExpressions} from '../expression.ts'
import type {Expression, Stage} from '../expression.ts'
import {isValue} from '../outcome.ts'
import type {Evaluate, Row} from '../outcome.ts'
import {impliesField, isIndependent, planFilter} from '../plan-filter.ts'
import type {Known} from '../plan-filter.ts'
import {rowWith} from '../row.ts'
import type {Collections, Scope, Wanted} from '../scope.ts'
import {compileCondition} from '../stages/filter.ts'
import {readOrderings} from '../stages/order.ts'
import type {CompiledSource} from './source.ts'

/** Reading collections together with the `where` stages that follow, so that an index can do some of their work. */
export function compileRead(locate: (outer: Row) => Collections, scope: Scope, next: readonly Stage[]): CompiledSource {
  const taken = countWheres(next)
  const wheres = next.slice(0, taken)
  const tests = wheres.map((stage) => compileCondition(stage, scope))
  const conditions = wheres.map(({args: [condition]}) => condition!)
  const read = compileConstants(scope)
  const cut = {
    test: (row: Row) => tests.every((test) => test(row)),
    testReads: conditions.some(hasPipeline),
    ...planCut(conditions, next.slice(taken)),
  }
  return {
    taken,
    run: (outer) => {
      const collections = locate(outer)
      const known = {read: read(outer), collection: nameOf(collections)}
      return scope.reader.find(collections, {...cut, where: planFilter(conditions, known)}, outer)
    },
  }
}

function nameOf({parent, collectionId, allDescendants}: Collections): string | undefined {
  return allDescendants || collectionId === undefined ? undefined : `${parent}/${collectionId}`
}

function countWheres(stages: readonly Stage[]): number {
  const at = stages.findIndex(({name}) => name !== 'where')
  return at === -1 ? stages.length : at
}

function hasPipeline(condition: Expression): boolean {
  return [...walkExpressions(condition)].some(({kind}) => kind === 'pipeline')
}

/** Reads what conditions compare with: constants, and what only depends on the row around the pipeline. */
function compileConstants(scope: Scope): (outer: Row) => Known['read'] {
  const compiled = new Map<Expression, Evaluate>()
  return (outer) => {
    const row = rowWith(new Map(), outer)
    return (expression) => {
      if (expression.kind === 'constant') return expression.value
      if (!isIndependent(expression)) return undefined
      const evaluate = compiled.get(expression) ?? compileExpression(expression, scope)
      compiled.set(expression, evaluate)
      const outcome = evaluate(row)
      return isValue(outcome) ? outcome : undefined
    }
  }
}

/**
 * How many documents are enough, where `offset` and `limit` follow at once or after a sort by a field. A sort keeps
 * documents without its field and an index does not have them, so a condition must leave them out.
 */
function planCut(conditions: readonly Expression[], stages: readonly Stage[]): Pick<Wanted, 'most' | 'orderBy'> {
  const sorted = stages[0]?.name === 'sort' ? stages[0] : undefined
  const most = readMost(sorted ? stages.slice(1) : stages)
  if (!sorted || most === undefined) return {most, orderBy: undefined}
  const [first] = readOrderings(sorted)
  if (first?.expression.kind !== 'field' || !impliesField(conditions, first.expression.path)) {
    return {most: undefined, orderBy: undefined}
  }
  return {most, orderBy: {path: first.expression.path, descending: first.descending}}
}

function readMost([first, second]: readonly Stage[]): number | undefined {
  const offset = first?.name === 'offset' ? numberOf(first) : 0
  const limit = first?.name === 'offset' ? second : first
  if (limit?.name !== 'limit') return undefined
  const most = offset + numberOf(limit)
  return Number.isInteger(most) && most >= 0 ? most : undefined
}

function numberOf({args: [count]}: Stage): number {
  const value = constantOf(count)
  return value?.kind === 'integer' ? Number(value.value) : Number.NaN
}
