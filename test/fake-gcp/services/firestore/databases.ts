import {fail, type Cloud, type FakeCall, type Json, type Route} from '../../service.ts'
import {applyMask, readMask} from '../field-mask.ts'
import {below} from '../pages.ts'

const host = 'firestore.googleapis.com'
const path = '/v1/projects/:project/databases/:database'
export const DATABASES = 'firestore.databases'
/** Operation by name of the database that it makes. */
const PENDING = '.firestore.pending'
/** Milliseconds from which the id of a deleted database can be taken again, by its name. */
const RESERVED = '.firestore.reserved'
const RESERVED_MS = 300_000

const ADMIN = 'type.googleapis.com/google.firestore.admin.v1'
const LOCATIONS = new Set(
  (
    'nam5 nam7 eur3 us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4 ' +
    'northamerica-northeast1 northamerica-northeast2 southamerica-east1 southamerica-west1 europe-west1 europe-west2 ' +
    'europe-west3 europe-west4 europe-west6 europe-west8 europe-west9 europe-west10 europe-west12 europe-central2 ' +
    'europe-north1 europe-southwest1 me-central1 me-west1 africa-south1 asia-east1 asia-east2 asia-northeast1 ' +
    'asia-northeast2 asia-northeast3 asia-south1 asia-south2 asia-southeast1 asia-southeast2 ' +
    'australia-southeast1 australia-southeast2'
  ).split(' '),
)

/** `projects/p/databases/d` of a path that has both. */
export function databaseName({params}: FakeCall): string {
  return `projects/${params['project']}/databases/${params['database']}`
}

/** The database of the path, or 404. Looking lets the time of its making pass. */
export function databaseOf(call: FakeCall, cloud: Cloud): Json {
  const name = databaseName(call)
  const pending: string | undefined = cloud.table(PENDING).get(name)
  if (pending !== undefined) cloud.operations.poll(pending)
  return (
    cloud.table(DATABASES).get(name) ??
    fail(
      404,
      'NOT_FOUND',
      `The database ${call.params['database']} does not exist for project ${call.params['project']}.`,
    )
  )
}

/** Puts a database there as if somebody had made it before. `type` DATASTORE_MODE is one that no functions can use. */
export function seedDatabase(
  cloud: Cloud,
  {id = '(default)', location, type = 'FIRESTORE_NATIVE'}: {id?: string; location: string; type?: string},
): void {
  const name = `projects/${cloud.project.id}/databases/${id}`
  cloud.table(DATABASES).set(name, completeDatabase(cloud, name, {locationId: location, type}))
}

function completeDatabase(cloud: Cloud, name: string, wanted: Json): Json {
  return {
    concurrencyMode: 'PESSIMISTIC',
    appEngineIntegrationMode: 'DISABLED',
    pointInTimeRecoveryEnablement: 'POINT_IN_TIME_RECOVERY_DISABLED',
    deleteProtectionState: 'DELETE_PROTECTION_DISABLED',
    databaseEdition: 'STANDARD',
    ...wanted,
    name,
    uid: `00000000-0000-4000-8000-${cloud.id().padStart(12, '0').slice(-12)}`,
    createTime: cloud.time(),
    updateTime: cloud.time(),
    earliestVersionTime: cloud.time(),
    versionRetentionPeriod: '3600s',
    freeTier: name.endsWith('/(default)'),
    etag: cloud.etag(),
  }
}

function checkNew(call: FakeCall, cloud: Cloud, id: string, name: string): void {
  if (id !== '(default)' && !/^[a-z][a-z0-9-]{2,61}[a-z0-9]$/.test(id)) {
    fail(400, 'INVALID_ARGUMENT', `Invalid database ID: ${id}.`)
  }
  const {type, locationId} = call.body
  if (type === undefined) fail(400, 'INVALID_ARGUMENT', 'The database type is required.')
  if (!LOCATIONS.has(locationId)) fail(400, 'INVALID_ARGUMENT', `Invalid locationId: ${locationId}`)
  if (cloud.table(DATABASES).has(name) || cloud.table(PENDING).has(name)) {
    fail(409, 'ALREADY_EXISTS', 'Database already exists. Please use another database_id')
  }
  const wait = (cloud.table(RESERVED).get(name) ?? 0) - cloud.clock.now()
  if (wait > 0) {
    fail(
      400,
      'FAILED_PRECONDITION',
      `Database ID '${id}' is not available in project '${call.params['project']}'. ` +
        `Please retry in ${Math.ceil(wait / 1000)} seconds.`,
    )
  }
}

