import {isDefault} from './schema-avro-default.ts'
import {branchName, PRIMITIVES, type AvroField, type AvroType} from './schema-avro-type.ts'

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const ORDERS = ['ascending', 'descending', 'ignore'] as const

type Definition = Readonly<Record<string, unknown>>
type Scope = {readonly known: Map<string, AvroType>; readonly namespace: string}

/** Parses a schema of Avro 1.12 (https://avro.apache.org/docs/1.12.0/specification/). Throws an Error that says why not. */
export function parseAvro(definition: string): AvroType {
  return parseType(JSON.parse(definition), {known: new Map(), namespace: ''})
}

function parseType(definition: unknown, scope: Scope): AvroType {
  if (typeof definition === 'string') return parseReference(definition, scope)
  if (Array.isArray(definition)) return parseUnion(definition, scope)
  if (typeof definition !== 'object' || definition === null) throw new Error('A type is a name, an object or an array.')
  const object = definition as Definition
  switch (object['type']) {
    case 'array':
      return {kind: 'array', items: parseType(object['items'], scope)}
    case 'map':
      return {kind: 'map', values: parseType(object['values'], scope)}
    case 'fixed':
      return parseFixed(object, scope)
    case 'enum':
      return parseEnum(object, scope)
    case 'record':
    case 'error':
      return parseRecord(object, scope)
    default:
      // A primitive with properties, such as a logical type.
      if (typeof object['type'] !== 'string') throw new Error('A type has the name of a type.')
      return parseReference(object['type'], scope)
  }
}

function parseReference(name: string, {known, namespace}: Scope): AvroType {
  const primitive = PRIMITIVES.find((each) => each === name)
  if (primitive) return {kind: primitive}
  const found = known.get(name.includes('.') || namespace === '' ? name : `${namespace}.${name}`) ?? known.get(name)
  if (!found) throw new Error(`The type ${name} is not defined.`)
  return found
}

function parseUnion(definitions: readonly unknown[], scope: Scope): AvroType {
  const branches = definitions.map((each) => parseType(each, scope))
  if (branches.some(({kind}) => kind === 'union')) throw new Error('A union cannot hold a union.')
  if (new Set(branches.map(branchName)).size < branches.length) throw new Error('A union has each type once.')
  return {kind: 'union', branches}
}

/** Takes the name of a named type; the scope of what is inside has its namespace. */
function register(definition: Definition, {known, namespace}: Scope, make: (name: string) => AvroType) {
  const {name, namespace: own} = definition
  if (typeof name !== 'string') throw new Error('A record, enum or fixed needs a name.')
  const space = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : typeof own === 'string' ? own : namespace
  const short = name.slice(name.lastIndexOf('.') + 1)
  const full = space === '' ? short : `${space}.${short}`
  if (!full.split('.').every((part) => NAME.test(part))) throw new Error(`${full} is not a name.`)
  if (known.has(full) || PRIMITIVES.some((each) => each === full)) throw new Error(`${full} is defined already.`)
  const type = make(full)
  known.set(full, type)
  return {type, inside: {known, namespace: space}}
}

function parseFixed(definition: Definition, scope: Scope): AvroType {
  const {size} = definition
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) throw new Error('A fixed needs a size.')
  return register(definition, scope, (name) => ({kind: 'fixed', name, size})).type
}

function parseEnum(definition: Definition, scope: Scope): AvroType {
  const {symbols, default: fallback} = definition
  const valid = Array.isArray(symbols) && symbols.every((each) => typeof each === 'string' && NAME.test(each))
  if (!valid || new Set(symbols).size < symbols.length) throw new Error('An enum needs symbols, each of them once.')
  if (fallback !== undefined && !symbols.includes(fallback))
    throw new Error('The default of an enum is a symbol of it.')
  const fields = {symbols: symbols as string[], fallback: fallback !== undefined}
  return register(definition, scope, (name) => ({kind: 'enum', name, ...fields})).type
}

function parseRecord(definition: Definition, scope: Scope): AvroType {
  const {fields} = definition
  if (!Array.isArray(fields)) throw new Error('A record needs fields.')
  const parsed: AvroField[] = []
  const {type, inside} = register(definition, scope, (name) => ({kind: 'record', name, fields: parsed}))
  for (const field of fields as Definition[]) {
    const {name, aliases = [], order = 'ascending'} = field ?? {}
    if (typeof name !== 'string' || !NAME.test(name)) throw new Error('A field needs a name.')
    if (parsed.some((each) => each.name === name)) throw new Error(`The field ${name} is there twice.`)
    if (!Array.isArray(aliases) || aliases.some((each) => typeof each !== 'string'))
      throw new Error(`The aliases of ${name} must be names.`)
    if (!ORDERS.some((each) => each === order)) throw new Error(`The order of ${name} is none.`)
    const hasDefault = Object.hasOwn(field, 'default')
    const fieldType = parseType(field['type'], inside)
    if (hasDefault && !isDefault(field['default'], fieldType))
      throw new Error(`The default of ${name} is of another type.`)
    parsed.push({name, aliases: aliases as string[], type: fieldType, hasDefault})
  }
  return type
}
