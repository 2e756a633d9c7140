import {vectorElements} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import {fail} from '../outcome.ts'
import type {FunctionCompiler} from '../outcome.ts'
import {ANY, required, STRING} from './parameters.ts'
import {text, truth} from './results.ts'
import {strict} from './strict.ts'

function typeOf(value: Value): string {
  switch (value.kind) {
    case 'integer':
      return 'int64'
    case 'double':
      return 'float64'
    case 'geopoint':
      return 'geo_point'
    case 'map':
      return vectorElements(value) ? 'vector' : 'map'
    default:
      return value.kind
  }
}

const OWN_TYPES = 'null boolean int64 float64 number timestamp string bytes array map reference vector geo_point'
/** Types of databases with MongoDB compatibility, which no value here has. */
const OTHER_TYPES = 'int32 decimal128 max_key min_key object_id regex bson_timestamp'
const TYPES: ReadonlySet<string> = new Set(`${OWN_TYPES} ${OTHER_TYPES}`.split(' '))

/** https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/type_functions */
export const TYPE_FUNCTIONS: Readonly<Record<string, FunctionCompiler>> = {
  type: strict('type', [ANY], (value) => text(typeOf(value))),
  is_type: strict('is_type', [ANY, required(STRING)], (value, wanted) => {
    if (!TYPES.has(wanted)) return fail(`is_type(...) does not know the type \`${wanted}\``)
    const isNumber = value.kind === 'integer' || value.kind === 'double'
    return truth(wanted === 'number' ? isNumber : typeOf(value) === wanted)
  }),
}
