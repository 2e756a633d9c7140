import firestore from '@google-cloud/firestore'
import {PubSub} from '@google-cloud/pubsub'
import type {FunctionsConfig} from './config.ts'
import {readFields, writeFields, type ProtoFields} from './gcp-value.ts'
import {StoreError, type DocumentRef, type FieldPath, type Store, type StoreCall, type StoredDocument} from './ports.ts'
import {formatTraceparent} from './trace.ts'

/** One answer of BatchGetDocuments: a document, or the name of one that is missing. */
type Answer = {
  readonly found?: {readonly name: string; readonly fields: ProtoFields; readonly updateTime: unknown} | null
}

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
 * The package's client of the gRPC service itself, and not its `Firestore` class: that one goes on retrying reads for
 * most of a minute and writes for up to ten, with no setting against it, so that an abandoned write could still land
 * after a later one. Here a call is one attempt that ends with its time; values come as they are stored.
 * `emulatorHost` is FIRESTORE_EMULATOR_HOST.
 */
export function createFirestoreStore(
  {project: projectId, database: databaseId}: Pick<FunctionsConfig, 'project' | 'database'>,
  emulatorHost: string | undefined,
): Store {
  const client = new firestore.v1.FirestoreClient(emulatorHost ? planEmulator(projectId, emulatorHost) : {projectId})
  const database = `projects/${projectId}/databases/${databaseId}`
  const nameOf = ({collection, id}: DocumentRef): string => `${database}/documents/${collection}/${id}`
  const headers = {
    'google-cloud-resource-prefix': database,
    // The emulator takes this as the owner, whom no security rule stops; the real service never gets it.
    ...(emulatorHost ? {authorization: 'Bearer owner'} : {}),
  }
  const within = ({timeoutMs, trace}: StoreCall) => ({
    timeout: timeoutMs,
    retry: null,
    retryRequestOptions: {retries: 0, noResponseRetries: 0},
    otherArgs: {headers: {...headers, traceparent: formatTraceparent(trace)}},
  })
  const commit = (write: object, call: StoreCall) => client.commit({database, writes: [write]}, within(call))

  return {
    async read(refs, mask, call) {
      const documents = refs.map(nameOf)
      const request = {database, documents, ...(mask ? {mask: {fieldPaths: mask.map(formatPath)}} : {})}
      const found = await tidy(async () => {
        const answers = client.batchGetDocuments(request, within(call)) as AsyncIterable<Answer>
        const byName = new Map<string, StoredDocument>()
        for await (const {found} of answers) {
          if (found) byName.set(found.name, {fields: readFields(found.fields), version: found.updateTime})
        }
        return byName
      })
      return documents.map((name) => found.get(name))
    },
    create(ref, fields, call) {
      const write = {update: {name: nameOf(ref), fields: writeFields(fields)}, currentDocument: {exists: false}}
      return unless(['already_exists'], () => commit(write, call))
    },
    update(ref, fields, call, ifVersion) {
      const write = {
        update: {name: nameOf(ref), fields: writeFields(fields)},
        updateMask: {fieldPaths: Object.keys(fields)},
        currentDocument: ifVersion === undefined ? {exists: true} : {updateTime: ifVersion},
      }
      return unless(['not_found', 'failed_precondition'], () => commit(write, call))
    },
  }
}

/**
 * An emulator speaks without TLS. The credentials for that come from the Pub/Sub client, which makes them for its own
 * emulator: the class is not exported by either package.
 */
function planEmulator(projectId: string, host: string) {
  const [, servicePath = '', port = ''] = /^(.*):(\d+)$/.exec(host) ?? []
  const {sslCreds} = new PubSub({projectId, apiEndpoint: host, emulatorMode: true}).options
  return {projectId, servicePath, port: Number(port), ...(sslCreds ? {sslCreds} : {})}
}

/** `a.b`, with backquotes where a name is no plain word (https://firebase.google.com/docs/firestore/quotas). */
function formatPath(path: FieldPath): string {
  return path.map((name) => (/^[A-Za-z_]\w*$/.test(name) ? name : `\`${name}\``)).join('.')
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
