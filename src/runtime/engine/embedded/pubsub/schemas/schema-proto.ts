import {createRequire} from 'node:module'
import type * as Protobuf from 'protobufjs'

export type ProtoMessage = Protobuf.Type
export type ProtoField = Protobuf.Field

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
  return type
}

/** The message that a field holds; undefined for other types. */
export function messageOf({resolvedType}: ProtoField): ProtoMessage | undefined {
  return resolvedType && 'fieldsArray' in resolvedType ? resolvedType : undefined
}

/** The values of the enum that a field holds; undefined for other types. */
export function enumOf({resolvedType}: ProtoField): Readonly<Record<string, number>> | undefined {
  return resolvedType && 'values' in resolvedType ? resolvedType.values : undefined
}

/**
 * Whether one definition may follow another: fields may come and go unless they are required, and stay as they are
 * otherwise (https://cloud.google.com/pubsub/docs/commit-schema-revision).
 */
export function areAlike(a: ProtoMessage, b: ProtoMessage, assumed: readonly string[] = []): boolean {
  const pair = `${a.fullName} ${b.fullName}`
  if (assumed.includes(pair)) return true
  const within = [...assumed, pair]
  return [...a.fieldsArray, ...b.fieldsArray].every(({id}) => {
    const first = a.fieldsById[id]
    const second = b.fieldsById[id]
    if (!first || !second) return !(first ?? second)!.required
    return first.name === second.name && shapeOf(first) === shapeOf(second) && areNestedAlike(first, second, within)
  })
}

function areNestedAlike(first: ProtoField, second: ProtoField, within: readonly string[]): boolean {
  const [a, b] = [messageOf(first), messageOf(second)]
  return a && b ? areAlike(a, b, within) : true
}

/** Everything of a field that its bytes depend on. */
function shapeOf(field: ProtoField): string {
  const key = 'keyType' in field ? String(field.keyType) : ''
  const type = messageOf(field) ? 'message' : enumOf(field) ? 'enum' : field.type
  return [type, key, field.repeated, field.required].join(' ')
}
