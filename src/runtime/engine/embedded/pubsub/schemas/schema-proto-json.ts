import {isJsonObject, isWhole} from './schema-json.ts'
import {enumOf, jsonName, messageOf, type ProtoField, type ProtoMessage} from './schema-proto-type.ts'

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const NOT_FINITE = new Set(['NaN', 'Infinity', '-Infinity'])
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/**
 * Whether a parsed JSON value is a message in the JSON encoding of Protocol Buffers
 * (https://protobuf.dev/programming-guides/json/); fields that are not defined are refused.
 */
export function isProtoJson(value: unknown, type: ProtoMessage): boolean {
  if (!isJsonObject(value)) return false
  const present = new Set<ProtoField>()
  for (const [key, inner] of Object.entries(value)) {
    const field = type.fieldsArray.find((each) => each.name === key || jsonName(each) === key)
    if (!field || present.has(field)) return false
    if (inner === null) continue
    if (!isField(inner, field)) return false
    present.add(field)
  }
  const choices = [...present].flatMap(({partOf}) => (partOf ? [partOf] : []))
  return (
    new Set(choices).size === choices.length && type.fieldsArray.every((each) => !each.required || present.has(each))
  )
}

function isField(value: unknown, field: ProtoField): boolean {
  if ('keyType' in field) {
    const keyType = String(field.keyType)
    if (!isJsonObject(value)) return false
    return Object.entries(value).every(([key, inner]) => isKey(key, keyType) && isSingle(inner, field))
  }
  if (field.repeated) return Array.isArray(value) && value.every((each) => isSingle(each, field))
  return isSingle(value, field)
}

function isKey(key: string, type: string): boolean {
  return type === 'bool' ? key === 'true' || key === 'false' : isScalar(key, type)
}

function isSingle(value: unknown, field: ProtoField): boolean {
  const message = messageOf(field)
  if (message) return isProtoJson(value, message)
  const values = enumOf(field)
  if (values) return typeof value === 'string' ? Object.hasOwn(values, value) : isWhole(value, 32)
  return isScalar(value, field.type)
}

function isScalar(value: unknown, type: string): boolean {
  switch (type) {
    case 'bool':
      return typeof value === 'boolean'
    case 'string':
      return typeof value === 'string'
    case 'bytes':
      return typeof value === 'string' && BASE64.test(value)
    case 'float':
    case 'double':
      return typeof value === 'string' ? NOT_FINITE.has(value) || NUMBER.test(value) : isNumber(value)
    default:
      return isWhole(fromText(value), type.endsWith('64') ? 64 : 32, !/^(?:u|fixed)/.test(type))
  }
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** Whole numbers may be written as text. */
function fromText(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (/^-?\d+$/.test(value)) return BigInt(value)
  return NUMBER.test(value) ? Number(value) : undefined
}
