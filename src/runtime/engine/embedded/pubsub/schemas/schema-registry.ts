import {randomUUID} from 'node:crypto'
import {GrpcStatus, STATUS} from '../../grpc/status.ts'
import {fromMs, toMs} from '../codec.ts'
import {invalid, requireName} from '../names.ts'
import {schemaWire, type Schema} from './schema-codec.ts'
import {areCompatible, parseDefinition, type SchemaDefinition} from './schema-definition.ts'

/** Revisions that a schema may have at a time (https://cloud.google.com/pubsub/quotas#resource_limits). */
const MOST_REVISIONS = 20

/** A revision and what its definition says. */
export type Revision = {readonly schema: Schema; readonly definition: () => SchemaDefinition}

/** The schemas of all projects. Names are full ones; of a method that says so, one may end in `@` and a revision's id. */
export type SchemaRegistry = {
  readonly create: (name: string, wanted: Schema) => Schema
  readonly commit: (name: string, wanted: Schema) => Schema
  /** Makes a copy of an older revision the newest. */
  readonly rollback: (name: string, revisionId: string) => Schema
  readonly has: (name: string) => boolean
  /** The newest revision, or the one that the name ends in. */
  readonly get: (name: string) => Revision
  /** From the oldest to the newest. */
  readonly revisions: (name: string) => readonly Revision[]
  /** The newest revision of each schema, by name. */
  readonly newest: () => readonly (readonly [string, Schema])[]
  readonly delete: (name: string) => void
  /** Deletes the revision that the name ends in, unless it is the only one. */
  readonly deleteRevision: (name: string) => Schema
  /** Takes back one revision that was kept. */
  readonly restore: (schema: Schema) => void
}

export type SchemaRegistryOptions = {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Notes a revision, by schema name, `@` and id; undefined when it goes. */
  readonly keep?: ((name: string, schema: Uint8Array | undefined) => void) | undefined
}

/** Messages and codes of refusals are those of the official emulator, where production's are not known. */
export function createSchemaRegistry({now, keep}: SchemaRegistryOptions): SchemaRegistry {
  const schemas = new Map<string, Revision[]>()
  const timeOf = ({schema}: Revision) => toMs(schema.revisionCreateTime) ?? 0
  const revisions = (name: string): Revision[] => {
    const found = schemas.get(name)
    if (!found) throw notFound('Schema not found')
    return found
  }
  const find = (name: string, id: string, message = 'Schema revision not found'): Revision => {
    const found = revisions(name).find(({schema}) => schema.revisionId === id)
    if (!found) throw notFound(message)
    return found
  }
  const put = (name: string, {type, definition}: Schema, understood: SchemaDefinition): Schema => {
    const known = schemas.get(name) ?? []
    if (known.length >= MOST_REVISIONS)
      throw new GrpcStatus(STATUS.failedPrecondition, `A schema cannot have more than ${MOST_REVISIONS} revisions.`)
    // Revisions are ordered by their times, so no two have the same.
    const time = Math.max(now(), ...known.map((each) => timeOf(each) + 1))
    const revisionId = randomUUID().slice(0, 8)
    const schema: Schema = {name, type: type!, definition: definition!, revisionId, revisionCreateTime: fromMs(time)}
    schemas.set(name, [...known, {schema, definition: () => understood}])
    keep?.(keyOf(schema), schemaWire.schema.encode(schema).finish())
    return schema
  }
  return {
    revisions,
    has: (name) => schemas.has(name),
    newest: () => [...schemas].map(([name, all]) => [name, all.at(-1)!.schema] as const),
    create: (name, wanted) => {
      requireName('schemas', name)
      if (schemas.has(name)) throw new GrpcStatus(STATUS.alreadyExists, 'Schema already exists')
      return put(name, wanted, parseDefinition(wanted))
    },
    commit: (name, wanted) => {
      const known = revisions(name)
      if (wanted.type !== known[0]!.schema.type) throw invalid('The type of a schema cannot be changed.')
      const understood = parseDefinition(wanted)
      const obstacle = known.findLast(({definition}) => !areCompatible(definition(), understood))
      if (obstacle) throw invalid(`Revision is incompatible with previous revision: ${obstacle.schema.revisionId}.`)
      return put(name, wanted, understood)
    },
    rollback: (name, revisionId) => {
      const {schema, definition} = find(name, revisionId, 'Revision not found')
      return put(name, schema, definition())
    },
    get: (name) => {
      const [schema = '', id] = name.split('@')
      return id === undefined ? revisions(schema).at(-1)! : find(schema, id)
    },
    delete: (name) => {
      for (const {schema} of revisions(name)) keep?.(keyOf(schema), undefined)
      schemas.delete(name)
    },
    deleteRevision: (name) => {
      const [schema = '', id = ''] = name.split('@')
      const found = find(schema, id)
      const left = revisions(schema).filter((each) => each !== found)
      if (left.length === 0) throw invalid('Cannot delete last revision. Please use DeleteSchema.')
      schemas.set(schema, left)
      keep?.(keyOf(found.schema), undefined)
      return found.schema
    },
    restore: (schema) => {
      let understood: SchemaDefinition | undefined
      const revision = {schema, definition: () => (understood ??= parseDefinition(schema))}
      const known = [...(schemas.get(schema.name ?? '') ?? []), revision]
      schemas.set(
        schema.name ?? '',
        known.toSorted((a, b) => timeOf(a) - timeOf(b)),
      )
    },
  }
}

function keyOf({name, revisionId}: Schema): string {
  return `${name}@${revisionId}`
}

function notFound(message: string): GrpcStatus {
  return new GrpcStatus(STATUS.notFound, message)
}
