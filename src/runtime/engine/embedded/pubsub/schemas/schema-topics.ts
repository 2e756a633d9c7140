import {GrpcStatus, STATUS} from '../../grpc/status.ts'
import type {SchemaSettings, WireMessage} from '../codec.ts'
import {invalid} from '../names.ts'
import {ENCODING} from './schema-codec.ts'
import {matches} from './schema-definition.ts'
import type {Revision, SchemaRegistry} from './schema-registry.ts'

/** A topic's schema after that was deleted (google/pubsub/v1/pubsub.proto, SchemaSettings.schema). */
export const DELETED_SCHEMA = '_deleted-schema_'
const ENCODING_NAMES: Readonly<Record<number, string>> = {[ENCODING.json]: 'JSON', [ENCODING.binary]: 'BINARY'}

type Settings = SchemaSettings | null | undefined

/** Throws where a topic's settings name what is not there, or no encoding. */
export function requireSchema(registry: SchemaRegistry, settings: Settings): void {
  if (!settings) return
  if (!registry.newest().some(([name]) => name === settings.schema)) throw notFound('Schema could not be found')
  if (!ENCODING_NAMES[settings.encoding ?? 0]) throw invalid('Invalid schema encoding provided')
  const revisions = registry.revisions(settings.schema ?? '')
  const placeOf = (id: string) => revisions.findIndex(({schema}) => schema.revisionId === id)
  const {firstRevisionId: first, lastRevisionId: last} = settings
  if (first && placeOf(first) < 0) throw notFound('First revision could not be found')
  if (last && placeOf(last) < 0) throw notFound('Last revision could not be found')
  if (first && last && placeOf(first) > placeOf(last))
    throw invalid('First revision creation time is after last revision creation time')
}

/**
 * The messages with the attributes that tell their schema; all are refused if one does not match. The newest allowed
 * revision that matches counts (https://cloud.google.com/pubsub/docs/publish-topics-schema).
 */
export function applySchema(
  registry: SchemaRegistry,
  settings: Settings,
  messages: readonly WireMessage[],
): readonly WireMessage[] {
  if (!settings) return messages
  if (settings.schema === DELETED_SCHEMA) throw notFound('Schema associated with topic deleted.')
  const allowed = allowedRevisions(registry.revisions(settings.schema ?? ''), settings)
  const encoding = settings.encoding ?? 0
  return messages.map((message) => {
    const data = message.data ?? new Uint8Array(0)
    const match = allowed.find(({definition}) => matches(definition(), data, encoding))
    if (!match) throw mismatch()
    const stamp = {
      googclient_schemaname: settings.schema ?? '',
      googclient_schemaencoding: ENCODING_NAMES[encoding] ?? '',
      googclient_schemarevisionid: match.schema.revisionId ?? '',
    }
    return {...message, attributes: {...message.attributes, ...stamp}}
  })
}

/** What production says of a message that does not match. */
export function mismatch(): GrpcStatus {
  return invalid('Invalid data in message: Message failed schema validation.')
}

/** From the newest to the oldest; a bound that was deleted since bounds no more. */
function allowedRevisions(
  revisions: readonly Revision[],
  {firstRevisionId, lastRevisionId}: SchemaSettings,
): readonly Revision[] {
  const first = revisions.findIndex(({schema}) => schema.revisionId === firstRevisionId)
  const last = revisions.findIndex(({schema}) => schema.revisionId === lastRevisionId)
  return revisions.slice(Math.max(first, 0), last < 0 ? undefined : last + 1).toReversed()
}

function notFound(message: string): GrpcStatus {
  return new GrpcStatus(STATUS.notFound, message)
}
