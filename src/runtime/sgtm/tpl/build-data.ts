import type {Condition, Parameter} from './template.ts'

type Values = Readonly<Record<string, unknown>>

/**
 * What a template sees as `data`: one flat object of its parameters' values by name. Defaults fill what was not
 * typed in; checkboxes are booleans; tables are arrays of row objects; text that looks like a number stays text, as
 * in GTM. A parameter whose enabling conditions fail is left out, with everything below it.
 */
export function buildData(parameters: readonly Parameter[], values: Values): Record<string, unknown> {
  const defaults: Record<string, unknown> = {}
  collectDefaults(parameters, defaults)
  const known = {...defaults, ...values}
  const data: Record<string, unknown> = {}
  collect(parameters, known, data)
  return data
}

function collectDefaults(parameters: readonly Parameter[], into: Record<string, unknown>): void {
  for (const parameter of parameters) {
    const fallback = parameter.type === 'CHECKBOX' ? (parameter.defaultValue ?? false) : parameter.defaultValue
    if (parameter.name && fallback !== undefined && hasValue(parameter)) into[parameter.name] = fallback
    collectDefaults(parameter.subParams ?? [], into)
    for (const item of parameter.items ?? []) collectDefaults(item.subParams, into)
  }
}

function collect(parameters: readonly Parameter[], known: Values, data: Record<string, unknown>): void {
  for (const parameter of parameters) {
    if (!isEnabled(parameter.enablingConditions, known)) continue
    const value = known[parameter.name]
    if (hasValue(parameter) && value !== undefined) data[parameter.name] = convert(parameter, value)
    collect(parameter.subParams ?? [], known, data)
    const chosen = parameter.items?.find((item) => item.value === value)
    if (chosen) collect(chosen.subParams, known, data)
  }
}

/** Groups and labels are for the eye: they have names, but no value. */
function hasValue({type}: Parameter): boolean {
  return type !== 'GROUP' && type !== 'LABEL'
}

/** One condition that holds is enough; a parameter without conditions is always there. */
function isEnabled(conditions: readonly Condition[] | undefined, known: Values): boolean {
  if (!conditions || conditions.length === 0) return true
  return conditions.some(({paramName, paramValue, type}) => (known[paramName] === paramValue) === (type === 'EQUALS'))
}

function convert({type, columns}: Parameter, value: unknown): unknown {
  if (type === 'CHECKBOX') return value === true || value === 'true'
  if (!columns || !Array.isArray(value)) return value
  return value.map((row: Values) =>
    Object.fromEntries(columns.map(({name, defaultValue}) => [name, row[name] ?? defaultValue ?? ''])),
  )
}
