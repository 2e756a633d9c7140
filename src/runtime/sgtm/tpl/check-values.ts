import {compileLinear} from '../sandbox/linear-regex.ts'
import {toText} from '../text.ts'
import {enabledParameters} from './build-data.ts'
import {isAbsent, isEnabled, isSame} from './conditions.ts'
import type {Parameter, Validator} from './template.ts'

type Values = Readonly<Record<string, unknown>>

/** A value that Tag Manager's form would not let pass. */
export type ValueProblem = {readonly parameter: string; readonly message: string}

/**
 * Checks what was typed into a template's form by the template's own rules. Variables are known only when they are
 * evaluated, so that values with one in them pass, as they do in Tag Manager.
 */
export function checkValues(parameters: readonly Parameter[], values: Values): readonly ValueProblem[] {
  const enabled = enabledParameters(parameters, values)
  const known = {...Object.fromEntries(enabled.map(({name, defaultValue}) => [name, defaultValue])), ...values}
  const fields = allFields(parameters)
  const strangers = Object.keys(values)
    .filter((name) => !fields.has(name))
    .map((name) => ({parameter: name, message: 'the template has no parameter of this name'}))
  return [...strangers, ...enabled.flatMap((parameter) => checkField(parameter, known[parameter.name], known))]
}

function allFields(parameters: readonly Parameter[]): ReadonlySet<string> {
  const names = new Set<string>()
  const walk = ({name, subParams = [], items = []}: Parameter): void => {
    names.add(name)
    for (const below of [...subParams, ...items.flatMap((item) => item.subParams)]) walk(below)
  }
  for (const parameter of parameters) walk(parameter)
  return names
}

function checkField(parameter: Parameter, value: unknown, known: Values): readonly ValueProblem[] {
  const {name, displayName, items, columns, macrosInSelect} = parameter
  const say = (message: string): ValueProblem => ({
    parameter: name,
    message: displayName ? `${displayName}: ${message}` : message,
  })
  if (isVariable(value)) return []
  const problems = checkRules(parameter.valueValidators, value, known).map(say)
  const isOpen = isAbsent(value) || macrosInSelect === true
  if (items && !isOpen && !items.some((item) => isSame(value, item.value))) {
    problems.push(
      say(`${JSON.stringify(value)} is none of the choices ${items.map((item) => toText(item.value)).join(', ')}`),
    )
  }
  if (!columns || isAbsent(value)) return problems
  if (!Array.isArray(value)) return [...problems, say('a list of rows is needed')]
  return [...problems, ...checkRows(parameter, columns, value as Values[]).map(say)]
}

function checkRows({type}: Parameter, columns: readonly Parameter[], rows: readonly Values[]): readonly string[] {
  const cells = rows.flatMap((row, index) => {
    if (typeof row !== 'object' || row === null) return [`row ${index + 1} is no object`]
    if (type === 'PARAM_TABLE')
      return checkValues(columns, row).map(({parameter, message}) => `row ${index + 1}, ${parameter}: ${message}`)
    return columns.flatMap((column) =>
      checkField(column, row[column.name] ?? column.defaultValue, row).map(
        ({message}) => `row ${index + 1}, ${column.name}: ${message}`,
      ),
    )
  })
  const repeated = columns.flatMap(({name, isUnique}) => {
    const values = isUnique ? rows.map((row) => row?.[name]).filter((value) => !isAbsent(value)) : []
    const again = values.find((value, index) => values.indexOf(value) !== index)
    return again === undefined ? [] : [`${JSON.stringify(again)} stands in two rows of ${name}`]
  })
  return [...cells, ...repeated]
}

function isVariable(value: unknown): boolean {
  return typeof value === 'string' && /\{\{.*?\}\}/.test(value)
}

function checkRules(validators: readonly Validator[] | undefined, value: unknown, known: Values): readonly string[] {
  const [failed] = (validators ?? [])
    .filter(({enablingConditions}) => isEnabled(enablingConditions, known))
    .flatMap((validator) => {
      const message = breaks(validator, value)
      return message === undefined ? [] : [validator.errorMessage ?? message]
    })
  return failed === undefined ? [] : [failed.replace(/\.$/, '')]
}

/** What is wrong with a value by one rule. All but NON_EMPTY and TABLE_ROW_COUNT let an empty field pass. */
function breaks({type, args}: Validator, value: unknown): string | undefined {
  if (type === 'NON_EMPTY') return isAbsent(value) ? 'a value is needed' : undefined
  const [from, to] = args.map(Number)
  const isWithin = (size: number): boolean => size >= (from ?? 0) && size <= (to ?? Infinity)
  const range = to === undefined ? `at least ${from ?? 0}` : `${from ?? 0} to ${to}`
  if (type === 'TABLE_ROW_COUNT') {
    return isWithin(Array.isArray(value) ? value.length : 0) ? undefined : `${range} rows are needed`
  }
  if (isAbsent(value) || typeof value === 'object') return undefined
  const text = `${value as string | number | boolean}`
  const number = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : Number.NaN
  switch (type) {
    case 'NUMBER':
      return Number.isInteger(number) ? undefined : `"${text}" is no whole number`
    case 'DECIMAL':
      return Number.isNaN(number) ? `"${text}" is no number` : undefined
    case 'POSITIVE_NUMBER':
      return number > 0 ? undefined : `"${text}" is no number above 0`
    case 'NON_NEGATIVE_NUMBER':
      return number >= 0 ? undefined : `"${text}" is no number from 0 on`
    case 'PERCENTAGE':
      return number >= 0 && number <= 100 ? undefined : `"${text}" is no percentage`
    case 'STRING_LENGTH':
      return isWithin(text.length) ? undefined : `${range} characters are needed`
    case 'REGEX':
      return matches(toText(args[0]), text) ? undefined : `"${text}" does not match ${toText(args[0])}`
    default:
      return undefined
  }
}

/** The whole value must match: published patterns such as `G-[A-Z0-9]+` have no anchors. */
function matches(pattern: string, text: string): boolean {
  // A pattern that cannot be run is not checked: it is the template's mistake and not the value's.
  return compileLinear(`^(?:${pattern})$`)?.test(text) ?? true
}
