import {invalidArgument} from '../errors.ts'
import {parseDocumentName, parseParent} from '../paths/names.ts'
import {decodeQuery} from '../query/decode-query.ts'
import type {DocumentStore} from '../../store/store.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {createDocumentsView} from './documents-view.ts'
import {createQueryView} from './query-view.ts'
import type {TargetRequest} from './request.ts'
import type {View} from './view.ts'

/** Checks what a target asks for. Throws INVALID_ARGUMENT, also for what lies in another database. */
export function openView(store: DocumentStore, database: string, {selection}: TargetRequest): View {
  if (!selection) throw invalidArgument('A target must have a query or documents.')
  if (selection.kind === 'documents') {
    if (selection.names.length === 0) throw invalidArgument('A target must name at least one document.')
    for (const name of selection.names) requireSame(database, parseDocumentName(name).database)
    return createDocumentsView(store, selection.names)
  }
  requireSame(database, parseParent(selection.parent).database)
  if (!selection.body) throw invalidArgument('only structured queries are supported')
  refuseNearest(selection.body)
  return createQueryView(store, decodeQuery(selection.body, selection.parent))
}

/** The neighbours of a vector cannot be listened to: the Node client has no way to ask for it either. */
function refuseNearest({bytes, position, end}: Reader): void {
  readMessage(new Reader(bytes, position, end), {
    0x4a: () => {
      throw invalidArgument('find_nearest cannot be listened to.')
    },
  })
}

function requireSame(database: string, other: string): void {
  if (other !== database) throw invalidArgument(`The target is in ${other} and the stream is of ${database}.`)
}