export const databaseRoutes: readonly Route[] = [
  {method: 'GET', host, path, permission: 'datastore.databases.getMetadata', on: databaseName, handle: databaseOf},
  {
    method: 'GET',
    host,
    path: '/v1/projects/:project/databases',
    permission: 'datastore.databases.list',
    handle: (call, cloud) => {
      const databases = below(cloud.table(DATABASES), `projects/${call.params['project']}/databases/`)
      return databases.length > 0 ? {databases} : {}
    },
  },
  {
    method: 'POST',
    host,
    path: '/v1/projects/:project/databases',
    permission: 'datastore.databases.create',
    handle: (call, cloud) => {
      const id = call.query.get('databaseId') ?? ''
      const name = `projects/${call.params['project']}/databases/${id}`
      checkNew(call, cloud, id, name)
      const operation = `${name}/operations/${cloud.id()}`
      cloud.table(PENDING).set(name, operation)
      return cloud.operations.start(call, {
        name: operation,
        metadata: () => ({'@type': `${ADMIN}.CreateDatabaseMetadata`}),
        finish: () => {
          cloud.table(PENDING).delete(name)
          const database = cloud.create(DATABASES, name, completeDatabase(cloud, name, call.body))
          return {'@type': `${ADMIN}.Database`, ...database}
        },
        abandon: () => void cloud.table(PENDING).delete(name),
      })
    },
  },
  {
    method: 'PATCH',
    host,
    path,
    permission: 'datastore.databases.update',
    on: databaseName,
    handle: (call, cloud) => {
      const old = databaseOf(call, cloud)
      const {etag, locationId, type} = call.body
      if (etag !== undefined && etag !== old.etag) fail(409, 'ABORTED', 'The etag of the database has changed.')
      const paths = readMask(call.query.get('updateMask'))
      if (paths.some(([field]) => field === 'locationId') && locationId !== old.locationId) {
        fail(400, 'INVALID_ARGUMENT', 'The location of a database cannot be changed.')
      }
      if (paths.some(([field]) => field === 'type') && type !== old.type) {
        fail(400, 'FAILED_PRECONDITION', 'The type of a database that is not empty cannot be changed.')
      }
      return cloud.operations.start(call, {
        name: `${databaseName(call)}/operations/${cloud.id()}`,
        metadata: () => ({'@type': `${ADMIN}.UpdateDatabaseMetadata`}),
        finish: () => {
          const changed = {...applyMask(old, call.body, paths), etag: cloud.etag(), updateTime: cloud.time()}
          cloud.table(DATABASES).set(databaseName(call), changed)
          return {'@type': `${ADMIN}.Database`, ...changed}
        },
      })
    },
  },
  {
    method: 'DELETE',
    host,
    path,
    permission: 'datastore.databases.delete',
    on: databaseName,
    handle: (call, cloud) => {
      const old = databaseOf(call, cloud)
      const etag = call.query.get('etag')
      if (etag !== null && etag !== old.etag) fail(409, 'ABORTED', 'The etag of the database has changed.')
      if (old.deleteProtectionState === 'DELETE_PROTECTION_ENABLED') {
        fail(400, 'FAILED_PRECONDITION', 'The database has delete protection enabled, so it cannot be deleted.')
      }
      const name = databaseName(call)
      cloud.table(DATABASES).delete(name)
      cloud.table(RESERVED).set(name, cloud.clock.now() + RESERVED_MS)
      for (const field of cloud.table('firestore.fields').keys()) {
        if (field.startsWith(`${name}/`)) cloud.table('firestore.fields').delete(field)
      }
      return cloud.operations.start(call, {
        name: `${name}/operations/${cloud.id()}`,
        metadata: () => ({'@type': `${ADMIN}.DeleteDatabaseMetadata`}),
        finish: () => ({'@type': `${ADMIN}.Database`, ...old}),
        polls: 0,
      })
    },
  },
]
