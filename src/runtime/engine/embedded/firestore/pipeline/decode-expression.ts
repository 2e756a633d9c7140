import {invalidArgument} from '../errors.ts'
import {parsePipelinePath} from '../paths/field-path.ts'
import {decodeValue} from '../values/decode.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import type {Value} from '../values/value.ts'
import type {Expression, Stage} from './expression.ts'

// https://firebase.google.com/docs/firestore/quotas allows a nesting of 20 in documents; expressions nest deeper than that.
const MAX_DEPTH = 200

/** Reads the stages of a google.firestore.v1.Pipeline. Throws INVALID_ARGUMENT. */
export function decodeStages(reader: Reader, depth = 0): readonly Stage[] {
  const stages: Stage[] = []
  readMessage(reader, {0x0a: (field) => stages.push(decodeCall(field.message(), depth))})
  return stages
}

/** Reads a Value that may be more than a value. Throws INVALID_ARGUMENT where no known type is set. */
export function decodeExpression(reader: Reader, depth = 0): Expression {
  if (depth > MAX_DEPTH) throw invalidArgument('The pipeline is nested too deeply.')
  let expression: Expression | undefined
  while (reader.position < reader.end) {
    const start = reader.position
    const tag = reader.uint()
    expression = readKind(reader, {tag, start, depth: depth + 1}) ?? expression
  }
  if (!expression) throw invalidArgument('Cannot convert firestore.v1.Value with type unset.')
  return expression
}

/** Tags are `field number << 3 | wire type` of the oneof's members in google/firestore/v1/document.proto. */
function readKind(
  reader: Reader,
  {tag, start, depth}: {readonly tag: number; readonly start: number; readonly depth: number},
): Expression | undefined {
  switch (tag) {
    case 0x4a:
      return decodeElements(reader.message(), depth)
    case 0x32:
      return decodeMap(reader.message(), depth)
    case 0x9a:
      return {kind: 'field', path: parsePipelinePath(reader.string())}
    case 0xa2:
      return {kind: 'function', ...decodeCall(reader.message(), depth)}
    case 0xaa:
      return {kind: 'pipeline', stages: decodeStages(reader.message(), depth)}
    case 0xb2:
      return {kind: 'variable', name: reader.string()}
    default:
      reader.skip(tag)
      return KNOWN.has(tag)
        ? {kind: 'constant', value: decodeValue(new Reader(reader.bytes, start, reader.position))}
        : undefined
  }
}

/** The tags of what is a constant by itself. */
const KNOWN: ReadonlySet<number> = new Set([0x58, 0x08, 0x10, 0x19, 0x52, 0x8a, 0x92, 0x2a, 0x42])

function decodeElements(reader: Reader, depth: number): Expression {
  const elements: Expression[] = []
  readMessage(reader, {0x0a: (field) => elements.push(decodeExpression(field.message(), depth))})
  const values = constantsOf(elements)
  return values ? {kind: 'constant', value: {kind: 'array', values}} : {kind: 'array', elements}
}

function decodeMap(reader: Reader, depth: number): Expression {
  const entries = new Map<string, Expression>()
  readMessage(reader, {0x0a: (field) => entries.set(...decodeEntry(field.message(), depth))})
  const values = constantsOf([...entries.values()])
  if (!values) return {kind: 'map', entries}
  const fields = new Map([...entries.keys()].map((name, at) => [name, values[at]!]))
  return {kind: 'constant', value: {kind: 'map', fields}}
}

function constantsOf(expressions: readonly Expression[]): readonly Value[] | undefined {
  const values: Value[] = []
  for (const each of expressions) {
    if (each.kind !== 'constant') return undefined
    values.push(each.value)
  }
  return values
}

/** Reads a Function or a Pipeline.Stage, which have the same fields. */
function decodeCall(reader: Reader, depth: number): Stage {
  let name = ''
  const args: Expression[] = []
  const options = new Map<string, Expression>()
  readMessage(reader, {
    0x0a: (field) => (name = field.string()),
    0x12: (field) => args.push(decodeExpression(field.message(), depth)),
    0x1a: (field) => options.set(...decodeEntry(field.message(), depth)),
  })
  return {name, args, options}
}

function decodeEntry(reader: Reader, depth: number): [string, Expression] {
  let name = ''
  let value: Expression | undefined
  readMessage(reader, {
    0x0a: (field) => (name = field.string()),
    0x12: (field) => (value = decodeExpression(field.message(), depth)),
  })
  if (!value) throw invalidArgument('Cannot convert firestore.v1.Value with type unset.')
  return [name, value]
}

/** Reads a map entry of a message, such as an option of a StructuredPipeline. */
export function decodeOption(reader: Reader): [string, Expression] {
  return decodeEntry(reader, 0)
}
