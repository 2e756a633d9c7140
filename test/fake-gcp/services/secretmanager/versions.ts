import {fail, type Cloud, type FakeCall, type Json, type Route} from '../../service.ts'
import {below, pageOf} from '../pages.ts'
import {crc32c} from './crc32c.ts'
import {checkEtag, findSecret, host, numbered, quoted, secretName, showName, VERSIONS} from './secrets.ts'

const one = '/v1/projects/:project/secrets/:secret'
const version = `${one}/versions/:version`
/** https://cloud.google.com/secret-manager/quotas */
const MOST_BYTES = 65_536

/** Versions of secrets; `latest` is the newest, whatever its state. */
export const versionRoutes: readonly Route[] = [
  {
    method: 'POST',
    host,
    path: `${one}:addVersion`,
    permission: 'secretmanager.versions.add',
    on: secretName,
    handle: add,
  },
  {
    method: 'GET',
    host,
    path: `${one}/versions`,
    permission: 'secretmanager.versions.list',
    on: secretName,
    handle: (call, cloud) => {
      findSecret(call, cloud)
      const filter = (call.query.get('filter') ?? '').replaceAll(/[\s"]/g, '')
      if (!/^(?:state[:=][A-Z]+)?$/.test(filter)) fail(400, 'INVALID_ARGUMENT', `The fake has no filter ${filter}.`)
      const [, state] = filter.split(/[:=]/)
      const rows = versionsOf(call, cloud).filter((row) => state === undefined || row.state === state)
      return {
        ...pageOf(
          call,
          'versions',
          rows.map((row) => showName(row, cloud)),
        ),
        totalSize: rows.length,
      }
    },
  },
  {
    method: 'GET',
    host,
    path: version,
    permission: 'secretmanager.versions.get',
    on: versionName,
    handle: (call, cloud) => showName(find(call, cloud), cloud),
  },
  {
    method: 'GET',
    host,
    path: `${version}:access`,
    permission: 'secretmanager.versions.access',
    on: versionName,
    handle: (call, cloud) => {
      const row = find(call, cloud)
      if (row.state !== 'ENABLED') {
        fail(400, 'FAILED_PRECONDITION', `Secret Version [${numbered(row.name, cloud)}] is in ${row.state} state.`)
      }
      return {
        name: numbered(row.name, cloud),
        payload: {data: row.payload, dataCrc32c: crc32c(Buffer.from(row.payload, 'base64')).toString()},
      }
    },
  },
  change('destroy', 'DESTROYED'),
  change('disable', 'DISABLED'),
  change('enable', 'ENABLED'),
]

/** Newest first. */
function versionsOf(call: FakeCall, cloud: Cloud): Json[] {
  const number = (row: Json): number => Number(row.name.split('/').at(-1))
  return below(cloud.table(VERSIONS), `${secretName(call)}/versions/`).toSorted((a, b) => number(b) - number(a))
}

function versionName(call: FakeCall): string {
  return `${secretName(call)}/versions/${call.params['version']}`
}

function find(call: FakeCall, cloud: Cloud): Json {
  if (call.params['version'] === 'latest') {
    const [newest] = versionsOf(call, cloud)
    const name = numbered(secretName(call), cloud)
    return newest ?? fail(404, 'NOT_FOUND', `Secret [${name}] not found or has no versions.`)
  }
  const name = versionName(call)
  return (
    cloud.table(VERSIONS).get(name) ?? fail(404, 'NOT_FOUND', `Secret Version [${numbered(name, cloud)}] not found.`)
  )
}

function add(call: FakeCall, cloud: Cloud): Json {
  findSecret(call, cloud)
  const {data = '', dataCrc32c} = call.body?.payload ?? {}
  const bytes = Buffer.from(data, 'base64')
  if (bytes.length > MOST_BYTES) fail(400, 'INVALID_ARGUMENT', 'The payload is larger than 64 KiB.')
  if (dataCrc32c !== undefined && String(dataCrc32c) !== crc32c(bytes).toString()) {
    fail(400, 'INVALID_ARGUMENT', 'The checksum provided does not match the data.')
  }
  const number = Number(versionsOf(call, cloud)[0]?.name.split('/').at(-1) ?? 0) + 1
  const name = `${secretName(call)}/versions/${number}`
  const row = cloud.create(VERSIONS, name, {
    name,
    createTime: cloud.time(),
    state: 'ENABLED',
    replicationStatus: {automatic: {}},
    etag: quoted(cloud),
    ...(dataCrc32c === undefined ? {} : {clientSpecifiedPayloadChecksum: true}),
    payload: bytes.toString('base64'),
  })
  return showName(row, cloud)
}

function change(verb: 'destroy' | 'disable' | 'enable', state: string): Route {
  return {
    method: 'POST',
    host,
    path: `${version}:${verb}`,
    permission: `secretmanager.versions.${verb}`,
    on: versionName,
    handle: (call, cloud) => {
      const row = find(call, cloud)
      checkEtag(call.body?.etag, row.etag)
      if (row.state === 'DESTROYED') fail(400, 'FAILED_PRECONDITION', 'The secret version is destroyed.')
      const {payload, ...rest} = row
      const destroyed = state === 'DESTROYED'
      const changed: Json = {
        ...rest,
        state,
        etag: quoted(cloud),
        ...(destroyed ? {destroyTime: cloud.time()} : {payload}),
      }
      cloud.table(VERSIONS).set(row.name, changed)
      return showName(changed, cloud)
    },
  }
}
