import {invalidArgument} from '../errors.ts'
import {formatFieldPath, parseFieldPath} from '../paths/field-path.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {parseDocumentName} from '../paths/names.ts'
import {decodeFields, decodeTimestamp} from '../values/decode.ts'
import type {Reader} from '../values/reader.ts'
import {parseTransform} from './parse-transform.ts'
import type {FieldTransform, Precondition, Write} from './write.ts'

/** What the message `google.firestore.v1.Write` holds before its rules are checked. */
type RawWrite = {
  update?: {name: string; fields: ReturnType<typeof decodeFields>}
  deleted?: string
  transform?: {document: string; transforms: FieldTransform[]}
  mask?: FieldPath[]
  transforms: FieldTransform[]
  precondition?: Precondition
}

/** Reads a Write message. Throws INVALID_ARGUMENT for names, paths and combinations that are not allowed. */
export function parseWrite(reader: Reader): Write {
  const raw = readWrite(reader)
  const precondition = raw.precondition
  if (raw.update) {
    const {name, fields} = raw.update
    const target = parseDocumentName(name)
    checkOverlap(raw.transforms)
    return {kind: 'update', name, target, fields, mask: raw.mask, transforms: raw.transforms, precondition}
  }
  const what = raw.deleted === undefined ? 'transform' : 'delete'
  if (raw.mask) throw invalidArgument(`a ${what} must not specify a document mask.`)
  if (raw.transforms.length > 0) throw invalidArgument(`a ${what} must not specify a update transform.`)
  if (raw.deleted !== undefined) {
    return {kind: 'delete', name: raw.deleted, target: parseDocumentName(raw.deleted), precondition}
  }
  if (!raw.transform) throw invalidArgument('empty write operation')
  const {document, transforms} = raw.transform
  if (transforms.length === 0) throw invalidArgument('The list of FieldTransform must not be empty.')
  const target = parseDocumentName(document)
  checkOverlap(transforms)
  return {kind: 'update', name: document, target, fields: new Map(), mask: [], transforms, precondition}
}

/** A field and what is inside it cannot both be transformed; one field may be, again and again. */
function checkOverlap(transforms: readonly FieldTransform[]): void {
  for (const {path} of transforms) {
    const isInside = (other: FieldTransform) =>
      other.path.length > path.length && path.every((segment, at) => segment === other.path[at])
    if (!transforms.some(isInside)) continue
    throw invalidArgument(
      `Cannot transform property ${formatFieldPath(path)} and its nested property at the same time.`,
    )
  }
}

function readWrite(reader: Reader): RawWrite {
  const raw: RawWrite = {transforms: []}
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) raw.update = readDocument(reader.message())
    else if (tag === 0x12) raw.deleted = reader.string()
    else if (tag === 0x32) raw.transform = readDocumentTransform(reader.message())
    else if (tag === 0x1a) raw.mask = readMask(reader.message())
    else if (tag === 0x3a) raw.transforms.push(parseTransform(reader.message()))
    else if (tag === 0x22) {
      const precondition = readPrecondition(reader.message())
      if (precondition) raw.precondition = precondition
    } else reader.skip(tag)
  }
  return raw
}

/** A Document message: its name (tag 0x0a) and fields; its times are the service's own. */
export function readDocument(reader: Reader): {name: string; fields: ReturnType<typeof decodeFields>} {
  const start = reader.position
  let name = ''
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) name = reader.string()
    else reader.skip(tag)
  }
  reader.position = start
  return {name, fields: decodeFields(reader)}
}

function readDocumentTransform(reader: Reader): {document: string; transforms: FieldTransform[]} {
  const transform = {document: '', transforms: [] as FieldTransform[]}
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) transform.document = reader.string()
    else if (tag === 0x12) transform.transforms.push(parseTransform(reader.message()))
    else reader.skip(tag)
  }
  return transform
}

/** A DocumentMask message. */
export function readMask(reader: Reader): FieldPath[] {
  const paths: FieldPath[] = []
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) paths.push(parseFieldPath(reader.string()))
    else reader.skip(tag)
  }
  return paths
}

/** A Precondition message; one without a condition is none. */
export function readPrecondition(reader: Reader): Precondition | undefined {
  let precondition: Precondition | undefined
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x08) precondition = {kind: 'exists', exists: reader.uint() !== 0}
    else if (tag === 0x12) precondition = {kind: 'updateTime', updateTime: Number(decodeTimestamp(reader.message()))}
    else reader.skip(tag)
  }
  return precondition
}
