/** A type of an Avro schema with its names resolved; types that contain themselves are cyclic objects. */
export type AvroType =
  | {readonly kind: Primitive}
  | {readonly kind: 'fixed'; readonly name: string; readonly size: number}
  | {readonly kind: 'enum'; readonly name: string; readonly symbols: readonly string[]; readonly fallback: boolean}
  | {readonly kind: 'array'; readonly items: AvroType}
  | {readonly kind: 'map'; readonly values: AvroType}
  | AvroRecord
  | {readonly kind: 'union'; readonly branches: readonly AvroType[]}
export type AvroRecord = {readonly kind: 'record'; readonly name: string; readonly fields: AvroField[]}
export type AvroField = {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: AvroType
  readonly hasDefault: boolean
}

export const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const
type Primitive = (typeof PRIMITIVES)[number]

/** What tells the branches of a union apart: the full name, or the kind of a type without one. */
export function branchName(type: AvroType): string {
  return 'name' in type ? type.name : type.kind
}
