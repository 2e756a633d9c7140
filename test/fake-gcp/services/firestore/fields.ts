import {fail, type Cloud, type FakeCall, type Json, type Route} from '../../service.ts'
import {readMask} from '../field-mask.ts'
import {pageOf} from '../pages.ts'
import {databaseName, databaseOf} from './databases.ts'

const host = 'firestore.googleapis.com'
const group = '/v1/projects/:project/databases/:database/collectionGroups/:collection'
/** Only what was set; what a field inherits is worked out when it is read. */
const FIELDS = 'firestore.fields'
/** The operation that sets a field up, by the field's name. */
const PENDING = '.firestore.pending-fields'
const ADMIN = 'type.googleapis.com/google.firestore.admin.v1'

/** What a field has of its own. */
type Own = {indexes?: Json[]; ttl?: 'CREATING' | 'ACTIVE'}

function fieldName(call: FakeCall): string {
  return `${databaseName(call)}/collectionGroups/${call.params['collection']}/fields/${call.params['field']}`
}

/** Every field is there; most have nothing of their own and take what their collection or the database has. */
function fieldOf(call: FakeCall, cloud: Cloud): Json {
  const name = fieldName(call)
  const pending: string | undefined = cloud.table(PENDING).get(name)
  if (pending !== undefined) cloud.operations.poll(pending)
  return showField(cloud, name)
}

function showField(cloud: Cloud, name: string): Json {
  const own: Own = cloud.table(FIELDS).get(name) ?? {}
  const [, database, collection, field] = /^(.+)\/collectionGroups\/(.+)\/fields\/(.+)$/.exec(name) ?? []
  const fallback = `${database}/collectionGroups/__default__/fields/*`
  const ofCollection = `${database}/collectionGroups/${collection}/fields/*`
  const collectionIndexes = field === '*' ? undefined : cloud.table(FIELDS).get(ofCollection)?.indexes
  const inherited: Json[] = collectionIndexes ?? cloud.table(FIELDS).get(fallback)?.indexes ?? AUTOMATIC
  const indexes = own.indexes ?? inherited
  return {
    name,
    indexConfig: {
      ...(indexes.length > 0 ? {indexes} : {}),
      ...(own.indexes === undefined && name !== fallback ? {usesAncestorConfig: true} : {}),
      ...(name === fallback ? {} : {ancestorField: collectionIndexes === undefined ? fallback : ofCollection}),
    },
    ...(own.ttl === undefined ? {} : {ttlConfig: {state: own.ttl}}),
  }
}

const AUTOMATIC: Json[] = [
  ...['ASCENDING', 'DESCENDING'].map((order) => ({
    queryScope: 'COLLECTION',
    fields: [{fieldPath: '*', order}],
    state: 'READY',
  })),
  {queryScope: 'COLLECTION', fields: [{fieldPath: '*', arrayConfig: 'CONTAINS'}], state: 'READY'},
]

/** What the field would have of its own after the call; throws 400 for what the service does not take. */
function planField(call: FakeCall, cloud: Cloud): Own {
  const name = fieldName(call)
  const old: Own = cloud.table(FIELDS).get(name) ?? {}
  const named = readMask(call.query.get('updateMask')).map(([first]) => first)
  const touches = (part: string): boolean => (named.length > 0 ? named.includes(part) : call.body?.[part] !== undefined)
  const unknown = named.find((part) => part !== 'indexConfig' && part !== 'ttlConfig')
  if (unknown !== undefined) fail(400, 'INVALID_ARGUMENT', `Invalid field mask: ${unknown}.`)
  const next: Own = {...old}
  if (touches('indexConfig')) {
    const {indexConfig} = call.body
    if (indexConfig === undefined) delete next.indexes
    else next.indexes = (indexConfig.indexes ?? []).map((index: object) => ({...index, state: 'READY'}))
  }
  if (touches('ttlConfig')) {
    if (call.params['field'] === '*') {
      fail(400, 'INVALID_ARGUMENT', 'Updating ttl other than single field level is not supported.')
    }
    if (call.body.ttlConfig === undefined) delete next.ttl
    else next.ttl = old.ttl ?? 'CREATING'
  }
  if (next.ttl !== undefined && old.ttl === undefined) checkOneTtl(cloud, name)
  return next
}

