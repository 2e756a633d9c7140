import type * as Protobuf from 'protobufjs'
import {jsonName, type ProtoField, type ProtoMessage} from './schema-proto-type.ts'

// https://protobuf.dev/programming-guides/proto3/#assigning
const MOST_NUMBER = 2 ** 29 - 1
const RESERVED_NUMBERS = {from: 19_000, to: 19_999} as const

/**
 * Throws an Error that says which rule of the language a message breaks that the parser does not know, in itself or in what it
 * holds.
 */
export function requireProtoRules(type: ProtoMessage, isProto3: boolean): void {
  for (const field of type.fieldsArray) checkField(field, isProto3)
  if (isProto3) checkJsonNames(type)
  for (const {name, fieldsArray} of type.oneofsArray)
    if (fieldsArray.length === 0) throw new Error(`The oneof ${name} has no field.`)
  for (const inner of type.nestedArray) {
    if ('fieldsArray' in inner) requireProtoRules(inner as ProtoMessage, isProto3)
    if ('values' in inner) checkEnum(inner as Protobuf.Enum, isProto3)
  }
}

function checkField({id, name, options}: ProtoField, isProto3: boolean): void {
  const isReserved = id >= RESERVED_NUMBERS.from && id <= RESERVED_NUMBERS.to
  if (id < 1 || id > MOST_NUMBER || isReserved) throw new Error(`The field ${name} cannot have the number ${id}.`)
  if (isProto3 && options && Object.hasOwn(options, 'default'))
    throw new Error(`The field ${name} cannot have a default of its own in proto3.`)
}

function checkJsonNames({fieldsArray}: ProtoMessage): void {
  const names = fieldsArray.map(jsonName)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) throw new Error(`Two fields are called ${twice} in JSON.`)
}

function checkEnum({name, values}: Protobuf.Enum, isProto3: boolean): void {
  const [first] = Object.values(values)
  if (first === undefined) throw new Error(`The enum ${name} has no value.`)
  if (isProto3 && first !== 0) throw new Error(`The first value of the enum ${name} must be 0 in proto3.`)
}
