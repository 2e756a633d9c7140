import {
  DocumentReference,
  FieldPath,
  Firestore,
  GeoPoint,
  Timestamp,
  VectorValue,
  type DocumentSnapshot,
} from '@google-cloud/firestore'
import {StoreError, type DocumentRef, type Store} from './ports.ts'
import {emptyRecord, formatTimestamp, type Fields, type Value} from './value.ts'

/** gRPC status codes by number (https://grpc.io/docs/guides/status-codes/). */
const STATUS_NAMES = [
  'ok',
  'cancelled',
  'unknown',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'aborted',
  'out_of_range',
  'unimplemented',
  'internal',
  'unavailable',
  'data_loss',
  'unauthenticated',
] as const

/**
 * The unmodified client over gRPC. `deadlineMs` is the deadline of each call of its own: the callers' time-outs end the
 * waiting, this one ends the work. Integers come as bigint, so that no digit is lost.
 */
export function createFirestoreStore(options: {readonly projectId: string; readonly deadlineMs: number}): Store {
  const {projectId, deadlineMs} = options
  const firestore = new Firestore({
    projectId,
    preferRest: false,
    useBigInt: true,
    grpcOptions: {'grpc.service_config': planServiceConfig(deadlineMs)},
  })
  const refer = ({collection, id}: DocumentRef): DocumentReference => firestore.collection(collection).doc(id)

  return {
    async read(refs, mask) {
      const references = refs.map(refer)
      const fieldMask = mask?.map((path) => new FieldPath(...path))
      const snapshots = await tidy(() => firestore.getAll(...references, ...(fieldMask ? [{fieldMask}] : [])))
      return snapshots.map((snapshot) => toDocument(snapshot, projectId))
    },
    create: (ref, fields) => unless(['already_exists'], () => refer(ref).create(fields)),
    update: (ref, fields, _timeoutMs, ifVersion) =>
      unless(['not_found', 'failed_precondition'], () => {
        const pairs = Object.entries(fields)
        const precondition = ifVersion instanceof Timestamp ? [{lastUpdateTime: ifVersion}] : []
        return refer(ref).update(Object.fromEntries(pairs), ...precondition)
      }),
  }
}

/**
 * The deadline as gRPC itself knows it (https://github.com/grpc/grpc/blob/master/doc/service_config.md): the client has
 * no setting for its calls, and its own limit is a minute per attempt.
 */
function planServiceConfig(deadlineMs: number): string {
  const name = [{service: 'google.firestore.v1.Firestore'}]
  return JSON.stringify({methodConfig: [{name, timeout: `${(deadlineMs / 1000).toFixed(9)}s`}]})
}

/** The client's errors name documents; only their status goes on. */
async function tidy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const {code} = error as {code?: unknown}
    throw typeof code === 'number' ? new StoreError(STATUS_NAMES[code] ?? 'unknown') : error
  }
}

/** True when the work was done, false for the named outcomes. */
async function unless(outcomes: readonly string[], work: () => Promise<unknown>): Promise<boolean> {
  try {
    await tidy(work)
    return true
  } catch (error) {
    if (error instanceof StoreError && outcomes.includes(error.code)) return false
    throw error
  }
}

function toDocument(snapshot: DocumentSnapshot, projectId: string) {
  const data = snapshot.data()
  return data && {fields: toFields(data, projectId), version: snapshot.updateTime}
}

function toFields(data: Readonly<Record<string, unknown>>, projectId: string): Fields {
  const fields = emptyRecord<Value>()
  for (const [name, value] of Object.entries(data)) fields[name] = toValue(value, projectId)
  return fields
}

function toValue(value: unknown, projectId: string): Value {
  if (value === null || value === undefined) return {nullValue: null}
  if (typeof value === 'string') return {stringValue: value}
  if (typeof value === 'boolean') return {booleanValue: value}
  if (typeof value === 'bigint') return {integerValue: String(value)}
  if (typeof value === 'number') return {doubleValue: toDouble(value)}
  if (value instanceof Timestamp) return {timestampValue: formatTimestamp(value.seconds, value.nanoseconds)}
  if (value instanceof Uint8Array) return {bytesValue: Buffer.from(value).toString('base64')}
  if (value instanceof GeoPoint) return {geoPointValue: {latitude: value.latitude, longitude: value.longitude}}
  if (value instanceof DocumentReference) {
    return {referenceValue: `projects/${projectId}/databases/${value.firestore.databaseId}/documents/${value.path}`}
  }
  if (value instanceof VectorValue) return toVector(value)
  if (Array.isArray(value)) return {arrayValue: {values: value.map((entry) => toValue(entry, projectId))}}
  return {mapValue: {fields: toFields(value as Record<string, unknown>, projectId)}}
}

/** A vector as the REST API shows it: a map with a type name. */
function toVector(vector: VectorValue): Value {
  const fields = emptyRecord<Value>()
  fields['__type__'] = {stringValue: '__vector__'}
  fields['value'] = {arrayValue: {values: vector.toArray().map((entry) => ({doubleValue: toDouble(entry)}))}}
  return {mapValue: {fields}}
}

function toDouble(value: number): Extract<Value, {doubleValue: unknown}>['doubleValue'] {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  return Object.is(value, -0) ? '-0' : value
}
