import type {FieldPath} from '../paths/field-path.ts'
import {parseDatabase, parseDocumentName} from '../paths/names.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {Writer} from '../values/writer.ts'
import {readMask} from '../writes/parse.ts'
import {consistencyReaders, findTransaction, openView} from './consistency.ts'
import type {Consistency} from './consistency.ts'
import type {ServiceContext} from './context.ts'
import {writeDocument, writeTime} from './encode.ts'

const writer = new Writer()

/** BatchGetDocuments, which is how the Node client reads every document. Each document is answered once. */
export function batchGetDocuments(
  context: ServiceContext,
  request: Buffer,
): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  const names = new Set<string>()
  const consistency: Consistency = {}
  let database = ''
  let mask: FieldPath[] | undefined
  readMessage(new Reader(request), {
    0x0a: (field) => (database = field.string()),
    0x12: (field) => names.add(field.string()),
    0x1a: (field) => (mask = readMask(field.message())),
    ...consistencyReaders(consistency, {transaction: 0x22, newTransaction: 0x2a, readTime: 0x3a}),
  })
  parseDatabase(database)
  for (const name of names) parseDocumentName(name)

  const transaction = findTransaction(context, database, consistency)
  const turn =
    transaction && !transaction.readOnly ? context.transactions.turns.take(transaction, [...names]) : undefined
  const answer = () => answerDocuments(context, names, mask, openView(context, consistency, transaction))
  return turn ? answerAfter(turn, answer) : answer()
}

/** Answers when what a call waits for has come: its transaction's turn, or an index. */
export async function* answerAfter(
  wait: Promise<unknown>,
  answer: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  await wait
  yield* answer()
}

function* answerDocuments(
  {store}: ServiceContext,
  names: ReadonlySet<string>,
  mask: readonly FieldPath[] | undefined,
  view: ReturnType<typeof openView>,
): Generator<Uint8Array> {
  // All are read before the first is sent: what a slow caller gets is one moment's state.
  const documents = [...names].map((name) => ({name, document: store.get(name, view.at)}))
  for (const name of names) view.transaction?.documents.add(name)
  if (view.begun) yield writer.uint(0x1a).bytes(view.begun).finish()
  for (const {name, document} of documents) {
    if (document) writer.uint(0x0a).message(() => writeDocument(writer, {...document, name}, mask))
    else writer.uint(0x12).string(name)
    writeTime(writer, 0x22, view.readTime)
    yield writer.finish()
  }
}
