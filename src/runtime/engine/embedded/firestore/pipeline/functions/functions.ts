import type {FunctionCompiler} from '../outcome.ts'
import {ARITHMETIC} from './arithmetic.ts'
import {ARRAYS} from './arrays.ts'
import {CALENDAR} from './calendar.ts'
import {COMPARISON} from './comparison.ts'
import {DISTANCES} from './distances.ts'
import {EXTREMES} from './extremes.ts'
import {LAMBDAS} from './lambdas.ts'
import {LOGARITHMS} from './logarithms.ts'
import {LOGIC} from './logic.ts'
import {MAPS} from './maps.ts'
import {PRESENCE} from './presence.ts'
import {REFERENCES} from './references.ts'
import {REGULAR_EXPRESSIONS} from './regular-expressions.ts'
import {ROUNDING} from './rounding.ts'
import {SEQUENCES} from './sequences.ts'
import {STRINGS} from './strings.ts'
import {TIMESTAMPS} from './timestamps.ts'
import {TRIMMING} from './trimming.ts'
import {TYPE_FUNCTIONS} from './types.ts'

/**
 * The scalar functions of pipelines by their names in requests
 * (https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/all_functions). Those that need the store or a
 * search index are not among them.
 */
export const FUNCTIONS: Readonly<Record<string, FunctionCompiler>> = {
  ...ARITHMETIC,
  ...ARRAYS,
  ...CALENDAR,
  ...COMPARISON,
  ...DISTANCES,
  ...EXTREMES,
  ...LAMBDAS,
  ...LOGARITHMS,
  ...LOGIC,
  ...MAPS,
  ...PRESENCE,
  ...REFERENCES,
  ...REGULAR_EXPRESSIONS,
  ...ROUNDING,
  ...SEQUENCES,
  ...STRINGS,
  ...TIMESTAMPS,
  ...TRIMMING,
  ...TYPE_FUNCTIONS,
}
