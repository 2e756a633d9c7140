import {createRequire} from 'node:module'
import type * as Protobuf from 'protobufjs'
import {requireProtoRules} from './schema-proto-rules.ts'
import {enumOf, messageOf, type ProtoField, type ProtoMessage} from './schema-proto-type.ts'

const COMMENT = /\/\/.*|\/\*[^]*?\*\//g
const PROTO3 = /^\s*syntax\s*=\s*(["'])proto3\1/

/** The parser is loaded with the first schema that needs it: the engine starts without it. */
const loadParser = () => createRequire(import.meta.url)('protobufjs') as typeof Protobuf

/**
 * Parses a Protocol Buffers definition: exactly one type at the top, no imports
 * (https://cloud.google.com/pubsub/docs/schemas#schema_types). Throws an Error that says why not.
 */
export function parseProto(definition: string): ProtoMessage {
  const {parse, Namespace, Type, Enum} = loadParser()
  const {root, imports, weakImports} = parse(definition, {keepCase: true})
  if (imports?.length || weakImports?.length) throw new Error('Imports are not supported.')
  const typesOf = (namespace: Protobuf.NamespaceBase): Protobuf.ReflectionObject[] =>
    namespace.nestedArray.flatMap((each) => {
      if (each instanceof Type || each instanceof Enum) return [each]
      return each instanceof Namespace ? typesOf(each) : []
    })
  root.resolveAll()
  const [type, ...others] = typesOf(root)
  if (!(type instanceof Type) || others.length > 0) throw new Error('There must be one type, a message, at the top.')
  requireProtoRules(type, PROTO3.test(definition.replaceAll(COMMENT, ' ')))
  return type
}

/**
 * Whether one definition may follow another: fields may come and go unless they are required, and stay as they are
 * otherwise (https://cloud.google.com/pubsub/docs/commit-schema-revision).
 */
export function areAlike(a: ProtoMessage, b: ProtoMessage): boolean {
  /** Pairs that were looked at: messages contain themselves and share others, and one difference anywhere decides. */
  const seen = new Set<string>()
  const alike = (one: ProtoMessage, other: ProtoMessage): boolean => {
    const pair = `${one.fullName} ${other.fullName}`
    if (seen.has(pair)) return true
    seen.add(pair)
    const ids = new Set([...one.fieldsArray, ...other.fieldsArray].map(({id}) => id))
    return [...ids].every((id) => areFieldsAlike(one.fieldsById[id], other.fieldsById[id], alike))
  }
  return alike(a, b)
}

function areFieldsAlike(
  first: ProtoField | undefined,
  second: ProtoField | undefined,
  alike: (one: ProtoMessage, other: ProtoMessage) => boolean,
): boolean {
  if (!first || !second) return !(first ?? second)!.required
  if (first.name !== second.name || shapeOf(first) !== shapeOf(second)) return false
  const [one, other] = [messageOf(first), messageOf(second)]
  return one && other ? alike(one, other) : true
}

/** Everything of a field that its bytes depend on. */
function shapeOf(field: ProtoField): string {
  const key = 'keyType' in field ? String(field.keyType) : ''
  const type = messageOf(field) ? 'message' : enumOf(field) ? 'enum' : field.type
  return [type, key, field.repeated, field.required].join(' ')
}
