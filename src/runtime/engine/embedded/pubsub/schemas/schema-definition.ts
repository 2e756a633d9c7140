import {invalid} from '../names.ts'
import {parseAvro} from './schema-avro.ts'
import {isAvroBinary} from './schema-avro-binary.ts'
import {isAvroJson} from './schema-avro-json.ts'
import {canRead} from './schema-avro-resolution.ts'
import type {AvroType} from './schema-avro-type.ts'
import {ENCODING, SCHEMA_TYPE, type Schema} from './schema-codec.ts'
import {parseExactJson} from './schema-json.ts'
import {areAlike, parseProto} from './schema-proto.ts'
import {isProtoBinary} from './schema-proto-binary.ts'
import {isProtoJson} from './schema-proto-json.ts'
import type {ProtoMessage} from './schema-proto-type.ts'

/** Longest definition in bytes (https://cloud.google.com/pubsub/quotas#resource_limits). */
const MOST_BYTES = 300_000

/** A definition that was understood. */
export type SchemaDefinition =
  | {readonly kind: 'avro'; readonly type: AvroType}
  | {readonly kind: 'proto'; readonly type: ProtoMessage}

/** Throws INVALID_ARGUMENT for a definition that is not one of its type. */
export function parseDefinition({type, definition}: Schema): SchemaDefinition {
  if (type !== SCHEMA_TYPE.avro && type !== SCHEMA_TYPE.protocolBuffer) throw invalid('Invalid schema type.')
  const text = definition ?? ''
  if (text === '' || Buffer.byteLength(text) > MOST_BYTES)
    throw invalid(`A schema definition must have 1 to ${MOST_BYTES} bytes.`)
  try {
    return type === SCHEMA_TYPE.avro ? {kind: 'avro', type: parseAvro(text)} : {kind: 'proto', type: parseProto(text)}
  } catch (error) {
    throw invalid(`Invalid schema definition: ${(error as Error).message}`)
  }
}

/** Whether a message's data is what the definition says, in an encoding of google.pubsub.v1.Encoding. */
export function matches({kind, type}: SchemaDefinition, data: Uint8Array, encoding: number): boolean {
  if (encoding === ENCODING.json) {
    const value = parseExactJson(data)
    return value !== undefined && (kind === 'avro' ? isAvroJson(value, type) : isProtoJson(value, type))
  }
  return kind === 'avro' ? isAvroBinary(data, type) : isProtoBinary(data, type)
}

/** Whether both may be revisions of one schema: each reads what was written with the other. */
export function areCompatible(a: SchemaDefinition, b: SchemaDefinition): boolean {
  if (a.kind === 'avro' && b.kind === 'avro') return canRead(a.type, b.type) && canRead(b.type, a.type)
  return a.kind === 'proto' && b.kind === 'proto' && areAlike(a.type, b.type)
}
