import type {Json} from './service.ts'

/** Where a value stands and what is held against it. */
export type Check = {
  readonly document: Json
  /** True for requests that make something whole: fields described as required must be there. */
  readonly whole: boolean
  readonly report: (problem: string) => void
}

/** Holds a value to a schema of a discovery document; every deviation is reported with its place. */
export function checkValue(value: Json, schema: Json, at: string, check: Check): void {
  if (schema.$ref !== undefined) return checkValue(value, check.document.schemas[schema.$ref], at, check)
  if (value === null || value === undefined) return check.report(`${at} is ${String(value)}`)
  switch (schema.type) {
    case 'object':
      return checkObject(value, schema, at, check)
    case 'array':
      if (!Array.isArray(value)) return check.report(`${at} is not an array`)
      return value.forEach((one, index) => checkValue(one, schema.items, `${at}[${index}]`, check))
    case 'any':
      return undefined
    default:
      return checkScalar(value, schema, at, check)
  }
}

function checkObject(value: Json, schema: Json, at: string, check: Check): void {
  if (typeof value !== 'object' || Array.isArray(value)) return check.report(`${at} is not an object`)
  const properties: Record<string, Json> = schema.properties ?? {}
  for (const [name, one] of Object.entries<Json>(value)) {
    const property = properties[name] ?? schema.additionalProperties
    const place = at === '' ? name : `${at}.${name}`
    if (property === undefined) check.report(`${place} is not a field of ${schema.id ?? 'this object'}`)
    else if (isOutputOnly(property)) check.report(`${place} is output only`)
    else checkValue(one, property, place, check)
  }
  if (!check.whole) return
  for (const [name, property] of Object.entries(properties)) {
    // The resource's own name is in the path as a rule.
    if (name !== 'name' && isRequired(property) && value[name] === undefined) {
      check.report(`${at === '' ? name : `${at}.${name}`} is required`)
    }
  }
}

function isOutputOnly(property: Json): boolean {
  return property.readOnly === true || /^(?:\[?Output[ -]only\b)/i.test(property.description ?? '')
}

function isRequired(property: Json): boolean {
  return !isOutputOnly(property) && /^Required\b(?! if| when| for)/.test(property.description ?? '')
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  int64: /^-?\d+$/,
  uint64: /^\d+$/,
  byte: /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2}(?:==)?|[A-Za-z0-9+/_-]{3}=?)?$/,
  'google-duration': /^-?\d+(?:\.\d{1,9})?s$/,
  'google-datetime': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/,
  'google-fieldmask': /^[A-Za-z0-9_.*`-]+(?:,[A-Za-z0-9_.*`-]+)*$/,
}

function checkScalar(value: Json, schema: Json, at: string, {report}: Check): void {
  const {type, format} = schema
  if (type === 'string') {
    // proto3's JSON takes 64-bit numbers as numbers too.
    if ((format === 'int64' || format === 'uint64') && Number.isSafeInteger(value)) return
    if (typeof value !== 'string') return report(`${at} is not a string`)
    if (schema.enum !== undefined && !schema.enum.includes(value))
      report(`${at} is "${value}", which is not a value of it`)
    if (FORMATS[format]?.test(value) === false) report(`${at} is not of the format ${format}`)
  } else if (type === 'boolean') {
    if (typeof value !== 'boolean') report(`${at} is not a boolean`)
  } else if (type === 'integer') {
    if (!Number.isInteger(value) || Math.abs(value) > 0xff_ff_ff_ff) report(`${at} is not an integer`)
  } else if (typeof value !== 'number' && !['NaN', 'Infinity', '-Infinity'].includes(value)) {
    report(`${at} is not a number`)
  }
}
