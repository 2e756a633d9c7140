import type {Writer} from '../firestore/values/writer.ts'
import {invalidValue} from './invalid.ts'
import type {Field, RestSchema} from './schema.ts'

const INT_RANGE = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
} as const

const SPECIAL: Readonly<Record<string, number>> = {NaN: Number.NaN, Infinity: Infinity, '-Infinity': -Infinity}

/** Writes a value that is no message, behind its tag. Throws INVALID_ARGUMENT for one that the field cannot hold. */
export function writeScalar(
  writer: Writer,
  field: Field,
  value: unknown,
  path: string,
  enums: RestSchema['enums'],
): void {
  const wrong = () => invalidValue(path, `TYPE_${field.kind.toUpperCase()}`, value)
  switch (field.kind) {
    case 'string':
      if (typeof value !== 'string' || !value.isWellFormed()) throw wrong()
      writer.string(value)
      return
    case 'bytes':
      writer.bytes(parseBase64(value) ?? raise(wrong()))
      return
    case 'bool':
      if (typeof value !== 'boolean') throw wrong()
      writer.uint(value ? 1 : 0)
      return
    case 'double':
      writer.double(parseDouble(value) ?? raise(wrong()))
      return
    case 'enum':
      writer.int64(BigInt(parseEnum(value, enums[field.of!]!) ?? raise(wrong())))
      return
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'uint64': {
      const number = parseInteger(value)
      const [least, most] = INT_RANGE[field.kind]
      if (number === undefined || number < least || number > most) throw wrong()
      writer.int64(number)
      return
    }
    default:
      throw wrong()
  }
}

function raise(error: Error): never {
  throw error
}

/** Standard or URL-safe alphabet, with or without padding. */
function parseBase64(value: unknown): Buffer | undefined {
  return typeof value === 'string' && /^[\w+/-]*={0,2}$/.test(value) ? Buffer.from(value, 'base64') : undefined
}

function parseDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  if (Object.hasOwn(SPECIAL, value)) return SPECIAL[value]
  const isNumber = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)
  return isNumber ? Number(value) : undefined
}

/** A whole number, also as a string, `1.0` or `1e3`. */
function parseInteger(value: unknown): bigint | undefined {
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value)
  const number = parseDouble(value)
  return number !== undefined && Number.isSafeInteger(number) ? BigInt(number) : undefined
}

function parseEnum(value: unknown, values: Readonly<Record<string, number>>): number | undefined {
  if (value === null) return 0
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : undefined
  return typeof value === 'string' && Object.hasOwn(values, value) ? values[value] : undefined
}
