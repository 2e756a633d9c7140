import {fail} from '../outcome.ts'
import type {FunctionCompiler, Outcome} from '../outcome.ts'
import {DOUBLE, optional} from './parameters.ts'
import {double} from './results.ts'
import {strict} from './strict.ts'

/** Of minus infinity logarithms are NaN; of all else that is not above zero there are none. */
function logarithm(name: string, compute: (value: number) => number): FunctionCompiler {
  return strict(name, [DOUBLE], (value) => logarithmOf(name, value, compute))
}

function logarithmOf(name: string, value: number, compute: (value: number) => number): Outcome {
  if (value === -Infinity) return double(Number.NaN)
  if (value <= 0) return fail(`${name}(...) requires a positive number`)
  return double(compute(value))
}

export const LOGARITHMS: Readonly<Record<string, FunctionCompiler>> = {
  ln: logarithm('ln', Math.log),
  log10: logarithm('log10', Math.log10),
  log: strict('log', [DOUBLE, optional(DOUBLE)], (value, base) => {
    if (base === undefined) return logarithmOf('log', value, Math.log)
    if (value === -Infinity || base === Infinity) return double(Number.NaN)
    if (base <= 0 || base === 1) return fail('log(...) requires a positive base other than 1')
    return logarithmOf('log', value, (number) => Math.log(number) / Math.log(base))
  }),
}
