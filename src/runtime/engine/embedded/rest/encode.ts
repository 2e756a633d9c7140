import {Writer} from '../firestore/values/writer.ts'
import {invalidJson, invalidValue} from './invalid.ts'
import {writeScalar} from './scalars.ts'
import type {Field, RestSchema} from './schema.ts'
import {requireObject, WELL_KNOWN} from './well-known.ts'

/** Turns proto3 JSON into the encoded message. Throws INVALID_ARGUMENT with the place of what is wrong. */
export type Encode = (type: string, json: unknown) => Buffer

/** Messages within messages; production refuses deeper ones. */
const MOST_LEVELS = 100

/** Wire types (https://protobuf.dev/programming-guides/encoding/#structure). */
const WIRE: Readonly<Record<Field['kind'], number>> = {
  double: 1,
  float: 5,
  int32: 0,
  int64: 0,
  uint32: 0,
  uint64: 0,
  bool: 0,
  enum: 0,
  string: 2,
  bytes: 2,
  message: 2,
}

export function createEncode({messages, enums}: RestSchema): Encode {
  // Proto3 JSON takes both forms of a field's name.
  const fieldsByName = new Map(
    Object.entries(messages).map(([type, fields]) => [
      type,
      new Map(fields.flatMap((field) => [[field.name, field] as const, [field.json, field] as const])),
    ]),
  )
  const writer = new Writer()

  const writeMessage = (type: string, json: unknown, path: string, level: number): void => {
    if (level > MOST_LEVELS) throw invalidJson('Message too deep. Max recursion depth reached')
    const known = fieldsByName.get(type)!
    const content = WELL_KNOWN[type] ? WELL_KNOWN[type].fromJson(json, path) : requireObject(json, path)
    const oneofs = new Set<string>()
    for (const [name, value] of Object.entries(content)) {
      const field = known.get(name)
      if (!field) throw invalidJson(`Unknown name "${name}"${path ? ` at '${path}'` : ''}: Cannot find field.`)
      if (isAbsent(field, value)) continue
      if (field.oneof) {
        if (oneofs.has(field.oneof))
          throw invalidValue(path, 'oneof', `oneof field '${field.oneof}' is already set. Cannot set '${name}'`)
        oneofs.add(field.oneof)
      }
      writeField(field, value, path ? `${path}.${field.name}` : field.name, level)
    }
  }

  const writeField = (field: Field, value: unknown, path: string, level: number): void => {
    if (field.map) {
      for (const [key, each] of Object.entries(requireObject(value, path))) {
        writer.uint(tagOf(field.id, 2)).message(() => {
          writer.uint(tagOf(1, 2)).string(key)
          writeValue(field, 2, each, `${path}[${JSON.stringify(key)}]`, level)
        })
      }
    } else if (field.repeated) {
      if (!Array.isArray(value)) throw invalidValue(path, 'a list', value)
      for (const [index, each] of value.entries()) writeValue(field, field.id, each, `${path}[${index}]`, level)
    } else writeValue(field, field.id, value, path, level)
  }

  const writeValue = (field: Field, id: number, value: unknown, path: string, level: number): void => {
    writer.uint(tagOf(id, WIRE[field.kind]))
    if (field.kind === 'message') writer.message(() => writeMessage(field.of!, value, path, level + 1))
    else writeScalar(writer, field, value, path, enums)
  }

  return (type, json) => {
    try {
      writeMessage(type, json, '', 0)
    } catch (error) {
      // What was written so far must not begin the next message.
      writer.finish()
      throw error
    }
    return writer.finish()
  }
}

function tagOf(id: number, wire: number): number {
  return id * 8 + wire
}

/** null means that a field is absent, except where null is a value. */
function isAbsent(field: Field, value: unknown): boolean {
  const takesNull = field.of === 'google.protobuf.NullValue' || field.of === 'google.protobuf.Value'
  return value === undefined || (value === null && !takesNull)
}