function checkOneTtl(cloud: Cloud, name: string): void {
  const collection = name.slice(0, name.lastIndexOf('/') + 1)
  for (const [other, {ttl}] of cloud.table(FIELDS)) {
    if (other !== name && other.startsWith(collection) && ttl !== undefined) {
      fail(400, 'FAILED_PRECONDITION', 'A collection group can have only one field with a TTL policy.')
    }
  }
}

function store(cloud: Cloud, name: string, own: Own): void {
  if (Object.keys(own).length > 0) cloud.table(FIELDS).set(name, own)
  else cloud.table(FIELDS).delete(name)
}

function patchField(call: FakeCall, cloud: Cloud): Json {
  const {type} = databaseOf(call, cloud)
  if (type !== 'FIRESTORE_NATIVE') {
    fail(
      400,
      'FAILED_PRECONDITION',
      'The Cloud Firestore API is not available for Firestore in Datastore Mode database ' +
        `projects/${call.params['project']}/databases/${call.params['database']}.`,
    )
  }
  const name = fieldName(call)
  const before: Own = cloud.table(FIELDS).get(name) ?? {}
  const own = planField(call, cloud)
  store(cloud, name, own)
  const operation = `${databaseName(call)}/operations/${cloud.id()}`
  const startTime = cloud.time()
  cloud.table(PENDING).set(name, operation)
  return cloud.operations.start(call, {
    name: operation,
    metadata: ({done}) => ({
      '@type': `${ADMIN}.FieldOperationMetadata`,
      field: name,
      startTime,
      state: done ? 'SUCCESSFUL' : 'PROCESSING',
      ...(done ? {endTime: cloud.time()} : {}),
    }),
    finish: () => {
      if (cloud.table(PENDING).get(name) === operation) cloud.table(PENDING).delete(name)
      const now: Own = cloud.table(FIELDS).get(name) ?? {}
      if (now.ttl === 'CREATING') store(cloud, name, {...now, ttl: 'ACTIVE'})
      return {'@type': `${ADMIN}.Field`, ...showField(cloud, name)}
    },
    abandon: () => {
      cloud.table(PENDING).delete(name)
      store(cloud, name, before)
    },
  })
}

/** Only fields with something of their own are listed, and the call has to say so. */
const FILTERS: Readonly<Record<string, (own: Own) => boolean>> = {
  'indexConfig.usesAncestorConfig:false': ({indexes}) => indexes !== undefined,
  'indexConfig.usesAncestorConfig=false': ({indexes}) => indexes !== undefined,
  'ttlConfig:*': ({ttl}) => ttl !== undefined,
  'indexConfig.usesAncestorConfig:false OR ttlConfig:*': () => true,
}

export const fieldRoutes: readonly Route[] = [
  {
    method: 'GET',
    host,
    path: `${group}/fields/:field`,
    permission: 'datastore.indexes.get',
    on: databaseName,
    handle: (call, cloud) => {
      databaseOf(call, cloud)
      return fieldOf(call, cloud)
    },
  },
  {
    method: 'PATCH',
    host,
    path: `${group}/fields/:field`,
    permission: 'datastore.indexes.update',
    on: databaseName,
    handle: patchField,
  },
  {
    method: 'GET',
    host,
    path: `${group}/fields`,
    permission: 'datastore.indexes.list',
    on: databaseName,
    handle: (call, cloud) => {
      databaseOf(call, cloud)
      const keep =
        FILTERS[call.query.get('filter') ?? ''] ??
        fail(400, 'INVALID_ARGUMENT', 'Only fields that override a setting can be listed: set the filter accordingly.')
      const collection = call.params['collection'] === '-' ? '' : `/collectionGroups/${call.params['collection']}/`
      const names = [...cloud.table(FIELDS)]
        .filter(([name, own]) => name.startsWith(`${databaseName(call)}/`) && name.includes(collection) && keep(own))
        .map(([name]) => name)
      return pageOf(
        call,
        'fields',
        names.toSorted().map((name) => showField(cloud, name)),
      )
    },
  },
]
