import {policyRoutes} from '../../policies.ts'
import {fail, type Cloud, type FakeCall, type Json, type Route} from '../../service.ts'
import {applyMask, readMask} from '../field-mask.ts'
import {checkLabels} from '../labels.ts'
import {below, pageOf} from '../pages.ts'

export const host = 'secretmanager.googleapis.com'
export const SECRETS = 'secretmanager.secrets'
export const VERSIONS = 'secretmanager.versions'
const all = '/v1/projects/:project/secrets'
const one = `${all}/:secret`

/** Secrets without their versions. They are kept under the project's id and answered under its number. */
export const secretRoutes: readonly Route[] = [
  {method: 'POST', host, path: all, permission: 'secretmanager.secrets.create', handle: create},
  {
    method: 'GET',
    host,
    path: all,
    permission: 'secretmanager.secrets.list',
    handle: (call, cloud) => {
      const filter = call.query.get('filter') ?? ''
      const rows = below(cloud.table(SECRETS), `projects/${call.params['project']}/secrets/`)
      const kept = rows.filter((row) => hasLabels(row.labels, filter)).map((row) => showName(row, cloud))
      return {...pageOf(call, 'secrets', kept), totalSize: kept.length}
    },
  },
  {
    method: 'GET',
    host,
    path: one,
    permission: 'secretmanager.secrets.get',
    on: secretName,
    handle: (call, cloud) => showName(findSecret(call, cloud), cloud),
  },
  {
    method: 'PATCH',
    host,
    path: one,
    permission: 'secretmanager.secrets.update',
    on: secretName,
    handle: (call, cloud) => {
      const secret = findSecret(call, cloud)
      checkEtag(call.body?.etag, secret.etag)
      const paths = readMask(call.query.get('updateMask'))
      if (paths.length === 0) fail(400, 'INVALID_ARGUMENT', 'Missing field: update_mask.')
      if (paths.some(([field]) => field === 'replication')) fail(400, 'INVALID_ARGUMENT', 'replication is immutable.')
      checkLabels(call.body?.labels)
      const changed: Json = {...applyMask(secret, call.body ?? {}, paths), etag: quoted(cloud)}
      cloud.table(SECRETS).set(secret.name, changed)
      return showName(changed, cloud)
    },
  },
  {
    method: 'DELETE',
    host,
    path: one,
    permission: 'secretmanager.secrets.delete',
    on: secretName,
    handle: (call, cloud) => {
      const secret = findSecret(call, cloud)
      checkEtag(call.query.get('etag'), secret.etag)
      cloud.table(SECRETS).delete(secret.name)
      const versions = cloud.table(VERSIONS)
      for (const name of versions.keys()) if (name.startsWith(`${secret.name}/`)) versions.delete(name)
      cloud.dropPolicies(secret.name)
      return {}
    },
  },
  ...policyRoutes({
    host,
    path: one,
    read: 'GET',
    permissions: {get: 'secretmanager.secrets.getIamPolicy', set: 'secretmanager.secrets.setIamPolicy'},
    check: (call, cloud) => void findSecret(call, cloud),
    product: 'secretmanager',
  }),
]

function create(call: FakeCall, cloud: Cloud): Json {
  const secretId = call.query.get('secretId') ?? ''
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(secretId)) fail(400, 'INVALID_ARGUMENT', `Invalid secret id '${secretId}'.`)
  const {replication, labels} = call.body ?? {}
  if (!replication?.automatic && !replication?.userManaged) {
    fail(400, 'INVALID_ARGUMENT', 'Replication must be automatic or user-managed.')
  }
  checkLabels(labels)
  const name = `projects/${call.params['project']}/secrets/${secretId}`
  if (cloud.table(SECRETS).has(name)) {
    fail(409, 'ALREADY_EXISTS', `Secret [${numbered(name, cloud)}] already exists.`)
  }
  const secret = cloud.create(SECRETS, name, {...call.body, name, createTime: cloud.time(), etag: quoted(cloud)})
  return showName(secret, cloud)
}

/** `projects/p/secrets/s`, by which it is kept. */
export function secretName({params}: FakeCall): string {
  return `projects/${params['project']}/secrets/${params['secret']}`
}

export function findSecret(call: FakeCall, cloud: Cloud): Json {
  const name = secretName(call)
  return cloud.table(SECRETS).get(name) ?? fail(404, 'NOT_FOUND', `Secret [${numbered(name, cloud)}] not found.`)
}

/** Etags of secrets are quoted, as AIP-154 has them: https://cloud.google.com/secret-manager/docs/etags */
export function quoted(cloud: Cloud): string {
  return `"${cloud.etag()}"`
}

export function checkEtag(given: string | null | undefined, actual: string): void {
  if (typeof given === 'string' && given !== '' && given !== actual) {
    fail(400, 'FAILED_PRECONDITION', `The etag provided in the request (${given}) does not match ${actual}.`)
  }
}

/** A name with the project's number, as this API answers. */
export function numbered(name: string, cloud: Cloud): string {
  return name.replace(`projects/${cloud.project.id}/`, `projects/${cloud.project.number}/`)
}

export function showName(row: Json, cloud: Cloud): Json {
  const {payload: _payload, ...shown} = row
  return {...shown, name: numbered(row.name, cloud)}
}

/** `labels.a=b AND labels.c=d`, and nothing else. */
function hasLabels(labels: Readonly<Record<string, string>> = {}, filter: string): boolean {
  return filter
    .split(/ AND |\s+/)
    .filter((part) => part !== '')
    .every((part) => {
      const [, key, value] =
        /^labels\.([\w-]+)\s*[=:]\s*"?([\w-]+)"?$/.exec(part) ??
        fail(400, 'INVALID_ARGUMENT', `The fake has no filter ${part}.`)
      return labels[key ?? ''] === value
    })
}
