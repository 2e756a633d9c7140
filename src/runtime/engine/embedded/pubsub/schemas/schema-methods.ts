import type {Method, Service} from '../../grpc/service.ts'
import {toMs, wire} from '../codec.ts'
import type {Hub} from '../hub.ts'
import {invalid, projectOf} from '../names.ts'
import {pageOf} from '../pages.ts'
import {unary} from '../unary.ts'
import {ENCODING, SCHEMA_VIEW, schemaWire, type Schema} from './schema-codec.ts'
import {matches, parseDefinition} from './schema-definition.ts'
import type {SchemaRegistry} from './schema-registry.ts'
import {DELETED_SCHEMA, mismatch} from './schema-topics.ts'

/** google.pubsub.v1.SchemaService over a registry, and over the hub whose topics have the schemas. */
export function schemaMethods(hub: Hub, registry: SchemaRegistry): Service {
  const method = (handle: (request: Buffer) => Uint8Array): Method => unary(hub, handle)
  const encode = (schema: Schema) => schemaWire.schema.encode(schema).finish()
  const path = (name: string) => `/google.pubsub.v1.SchemaService/${name}`
  return {
    [path('CreateSchema')]: method((bytes) => {
      const {parent, schema, schemaId} = schemaWire.create.decode(bytes)
      return encode(registry.create(`${parent ?? ''}/schemas/${schemaId ?? ''}`, schema ?? {}))
    }),
    [path('GetSchema')]: method((bytes) => {
      const {name, view} = schemaWire.get.decode(bytes)
      return encode(viewed(registry.get(name ?? '').schema, view === SCHEMA_VIEW.basic))
    }),
    [path('ListSchemas')]: method((bytes) => {
      const request = schemaWire.list.decode(bytes)
      const own = registry.newest().filter(([name]) => projectOf(name) === projectOf(request.parent))
      const {items, nextPageToken} = pageOf(own, request)
      const schemas = items.map((each) => viewed(each, request.view !== SCHEMA_VIEW.full))
      return schemaWire.listed.encode({schemas, nextPageToken}).finish()
    }),
    [path('ListSchemaRevisions')]: method((bytes) => {
      const request = schemaWire.listRevisions.decode(bytes)
      const revisions = registry.revisions(request.name ?? '').map(({schema}) => [timeKey(schema), schema] as const)
      const {items, nextPageToken} = pageOf(revisions, request)
      const schemas = items.map((each) => viewed(each, request.view !== SCHEMA_VIEW.full))
      return schemaWire.listedRevisions.encode({schemas, nextPageToken}).finish()
    }),
    [path('CommitSchema')]: method((bytes) => {
      const {name, schema} = schemaWire.commit.decode(bytes)
      return encode(registry.commit(name ?? '', schema ?? {}))
    }),
    [path('RollbackSchema')]: method((bytes) => {
      const {name, revisionId} = schemaWire.rollback.decode(bytes)
      return encode(registry.rollback(name ?? '', revisionId ?? ''))
    }),
    [path('DeleteSchemaRevision')]: method((bytes) => {
      const {name, revisionId} = schemaWire.deleteRevision.decode(bytes)
      return encode(registry.deleteRevision(name?.includes('@') ? name : `${name ?? ''}@${revisionId ?? ''}`))
    }),
    [path('DeleteSchema')]: method((bytes) => {
      const {name} = schemaWire.delete.decode(bytes)
      registry.delete(name ?? '')
      for (const topic of hub.topics.values()) {
        if (topic.schemaSettings?.schema !== name) continue
        hub.replaceTopic({...topic, schemaSettings: {...topic.schemaSettings, schema: DELETED_SCHEMA}})
      }
      return wire.empty
    }),
    [path('ValidateSchema')]: method((bytes) => {
      parseDefinition(schemaWire.validate.decode(bytes).schema ?? {})
      return wire.empty
    }),
    [path('ValidateMessage')]: method((bytes) => {
      const {name, schema, message, encoding} = schemaWire.validateMessage.decode(bytes)
      const definition = schema ? parseDefinition(schema) : registry.get(name ?? '').definition()
      if (encoding !== ENCODING.json && encoding !== ENCODING.binary) throw invalid('No encoding provided.')
      if (!matches(definition, message ?? wire.empty, encoding)) throw mismatch()
      return wire.empty
    }),
  }
}

function viewed(schema: Schema, isBasic: boolean): Schema {
  return isBasic ? {...schema, definition: ''} : schema
}

/** Sorts as the times do. */
function timeKey({revisionCreateTime}: Schema): string {
  return String(Math.round(toMs(revisionCreateTime) ?? 0)).padStart(16, '0')
}
