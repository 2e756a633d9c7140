import {branchName, type AvroType} from './schema-avro-type.ts'
import {isJsonObject, isWhole} from './schema-json.ts'

/** Floating-point values that JSON has no numbers for. */
const NOT_FINITE = new Set(['NaN', 'Infinity', '-Infinity'])

/**
 * Whether a parsed JSON value is a datum in Avro's JSON encoding. Fields that a record does not have are let pass and
 * absent ones are not, default or no, as the official emulator does.
 */
export function isAvroJson(value: unknown, type: AvroType): boolean {
  switch (type.kind) {
    case 'null':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'int':
      return isWhole(value, 32)
    case 'long':
      return isWhole(value, 64)
    case 'float':
    case 'double':
      return typeof value === 'number' || typeof value === 'bigint' || NOT_FINITE.has(value as string)
    case 'string':
      return typeof value === 'string'
    case 'bytes':
      return isByteString(value)
    case 'fixed':
      return isByteString(value) && value.length === type.size
    case 'enum':
      return typeof value === 'string' && type.symbols.includes(value)
    case 'array':
      return Array.isArray(value) && value.every((each) => isAvroJson(each, type.items))
    case 'map':
      return isJsonObject(value) && Object.values(value).every((each) => isAvroJson(each, type.values))
    case 'record':
      return (
        isJsonObject(value) &&
        type.fields.every(({name, type: inner}) => Object.hasOwn(value, name) && isAvroJson(value[name], inner))
      )
    case 'union':
      return isBranch(value, type.branches)
    default:
      return type satisfies never
  }
}

/** `null` as it is, everything else as an object that names its branch. */
function isBranch(value: unknown, branches: readonly AvroType[]): boolean {
  if (value === null) return branches.some(({kind}) => kind === 'null')
  if (!isJsonObject(value)) return false
  const [[name, inner] = [], ...others] = Object.entries(value)
  const branch = branches.find((each) => branchName(each) === name)
  return branch !== undefined && branch.kind !== 'null' && others.length === 0 && isAvroJson(inner, branch)
}

/** Each character is one byte. */
function isByteString(value: unknown): value is string {
  return typeof value === 'string' && Buffer.from(value, 'latin1').toString('latin1') === value
}
