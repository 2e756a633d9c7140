import {google} from '../../generated/pubsub.js'
import type {Duration} from '../codec.ts'

/** google.pubsub.v1.Schema.Type. */
export const SCHEMA_TYPE = {protocolBuffer: 1, avro: 2} as const
/** google.pubsub.v1.SchemaView. */
export const SCHEMA_VIEW = {basic: 1, full: 2} as const
/** google.pubsub.v1.Encoding. */
export const ENCODING = {json: 1, binary: 2} as const

/** One revision of a schema. */
export type Schema = {
  name?: string | null
  type?: number | null
  definition?: string | null
  revisionId?: string | null
  revisionCreateTime?: Duration | null
}
type Parent = {parent?: string | null}
type Listing = {view?: number | null; pageSize?: number | null; pageToken?: string | null}
type Named = {name?: string | null}

type Message<T> = {encode(message: T): {finish(): Uint8Array}; decode(bytes: Uint8Array): T}
const of = <T>(name: string): Message<T> => (google.pubsub.v1 as Record<string, unknown>)[name] as Message<T>

/** Reading and writing of each message of the schema service. */
export const schemaWire = {
  schema: of<Schema>('Schema'),
  create: of<Parent & {schema?: Schema | null; schemaId?: string | null}>('CreateSchemaRequest'),
  get: of<Named & {view?: number | null}>('GetSchemaRequest'),
  list: of<Parent & Listing>('ListSchemasRequest'),
  listed: of<{schemas: Schema[]; nextPageToken: string}>('ListSchemasResponse'),
  listRevisions: of<Named & Listing>('ListSchemaRevisionsRequest'),
  listedRevisions: of<{schemas: Schema[]; nextPageToken: string}>('ListSchemaRevisionsResponse'),
  commit: of<Named & {schema?: Schema | null}>('CommitSchemaRequest'),
  rollback: of<Named & {revisionId?: string | null}>('RollbackSchemaRequest'),
  deleteRevision: of<Named & {revisionId?: string | null}>('DeleteSchemaRevisionRequest'),
  delete: of<Named>('DeleteSchemaRequest'),
  validate: of<Parent & {schema?: Schema | null}>('ValidateSchemaRequest'),
  validateMessage: of<Parent & Named & {schema?: Schema | null; message?: Uint8Array | null; encoding?: number | null}>(
    'ValidateMessageRequest',
  ),
}
