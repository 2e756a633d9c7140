import type {WaitingCall} from '../../grpc/service.ts'
import type {DocumentStore, NamedDocument} from '../../store/store.ts'
import {invalidArgument} from '../errors.ts'
import {parseFieldPath} from '../paths/field-path.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {formatName, parseParent} from '../paths/names.ts'
import {checkId} from '../paths/segments.ts'
import {completeOrder} from '../query/order.ts'
import type {Order, Query} from '../query/query.ts'
import {runQuery} from '../query/run-query.ts'
import {createQueryRead} from '../transactions/reads.ts'
import {compareNames} from '../values/compare-text.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {Writer} from '../values/writer.ts'
import {readMask} from '../writes/parse.ts'
import {waitForIndexes} from './build-indexes.ts'
import {consistencyReaders, inView} from './consistency.ts'
import type {Consistency, View} from './consistency.ts'
import type {ServiceContext} from './context.ts'
import {writeDocument} from './encode.ts'
import {formatPageToken, parsePageToken} from './page-token.ts'

/** Page size where the request names none. */
const DEFAULT_PAGE = 300

const writer = new Writer()

/** ListDocuments of one collection, by id or by `order_by`; `show_missing` adds the ids that only lead further down. */
export function listDocuments(
  context: ServiceContext,
  request: Buffer,
  call: WaitingCall,
): Uint8Array | Promise<Uint8Array> {
  const consistency: Consistency = {}
  const page = {size: 0, token: ''}
  let parent = ''
  let collectionId = ''
  let orderBy = ''
  let mask: FieldPath[] | undefined
  let showMissing = false
  readMessage(new Reader(request), {
    0x0a: (field) => (parent = field.string()),
    0x12: (field) => (collectionId = field.string()),
    0x18: (field) => (page.size = Number(field.int64())),
    0x22: (field) => (page.token = field.string()),
    0x32: (field) => (orderBy = field.string()),
    0x3a: (field) => (mask = readMask(field.message())),
    0x60: (field) => (showMissing = field.uint() !== 0),
    ...consistencyReaders(consistency, {transaction: 0x42, readTime: 0x52}),
  })
  if (page.size < 0) throw invalidArgument('Page size must be nonnegative.')
  if (showMissing && orderBy !== '') throw invalidArgument('cannot specify an order when show_missing is true')
  if (collectionId !== '') checkId(collectionId, 'Collection id')
  if (showMissing && collectionId === '') throw invalidArgument('show_missing requires a collection id.')
  const name = parseParent(parent)
  const size = page.size || DEFAULT_PAGE
  const query = buildQuery(formatName(name), collectionId, parseOrderBy(orderBy))
  const start = parsePageToken(page.token)
  const byName = orderBy === ''
  const offset = byName ? 0 : Number(start ?? 0)
  const after = byName && start !== undefined ? start : undefined
  const paged: Query = {
    ...query,
    offset,
    limit: size + 1,
    startAt: after === undefined ? undefined : {values: [{kind: 'reference', value: after}], before: false},
  }

  const answer = (view: View): Uint8Array => {
    const documents = runQuery(context.store, paged, view.at)
    if (view.transaction) context.transactions.note(view.transaction, {query: createQueryRead(paged, documents)})
    const entries: {readonly name: string; readonly document?: NamedDocument}[] = documents.map((document) => ({
      name: document.name,
      document,
    }))
    if (showMissing) {
      addMissing(context.store, entries, `${query.parent}/${collectionId}`, {after, limit: size + 1, at: view.at})
    }
    const shown = entries.slice(0, size)
    for (const {name, document} of shown) {
      writer.uint(0x0a).message(() => {
        if (document) writeDocument(writer, document, mask)
        else writer.uint(0x0a).string(name)
      })
    }
    if (entries.length > size) {
      writer.uint(0x12).string(formatPageToken(byName ? shown.at(-1)!.name : String(offset + size)))
    }
    return writer.finish()
  }
  const reads = {documents: new Set<string>(), queries: [createQueryRead(paged)]}
  const read = () => inView(context, {database: name.database, consistency, reads, call}, answer)
  const built = waitForIndexes(context, paged, consistency, call)
  return built ? built.then(read) : read()
}

type Page = {readonly after: string | undefined; readonly limit: number; readonly at: number | undefined}

function addMissing(
  store: DocumentStore,
  entries: {readonly name: string}[],
  collection: string,
  {after, limit, at}: Page,
): void {
  const present = new Set(entries.map(({name}) => name))
  const from = after?.slice(collection.length + 1)
  for (const id of store.childIds(collection, {after: from, limit, at})) {
    const name = `${collection}/${id}`
    // A document may exist and lie behind this page; then it comes with a later one.
    if (!present.has(name) && !store.get(name, at)) entries.push({name})
  }
  entries.sort((left, right) => compareNames(left.name, right.name))
}

function buildQuery(parent: string, collectionId: string, orderBy: readonly Order[]): Query {
  return {
    parent,
    collectionId: collectionId || undefined,
    allDescendants: false,
    where: undefined,
    orderBy: completeOrder(orderBy, undefined),
    startAt: undefined,
    endAt: undefined,
    offset: 0,
    limit: undefined,
    select: undefined,
  }
}

/** `a.b desc, __name__`: paths with an optional direction. */
function parseOrderBy(text: string): readonly Order[] {
  if (text === '') return []
  return text.split(',').map((part) => {
    const [path = '', direction = 'asc', ...rest] = part.trim().split(/\s+/)
    if (rest.length > 0 || !/^(asc|desc)$/i.test(direction)) throw invalidArgument(`Invalid order by "${text}".`)
    return {path: parseFieldPath(path), descending: /desc/i.test(direction)}
  })
}
