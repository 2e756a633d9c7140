import {isEnabled, isSame} from './conditions.ts'
import type {Parameter} from './template.ts'

type Values = Readonly<Record<string, unknown>>

/**
 * What a template sees as `data`: one flat object of its parameters' values by name. Defaults fill what was not typed
 * in; checkboxes are booleans; tables are arrays of row objects; text that looks like a number stays text, as in Tag
 * Manager. A parameter whose enabling conditions fail is left out, with everything below it. Values are those that
 * variables gave.
 */
export function buildData(parameters: readonly Parameter[], values: Values): Record<string, unknown> {
  const data = new Map<string, unknown>()
  for (const parameter of enabledParameters(parameters, values)) {
    const value = valueOf(parameter, values)
    if (value !== undefined) data.set(parameter.name, value)
  }
  return Object.fromEntries(data)
}

/**
 * The values without text fields that were emptied: the form keeps no empty text unless the field may be empty. Where
 * the field has a default the text stays, or the default would come back. For values as they are typed, since a
 * variable may very well give an empty text.
 */
export function dropEmptied(parameters: readonly Parameter[], values: Values): Values {
  const kept = new Map(Object.entries(values))
  const walk = (parameter: Parameter): void => {
    const {type, name, canBeEmptyString, defaultValue, columns, subParams = [], items = []} = parameter
    const value = kept.get(name)
    if (type === 'TEXT' && value === '' && canBeEmptyString !== true && defaultValue === undefined) kept.delete(name)
    if (type === 'PARAM_TABLE' && columns && Array.isArray(value)) {
      kept.set(
        name,
        (value as Values[]).map((row) => dropEmptied(columns, row)),
      )
    }
    for (const below of [...subParams, ...items.flatMap((item) => item.subParams)]) walk(below)
  }
  for (const parameter of parameters) walk(parameter)
  return Object.fromEntries(kept)
}

/** The parameters that have a value in a form filled in like this, groups and choices resolved, in their order. */
export function enabledParameters(parameters: readonly Parameter[], values: Values): readonly Parameter[] {
  const known = {...defaultsOf(parameters), ...values}
  const walk = (below: readonly Parameter[]): readonly Parameter[] =>
    below.flatMap((parameter) => {
      if (!isEnabled(parameter.enablingConditions, known)) return []
      const chosen = parameter.items?.find(({value}) => isSame(known[parameter.name], value))
      const own = isField(parameter) ? [parameter] : []
      return [...own, ...walk(parameter.subParams ?? []), ...walk(chosen?.subParams ?? [])]
    })
  return walk(parameters)
}

/** A form's defaults do not change, and every run of a template asks for them. */
const knownDefaults = new WeakMap<readonly Parameter[], Values>()

/** Of several parameters of one name, which belong to different choices, the first decides. */
function defaultsOf(parameters: readonly Parameter[]): Values {
  const known = knownDefaults.get(parameters)
  if (known) return known
  const all = parameters.flatMap((parameter): (readonly [string, unknown])[] => {
    const fallback = isField(parameter) ? defaultOf(parameter) : undefined
    const below = [...(parameter.subParams ?? []), ...(parameter.items ?? []).flatMap(({subParams}) => subParams)]
    return [
      ...(fallback === undefined ? [] : [[parameter.name, fallback] as const]),
      ...Object.entries(defaultsOf(below)),
    ]
  })
  const defaults = Object.fromEntries(all.toReversed())
  knownDefaults.set(parameters, defaults)
  return defaults
}

/** Groups and labels are for the eye: they have names, but no value. */
function isField({type, name}: Parameter): boolean {
  return type !== 'GROUP' && type !== 'LABEL' && name !== ''
}

/** What the form begins with. A text field holds text even where its default was written as a number. */
function defaultOf({type, defaultValue}: Parameter): unknown {
  if (type === 'CHECKBOX') return defaultValue ?? false
  if (type !== 'TEXT' || (typeof defaultValue !== 'number' && typeof defaultValue !== 'boolean')) return defaultValue
  return `${defaultValue}`
}

function valueOf(parameter: Parameter, values: Values): unknown {
  const {type, name, items, columns, textAsList} = parameter
  const typed = Object.hasOwn(values, name) ? values[name] : undefined
  const value = typed === undefined ? defaultOf(parameter) : typed
  if (value === undefined || value === null) return value
  if (type === 'CHECKBOX') return value === true || value === 'true'
  if (textAsList && typeof value === 'string') return value.split(/\r?\n/)
  // An export has the text of a choice; a variable may give what it likes.
  if (items && typeof value === 'string') return items.find((item) => isSame(value, item.value))?.value ?? value
  if (columns && Array.isArray(value)) return (value as Values[]).map((row) => rowOf(parameter, columns, row))
  return value
}

/** Every cell of a simple table is text; a row of the other kind is a form of its own. */
function rowOf({type}: Parameter, columns: readonly Parameter[], row: Values): Record<string, unknown> {
  if (type === 'PARAM_TABLE') return buildData(columns, row)
  return Object.fromEntries(columns.map((column) => [column.name, row[column.name] ?? defaultOf(column) ?? '']))
}
