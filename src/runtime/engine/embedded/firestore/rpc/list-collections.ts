import {invalidArgument} from '../errors.ts'
import {formatName, parseParent} from '../paths/names.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {Writer} from '../values/writer.ts'
import {consistencyReaders} from './consistency.ts'
import type {Consistency} from './consistency.ts'
import type {ServiceContext} from './context.ts'
import {formatPageToken, parsePageToken} from './page-token.ts'

/** Page size where the request names none. */
const DEFAULT_PAGE = 300

const writer = new Writer()

/** ListCollectionIds directly below a document or the root. */
export function listCollectionIds({store, timeline}: ServiceContext, request: Buffer): Uint8Array {
  const consistency: Consistency = {}
  const page = {size: 0, token: ''}
  let parent = ''
  readMessage(new Reader(request), {
    0x0a: (field) => (parent = field.string()),
    0x10: (field) => (page.size = Number(field.int64())),
    0x1a: (field) => (page.token = field.string()),
    ...consistencyReaders(consistency, {readTime: 0x22}),
  })
  if (page.size < 0) throw invalidArgument('Page size must be nonnegative.')
  if (consistency.readTime !== undefined) timeline.check(consistency.readTime)
  const name = formatName(parseParent(parent))
  const size = page.size || DEFAULT_PAGE
  const ids = store.childIds(name, {after: parsePageToken(page.token), limit: size + 1, at: consistency.readTime})
  const shown = ids.slice(0, size)
  for (const id of shown) writer.uint(0x0a).string(id)
  if (ids.length > size) writer.uint(0x12).string(formatPageToken(shown.at(-1)))
  return writer.finish()
}
