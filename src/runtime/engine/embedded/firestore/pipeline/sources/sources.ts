import {collection, collectionGroup, database, subcollection} from './collections.ts'
import {documents, literals} from './given.ts'
import type {SourceCompiler} from './source.ts'

/** What a pipeline can begin with, by the names that clients send. */
export const SOURCES: Readonly<Record<string, SourceCompiler>> = {
  collection,
  collection_group: collectionGroup,
  database,
  documents,
  literals,
  subcollection,
}
