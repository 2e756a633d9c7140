import {policyRoutes} from '../policies.ts'
import {fail, type Cloud, type FakeCall, type Json, type Route} from '../service.ts'
import {applyMask, readMask} from './field-mask.ts'
import {checkLabels} from './labels.ts'
import {below, pageOf} from './pages.ts'

const host = 'artifactregistry.googleapis.com'
const TABLE = 'artifactregistry.repositories'
const all = '/v1/projects/:project/locations/:location/repositories'
const one = `${all}/:repository`

/** Repositories of images. https://cloud.google.com/artifact-registry/docs/reference/rest */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    host,
    path: all,
    permission: 'artifactregistry.repositories.list',
    handle: (call, cloud) => pageOf(call, 'repositories', below(cloud.table(TABLE), `${parent(call)}/repositories/`)),
  },
  {
    method: 'GET',
    host,
    path: one,
    permission: 'artifactregistry.repositories.get',
    on: nameOf,
    handle: (call, cloud) => find(call, cloud),
  },
  {
    method: 'POST',
    host,
    path: all,
    permission: 'artifactregistry.repositories.create',
    handle: (call, cloud) => {
      const id = call.query.get('repositoryId') ?? ''
      if (!/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(id))
        fail(400, 'INVALID_ARGUMENT', `Invalid repository id '${id}'.`)
      checkBody(call.body)
      const name = `${parent(call)}/repositories/${id}`
      if (cloud.table(TABLE).has(name)) fail(409, 'ALREADY_EXISTS', 'the repository already exists')
      return start(call, cloud, 'create', () => cloud.create(TABLE, name, describe(name, call.body, cloud)))
    },
  },
  {
    method: 'PATCH',
    host,
    path: one,
    permission: 'artifactregistry.repositories.update',
    on: nameOf,
    handle: (call, cloud) => {
      const repository = find(call, cloud)
      const paths = readMask(call.query.get('updateMask')).filter(([field]) => field !== 'name')
      if (paths.some(([field]) => field === 'format')) fail(400, 'INVALID_ARGUMENT', 'format is immutable.')
      checkBody(call.body)
      const changed: Json = {...applyMask(repository, call.body ?? {}, paths), updateTime: cloud.time()}
      cloud.table(TABLE).set(repository.name, changed)
      return changed
    },
  },
  {
    method: 'DELETE',
    host,
    path: one,
    permission: 'artifactregistry.repositories.delete',
    on: nameOf,
    handle: (call, cloud) => {
      const {name} = find(call, cloud)
      return start(call, cloud, 'delete', () => {
        cloud.table(TABLE).delete(name)
        cloud.dropPolicies(name)
        return {}
      })
    },
  },
  {
    method: 'GET',
    host,
    path: '/v1/projects/:project/locations/:location/operations/:operation',
    handle: (call, cloud) => cloud.operations.poll(`${parent(call)}/operations/${call.params['operation']}`),
  },
  ...policyRoutes({
    host,
    path: one,
    read: 'GET',
    permissions: {
      get: 'artifactregistry.repositories.getIamPolicy',
      set: 'artifactregistry.repositories.setIamPolicy',
    },
    check: (call, cloud) => void find(call, cloud),
    product: 'artifactregistry',
  }),
]

/** The repository that Cloud Functions makes with the first build in a region; an existing one is left as it is. */
export function ensureFunctionsRepository(cloud: Cloud, project: string, location: string): void {
  const name = `projects/${project}/locations/${location}/repositories/gcf-artifacts`
  if (cloud.table(TABLE).has(name)) return
  const description = 'This repository is created and used by Cloud Functions for storing function docker images.'
  const labels = {'goog-managed-by': 'cloudfunctions'}
  cloud.create(TABLE, name, describe(name, {format: 'DOCKER', description, labels}, cloud))
}

function describe(name: string, body: Json, cloud: Cloud): Json {
  const now = cloud.time()
  return {...body, name, mode: body?.mode ?? 'STANDARD_REPOSITORY', createTime: now, updateTime: now}
}

function start(call: FakeCall, cloud: Cloud, verb: string, finish: () => Json): Json {
  const name = `${parent(call)}/operations/${verb}-${cloud.id()}`
  const type = 'type.googleapis.com/google.devtools.artifactregistry.v1.OperationMetadata'
  return cloud.operations.start(call, {name, metadata: () => ({'@type': type}), finish})
}

function parent({params}: FakeCall): string {
  return `projects/${params['project']}/locations/${params['location']}`
}

function nameOf(call: FakeCall): string {
  return `${parent(call)}/repositories/${call.params['repository']}`
}

function find(call: FakeCall, cloud: Cloud): Json {
  const name = nameOf(call)
  return cloud.table(TABLE).get(name) ?? fail(404, 'NOT_FOUND', `Repository "${name}" not found`)
}

function checkBody(body: Json): void {
  checkLabels(body?.labels)
  for (const [id, policy] of Object.entries<Json>(body?.cleanupPolicies ?? {})) {
    if (policy.id !== undefined && policy.id !== id) {
      fail(400, 'INVALID_ARGUMENT', `The key ${id} of a clean-up policy differs from its id ${policy.id}.`)
    }
    const kinds = [policy.condition, policy.mostRecentVersions].filter((kind) => kind !== undefined)
    if (kinds.length !== 1) fail(400, 'INVALID_ARGUMENT', `The clean-up policy ${id} needs one kind of condition.`)
    if (policy.mostRecentVersions !== undefined && policy.action !== 'KEEP') {
      fail(400, 'INVALID_ARGUMENT', `The clean-up policy ${id} must keep: most recent versions cannot be deleted.`)
    }
  }
}
