import type {Condition, Parameters} from '../types.ts'
import type {ConditionShape, Parameter} from './export-schema.ts'

/** Parameters of an export as plain values by key: booleans are no texts any more, lists and maps lists and objects. */
export function decodeParameters(parameters: readonly Parameter[]): Parameters {
  return Object.fromEntries(
    parameters.flatMap((parameter) =>
      parameter.key === undefined ? [] : [[parameter.key, decodeParameter(parameter)]],
    ),
  )
}

/** The value of one parameter. */
export function decodeParameter({type, value, list, map}: Parameter): unknown {
  switch (spell(type)) {
    case 'BOOLEAN':
      // A variable may stand where a box can be ticked.
      return value === 'true' ? true : value === 'false' || value === undefined ? false : value
    case 'INTEGER':
      return value !== undefined && /^-?\d+$/.test(value) ? Number(value) : (value ?? '')
    case 'LIST':
      return (list ?? []).map(decodeParameter)
    case 'MAP':
      return decodeParameters(map ?? [])
    default:
      // A text without a value is a field that was emptied.
      return value ?? ''
  }
}

/** The API spells constants `customEvent`, exports `CUSTOM_EVENT`: the way of exports. */
export function spell(constant: string): string {
  return /^[A-Z0-9_]+$/.test(constant) ? constant : constant.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()
}

/** A trigger's condition: two sides, and the flags for its opposite and for letters. */
export function decodeCondition({type, parameter}: ConditionShape): Condition {
  const {arg0, arg1, negate, ignore_case: ignoreCase} = decodeParameters(parameter)
  return {
    operator: spell(type),
    left: typeof arg0 === 'string' ? arg0 : '',
    right: typeof arg1 === 'string' ? arg1 : '',
    negate: negate === true,
    ignoreCase: ignoreCase === true,
  }
}
