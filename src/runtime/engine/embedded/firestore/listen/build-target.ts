import type {DocumentStore} from '../../store/store.ts'
import {buildIndexes} from '../query/build-indexes.ts'
import {decodeQuery} from '../query/decode-query.ts'
import {readListenRequest} from './request.ts'

/** Resolves when the indexes of the target that a request adds are there; undefined where it need not wait. */
export function buildTarget(store: DocumentStore, request: Buffer): Promise<unknown> | undefined {
  try {
    const selection = readListenRequest(request).add?.selection
    if (selection?.kind !== 'query' || !selection.body) return undefined
    return buildIndexes(store, decodeQuery(selection.body, selection.parent))
  } catch {
    // What is wrong with it is told when it is handled.
    return undefined
  }
}
