import type * as Protobuf from 'protobufjs'

export type ProtoMessage = Protobuf.Type
export type ProtoField = Protobuf.Field

/** The message that a field holds; undefined for other types. */
export function messageOf({resolvedType}: Pick<ProtoField, 'resolvedType'>): ProtoMessage | undefined {
  return resolvedType && 'fieldsArray' in resolvedType ? resolvedType : undefined
}

/** The values of the enum that a field holds; undefined for other types. */
export function enumOf({resolvedType}: Pick<ProtoField, 'resolvedType'>): Readonly<Record<string, number>> | undefined {
  return resolvedType && 'values' in resolvedType ? resolvedType.values : undefined
}

/** The name that a field has in JSON besides its own. */
export function jsonName({name, options}: ProtoField): string {
  const given: unknown = options?.['json_name']
  return typeof given === 'string'
    ? given
    : name.replaceAll(/_+([a-z0-9])?/g, (_, next?: string) => (next ?? '').toUpperCase())
}
