import {invalidArgument} from '../errors.ts'
import {isReserved, parseFieldPath} from '../paths/field-path.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {decodeArray, decodeValue} from '../values/decode.ts'
import type {Reader} from '../values/reader.ts'
import type {Value} from '../values/value.ts'
import type {FieldTransform} from './write.ts'

type Operation = FieldTransform extends infer T
  ? T extends {readonly path: FieldPath}
    ? Omit<T, 'path'>
    : never
  : never

/** Reads a DocumentTransform.FieldTransform message. Throws INVALID_ARGUMENT. */
export function parseTransform(reader: Reader): FieldTransform {
  let path = ''
  let operation: Operation | undefined
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) path = reader.string()
    else operation = readOperation(reader, tag) ?? operation
  }
  if (!operation) throw invalidArgument('Operation type must be specified for field transformation.')
  return {path: checkPath(path), ...operation}
}

function readOperation(reader: Reader, tag: number): Operation | undefined {
  switch (tag) {
    case 0x10:
      if (reader.uint() !== 1) {
        throw invalidArgument('ServerValue type must be specified for set_to_server_value transformation.')
      }
      return {kind: 'requestTime'}
    case 0x1a:
      return {kind: 'increment', operand: readNumber(reader)}
    case 0x22:
      return {kind: 'maximum', operand: readNumber(reader)}
    case 0x2a:
      return {kind: 'minimum', operand: readNumber(reader)}
    case 0x32:
      return {kind: 'append', elements: decodeArray(reader.message())}
    case 0x3a:
      return {kind: 'remove', elements: decodeArray(reader.message())}
    default:
      reader.skip(tag)
      return undefined
  }
}

function readNumber(reader: Reader): Value {
  const operand = decodeValue(reader.message())
  if (operand.kind === 'integer' || operand.kind === 'double') return operand
  throw invalidArgument('Input must be int64 or double.')
}

function checkPath(text: string): FieldPath {
  const path = parseFieldPath(text)
  if (path.some(isReserved)) throw invalidArgument(`Invalid reserved name in field path ${text}`)
  return path
}
