import {branchName, type AvroField, type AvroRecord, type AvroType} from './schema-avro-type.ts'

/** What a reader's type takes besides its own (Avro 1.12, Schema Resolution). */
const PROMOTED: Readonly<Record<string, readonly string[]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  string: ['bytes'],
  bytes: ['string'],
}

/** Whether what was written with one type can always be read with another. */
export function canRead(
  reader: AvroType,
  writer: AvroType,
  assumed: readonly (readonly [AvroType, AvroType])[] = [],
): boolean {
  // Types that contain themselves are compatible unless something else about them is not.
  if (assumed.some(([a, b]) => a === reader && b === writer)) return true
  const within = [...assumed, [reader, writer] as const]
  const both = (a: AvroType, b: AvroType) => canRead(a, b, within)
  if (writer.kind === 'union') return writer.branches.every((branch) => both(reader, branch))
  if (reader.kind === 'union') return reader.branches.some((branch) => both(branch, writer))
  if (PROMOTED[reader.kind]?.includes(writer.kind)) return true
  if (reader.kind === 'array') return writer.kind === 'array' && both(reader.items, writer.items)
  if (reader.kind === 'map') return writer.kind === 'map' && both(reader.values, writer.values)
  if (reader.kind !== writer.kind || shortName(reader) !== shortName(writer)) return false
  if (reader.kind === 'fixed') return reader.size === (writer as typeof reader).size
  if (reader.kind === 'enum')
    return reader.fallback || (writer as typeof reader).symbols.every((symbol) => reader.symbols.includes(symbol))
  if (reader.kind === 'record') return reader.fields.every((field) => canFill(field, writer as AvroRecord, both))
  return true
}

function canFill(field: AvroField, writer: AvroRecord, both: (a: AvroType, b: AvroType) => boolean): boolean {
  const source = writer.fields.find(({name}) => name === field.name || field.aliases.includes(name))
  return source ? both(field.type, source.type) : field.hasDefault
}

function shortName(type: AvroType): string {
  const name = branchName(type)
  return name.slice(name.lastIndexOf('.') + 1)
}
