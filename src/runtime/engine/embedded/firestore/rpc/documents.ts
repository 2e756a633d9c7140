import type {WaitingCall} from '../../grpc/service.ts'
import {GrpcStatus, STATUS} from '../../grpc/status.ts'
import {whenThere} from '../../grpc/when-there.ts'
import type {StoredDocument} from '../../store/store.ts'
import {invalidArgument} from '../errors.ts'
import {newDocumentId} from '../paths/document-id.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {formatName, parseDocumentName, parseParent} from '../paths/names.ts'
import {checkId} from '../paths/segments.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {Writer} from '../values/writer.ts'
import {commitWrites} from '../writes/commit.ts'
import {readDocument, readMask, readPrecondition} from '../writes/parse.ts'
import type {Precondition, Write} from '../writes/write.ts'
import {applyTogether} from './apply.ts'
import {consistencyReaders, inView} from './consistency.ts'
import type {Consistency} from './consistency.ts'
import type {ServiceContext} from './context.ts'
import {writeDocument} from './encode.ts'

type Answer = Uint8Array | Promise<Uint8Array>

const writer = new Writer()

/** GetDocument. Throws NOT_FOUND. */
export function getDocument(context: ServiceContext, request: Buffer, call: WaitingCall): Answer {
  const consistency: Consistency = {}
  let name = ''
  let mask: FieldPath[] | undefined
  readMessage(new Reader(request), {
    0x0a: (field) => (name = field.string()),
    0x12: (field) => (mask = readMask(field.message())),
    ...consistencyReaders(consistency, {transaction: 0x1a, readTime: 0x2a}),
  })
  const {database} = parseDocumentName(name)
  const reads = {documents: new Set([name]), queries: []}
  return inView(context, {database, consistency, reads, call}, (view) => {
    const document = context.store.get(name, view.at)
    if (view.transaction) context.transactions.note(view.transaction, {documents: [name]})
    if (!document) throw new GrpcStatus(STATUS.notFound, `Document "${name}" not found.`)
    return encodeDocument(name, document, mask)
  })
}

/** CreateDocument, with an id of the service's own where none is given. Throws ALREADY_EXISTS. */
export function createDocument(context: ServiceContext, request: Buffer, call: WaitingCall): Answer {
  let parent = ''
  let collection = ''
  let id = ''
  let mask: FieldPath[] | undefined
  let document: ReturnType<typeof readDocument> = {name: '', fields: new Map()}
  readMessage(new Reader(request), {
    0x0a: (field) => (parent = field.string()),
    0x12: (field) => (collection = field.string()),
    0x1a: (field) => (id = field.string()),
    0x22: (field) => (document = readDocument(field.message())),
    0x2a: (field) => (mask = readMask(field.message())),
  })
  if (document.name !== '') throw invalidArgument('document.name must not be set')
  checkId(collection, 'Collection id')
  if (id !== '') checkId(id, 'Resource id')
  const {database, segments} = parseParent(parent)
  const target = {database, segments: [...segments, collection, id || newDocumentId()]}
  const precondition: Precondition = {kind: 'exists', exists: false}
  const name = formatName(target)
  const write: Write = {
    kind: 'update',
    name,
    target,
    fields: document.fields,
    mask: undefined,
    transforms: [],
    precondition,
  }
  return writeAndAnswer(context, write, mask, call)
}

/** UpdateDocument, which also creates unless a precondition says otherwise. */
export function updateDocument(context: ServiceContext, request: Buffer, call: WaitingCall): Answer {
  let document: ReturnType<typeof readDocument> = {name: '', fields: new Map()}
  let updateMask: FieldPath[] | undefined
  let mask: FieldPath[] | undefined
  let precondition: Precondition | undefined
  readMessage(new Reader(request), {
    0x0a: (field) => (document = readDocument(field.message())),
    0x12: (field) => (updateMask = readMask(field.message())),
    0x1a: (field) => (mask = readMask(field.message())),
    0x22: (field) => (precondition = readPrecondition(field.message())),
  })
  const {name, fields} = document
  const target = parseDocumentName(name)
  const write: Write = {kind: 'update', name, target, fields, mask: updateMask, transforms: [], precondition}
  return writeAndAnswer(context, write, mask, call)
}

/** DeleteDocument; answers google.protobuf.Empty. */
export function deleteDocument(context: ServiceContext, request: Buffer, call: WaitingCall): Answer {
  let name = ''
  let precondition: Precondition | undefined
  readMessage(new Reader(request), {
    0x0a: (field) => (name = field.string()),
    0x12: (field) => (precondition = readPrecondition(field.message())),
  })
  const target = parseDocumentName(name)
  const write: Write = {kind: 'delete', name, target, precondition}
  return whenThere(applyTogether(context, [write], call), () => Buffer.alloc(0))
}

function writeAndAnswer(
  context: ServiceContext,
  write: Write,
  mask: FieldPath[] | undefined,
  call: WaitingCall,
): Answer {
  const {transactions, timeline, store} = context
  // The document is read back before anybody else can change it.
  const run = (): Uint8Array => {
    commitWrites(context, [write], timeline.commitTime())
    return encodeDocument(write.name, store.get(write.name)!, mask)
  }
  return transactions.locks.write({writes: [write], call, run})
}

function encodeDocument(name: string, document: StoredDocument, mask: FieldPath[] | undefined): Uint8Array {
  writeDocument(writer, {...document, name}, mask)
  return writer.finish()
}
