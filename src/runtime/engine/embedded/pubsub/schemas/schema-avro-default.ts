import type {AvroType} from './schema-avro-type.ts'
import {isAvroJson} from './schema-avro-json.ts'
import {isJsonObject} from './schema-json.ts'

/**
 * Whether a value can be a field's default: as in the JSON encoding, but that of a union is one of its first branch, written
 * without it (Avro 1.11, Records; later versions let it be of any branch, the official emulator does not).
 */
export function isDefault(value: unknown, type: AvroType): boolean {
  switch (type.kind) {
    case 'union':
      return type.branches[0] !== undefined && isDefault(value, type.branches[0])
    case 'array':
      return Array.isArray(value) && value.every((each) => isDefault(each, type.items))
    case 'map':
      return isJsonObject(value) && Object.values(value).every((each) => isDefault(each, type.values))
    case 'record':
      return (
        isJsonObject(value) &&
        type.fields.every(({name, type: inner, hasDefault}) =>
          Object.hasOwn(value, name) ? isDefault(value[name], inner) : hasDefault,
        )
      )
    default:
      return isAvroJson(value, type)
  }
}
