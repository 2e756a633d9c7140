import {invalidArgument} from '../errors.ts'
import {parseParent} from '../paths/names.ts'
import {decodeQuery} from '../query/decode-query.ts'
import type {Query} from '../query/query.ts'
import {findMatches} from '../query/run-query.ts'
import {compareNames} from '../values/compare-text.ts'
import {writeValue} from '../values/encode.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {Writer} from '../values/writer.ts'
import {consistencyReaders, openView} from './consistency.ts'
import type {Consistency} from './consistency.ts'
import type {ServiceContext} from './context.ts'
import {formatPageToken, parsePageToken} from './page-token.ts'

/** Names kept to choose points from; of larger groups every second, fourth… name is kept. */
const MAX_SAMPLE = 20_000

const writer = new Writer()

/**
 * PartitionQuery: cursors that cut a collection group into parts of about equal numbers of documents, fewer than asked
 * for where there are few documents. Pages of one answer agree, because their token carries the read time.
 */
export function partitionQuery(context: ServiceContext, request: Buffer): Uint8Array {
  const consistency: Consistency = {}
  const page = {size: 0, token: ''}
  let parent = ''
  let body: Reader | undefined
  let most = 0
  readMessage(new Reader(request), {
    0x0a: (field) => (parent = field.string()),
    0x12: (field) => (body = field.message()),
    0x18: (field) => (most = Number(field.int64())),
    0x22: (field) => (page.token = field.string()),
    0x28: (field) => (page.size = Number(field.int64())),
    ...consistencyReaders(consistency, {readTime: 0x32}),
  })
  if (parseParent(parent).segments.length > 0) {
    throw invalidArgument('The parent of a partition query must be the root of the database.')
  }
  if (!body) throw invalidArgument('only structured queries are supported')
  if (most <= 0) throw invalidArgument('partition_count must be positive.')
  if (page.size < 0) throw invalidArgument('Page size must be nonnegative.')
  const query = decodeQuery(body, parent)
  checkPartitionable(query)

  const start = parseStart(page.token)
  const at = openView(context, start ? {readTime: start.readTime} : consistency, undefined).readTime
  const names = sampleNames(findMatches(context.store, query, at))
  const points = choosePoints(names.sort(compareNames), most)
  const from = start?.index ?? 0
  const end = page.size === 0 ? points.length : from + page.size
  for (const name of points.slice(from, end)) {
    writer.uint(0x0a).message(() => {
      writer.uint(0x0a).message(() => writeValue(writer, {kind: 'reference', value: name}))
      writer.uint(0x10).uint(1)
    })
  }
  if (end < points.length) writer.uint(0x12).string(formatPageToken(`${at}/${end}`))
  return writer.finish()
}

/** https://firebase.google.com/docs/firestore/reference/rpc: collection groups by name, with nothing that narrows. */
function checkPartitionable({allDescendants, orderBy, where, startAt, endAt, offset, limit}: Query): void {
  const [order] = orderBy
  const isByName = orderBy.length === 1 && order?.path[0] === '__name__' && !order.descending
  if (allDescendants && isByName && !where && !startAt && !endAt && offset === 0 && limit === undefined) return
  throw invalidArgument(
    'A partition query must select all descendants and order by __name__ ascending, without filters, cursors and limits.',
  )
}

/** `readTime/index` of the first point of a page. */
function parseStart(token: string): {readonly readTime: number; readonly index: number} | undefined {
  const text = parsePageToken(token)
  if (text === undefined) return undefined
  const [, readTime, index] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  if (readTime === undefined) throw invalidArgument('invalid page token')
  return {readTime: Number(readTime), index: Number(index)}
}

function sampleNames(documents: Iterable<{readonly name: string}>): string[] {
  let sample: string[] = []
  let stride = 1
  let seen = 0
  for (const {name} of documents) {
    if (seen++ % stride === 0) sample.push(name)
    if (sample.length < MAX_SAMPLE) continue
    sample = sample.filter((_, at) => at % 2 === 0)
    stride *= 2
  }
  return sample
}

/** At most `most` names, evenly spread; never the first, before which there is nothing. */
function choosePoints(names: readonly string[], most: number): readonly string[] {
  const count = Math.min(most, names.length - 1)
  return Array.from(
    {length: Math.max(0, count)},
    (_, at) => names[Math.floor(((at + 1) * names.length) / (count + 1))]!,
  )
}
