import {branchName, type AvroField, type AvroRecord, type AvroType} from './schema-avro-type.ts'

/** What a reader's type takes besides its own (Avro 1.12, Schema Resolution). */
const PROMOTED: Readonly<Record<string, readonly string[]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  string: ['bytes'],
  bytes: ['string'],
}

/**
 * Whether what was written with one type can always be read with another. Types may contain themselves and share others:
 * every pair is taken to be compatible until it is found not to be, and looked at once a round, until a round finds nothing.
 */
export function canRead(reader: AvroType, writer: AvroType): boolean {
  const refused = createPairs()
  for (;;) {
    const known = refused.size()
    const seen = createPairs()
    const both = (a: AvroType, b: AvroType): boolean => {
      if (refused.has(a, b)) return false
      if (!seen.add(a, b) || canReadKind(a, b, both)) return true
      refused.add(a, b)
      return false
    }
    if (!both(reader, writer)) return false
    if (refused.size() === known) return true
  }
}

type Pairs = {
  readonly has: (a: AvroType, b: AvroType) => boolean
  /** False for a pair that is there already. */
  readonly add: (a: AvroType, b: AvroType) => boolean
  readonly size: () => number
}

function createPairs(): Pairs {
  const pairs = new Map<AvroType, Set<AvroType>>()
  let size = 0
  const has = (a: AvroType, b: AvroType) => pairs.get(a)?.has(b) ?? false
  return {
    has,
    add: (a, b) => {
      if (has(a, b)) return false
      pairs.set(a, (pairs.get(a) ?? new Set()).add(b))
      size++
      return true
    },
    size: () => size,
  }
}

type Both = (reader: AvroType, writer: AvroType) => boolean

function canReadKind(reader: AvroType, writer: AvroType, both: Both): boolean {
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

function canFill(field: AvroField, writer: AvroRecord, both: Both): boolean {
  const source = writer.fields.find(({name}) => name === field.name || field.aliases.includes(name))
  return source ? both(field.type, source.type) : field.hasDefault
}

function shortName(type: AvroType): string {
  const name = branchName(type)
  return name.slice(name.lastIndexOf('.') + 1)
}
