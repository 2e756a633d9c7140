import type {WaitingCall} from '../../grpc/service.ts'
import {streamWhenThere} from '../../grpc/when-there.ts'
import type {StoredDocument} from '../../store/store.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {parseDatabase, parseDocumentName} from '../paths/names.ts'
import {Reader} from '../values/reader.ts'
import {Writer} from '../values/writer.ts'
import {readMask} from '../writes/parse.ts'
import {inView, readConsistency} from './consistency.ts'
import type {Consistency, View} from './consistency.ts'
import type {ServiceContext} from './context.ts'
import {writeDocument, writeTime} from './encode.ts'

const writer = new Writer()

const CONSISTENCY = {transaction: 0x22, newTransaction: 0x2a, readTime: 0x3a}

/** BatchGetDocuments, which is how the Node client reads every document. Each document is answered once. */
export function batchGetDocuments(
  context: ServiceContext,
  request: Buffer,
  call: WaitingCall,
): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  const names = new Set<string>()
  const consistency: Consistency = {}
  let database = ''
  let mask: FieldPath[] | undefined
  const reader = new Reader(request)
  // Every read of the Node client passes here: a table of readers made for each takes a tenth of its time.
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) database = reader.string()
    else if (tag === 0x12) names.add(reader.string())
    else if (tag === 0x1a) mask = readMask(reader.message())
    else if (!readConsistency(reader, tag, CONSISTENCY, consistency)) reader.skip(tag)
  }
  parseDatabase(database)
  for (const name of names) parseDocumentName(name)

  const reads = {documents: names, queries: []}
  const reading = {database, consistency, reads, turns: [...names], call}
  return streamWhenThere(
    inView(context, reading, (view) => readDocuments(context, names, view)),
    (found) => answerDocuments(found, mask),
  )
}

type Found = {
  readonly view: View
  readonly documents: readonly {readonly name: string; readonly document: StoredDocument | undefined}[]
}

/** All are read before the first is sent: what a slow caller gets is one moment's state. */
function readDocuments({store, transactions}: ServiceContext, names: ReadonlySet<string>, view: View): Found {
  const documents = [...names].map((name) => ({name, document: store.get(name, view.at)}))
  if (view.transaction) transactions.note(view.transaction, {documents: names})
  return {view, documents}
}

function* answerDocuments({view, documents}: Found, mask: readonly FieldPath[] | undefined): Generator<Uint8Array> {
  if (view.begun) yield writer.uint(0x1a).bytes(view.begun).finish()
  for (const {name, document} of documents) {
    if (document) writer.uint(0x0a).message(() => writeDocument(writer, {...document, name}, mask))
    else writer.uint(0x12).string(name)
    writeTime(writer, 0x22, view.readTime)
    yield writer.finish()
  }
}
