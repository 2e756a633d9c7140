import {invalidArgument} from '../../errors.ts'
import {rankNearest, readVector} from '../../query/nearest.ts'
import type {Measure} from '../../query/nearest.ts'
import {setField} from '../../values/fields.ts'
import {constantOf, requireCount, requireField, requireText, takeArguments} from '../arguments.ts'
import {compileExpression} from '../compile-expression.ts'
import {holdRows} from '../budget.ts'
import {isValue} from '../outcome.ts'
import type {StageCompiler} from './stage.ts'

const MEASURES: Readonly<Record<string, Measure>> = {
  euclidean: 'EUCLIDEAN',
  cosine: 'COSINE',
  dot_product: 'DOT_PRODUCT',
}

/** `find_nearest`: the rows whose vector is most like the given one, nearest first. */
export const findNearest: StageCompiler = (stage, scope) => {
  const [field, target, measureName] = takeArguments(stage, 3)
  const evaluate = compileExpression(field!, scope)
  const value = constantOf(target)
  const vector = value && readVector(value)
  if (!vector) throw invalidArgument('find_nearest needs a vector.')
  const name = requireText(measureName, 'The distance measure of find_nearest')
  const measure = Object.hasOwn(MEASURES, name) ? MEASURES[name] : undefined
  if (!measure) throw invalidArgument(`Unknown distance measure: ${name}`)
  const {options} = stage
  const limit = options.has('limit') ? requireCount(options.get('limit'), 'limit') : Number.POSITIVE_INFINITY
  const distanceField = options.has('distance_field')
    ? requireField(options.get('distance_field'), 'distance_field')
    : undefined
  return {
    transform: (rows) => {
      const found = rankNearest(
        holdRows(rows, scope.hold),
        (row) => {
          const outcome = evaluate(row)
          return isValue(outcome) ? outcome : undefined
        },
        {vector, measure, limit, threshold: undefined},
      )
      return found.map(({item, distance}) =>
        distanceField
          ? {...item, fields: setField(item.fields, distanceField, {kind: 'double', value: distance})}
          : item,
      )
    },
  }
}
