import {policyRoutes} from '../policies.ts'
import type {FakeCall, Json, Route} from '../service.ts'
import {
  createFunction,
  deleteFunction,
  functionName,
  functionOf,
  patchFunction,
} from './cloudfunctions/change-function.ts'
import {FUNCTIONS} from './cloudfunctions/deploy-function.ts'
import {parseFilter} from './filter.ts'
import {pageOf} from './pages.ts'
import {REGION_NAMES, regionOf} from './regions.ts'
import {ensureBucket, signUrl} from './storage/objects.ts'

const host = 'cloudfunctions.googleapis.com'
const parent = '/v2/projects/:project/locations/:location'
const path = `${parent}/functions/:function`

/** Cloud Functions v2, and of v1 what tells that there are no functions of it. */
export const routes: readonly Route[] = [
  {
    method: 'POST',
    host,
    path: `${parent}/functions:generateUploadUrl`,
    permission: 'cloudfunctions.functions.generateUploadUrl',
    handle: (call, cloud) => {
      const region = regionOf(call)
      const bucket = `gcf-v2-uploads-${cloud.project.number}-${region}`
      const object = `${cloud.id()}.zip`
      ensureBucket(cloud, bucket, region)
      return {uploadUrl: signUrl(cloud, 'PUT', bucket, object), storageSource: {bucket, object}}
    },
  },
  {
    method: 'POST',
    host,
    path: `${path}:generateDownloadUrl`,
    permission: 'cloudfunctions.functions.sourceCodeGet',
    on: functionName,
    handle: (call, cloud) => {
      const {bucket, object} = functionOf(call, cloud).buildConfig.source.storageSource
      return {downloadUrl: signUrl(cloud, 'GET', bucket, object)}
    },
  },
  {
    method: 'POST',
    host,
    path: `${parent}/functions`,
    permission: 'cloudfunctions.functions.create',
    handle: createFunction,
  },
  {method: 'GET', host, path, permission: 'cloudfunctions.functions.get', on: functionName, handle: functionOf},
  {
    method: 'PATCH',
    host,
    path,
    permission: 'cloudfunctions.functions.update',
    on: functionName,
    handle: patchFunction,
  },
  {
    method: 'DELETE',
    host,
    path,
    permission: 'cloudfunctions.functions.delete',
    on: functionName,
    handle: deleteFunction,
  },
  {
    method: 'GET',
    host,
    path: `${parent}/functions`,
    permission: 'cloudfunctions.functions.list',
    handle: (call, cloud) => {
      const {project, location} = call.params
      const prefix =
        location === '-' ? `projects/${project}/locations/` : `projects/${project}/locations/${regionOf(call)}/`
      const test = parseFilter(call.query.get('filter') ?? '')
      const found = [...cloud.table(FUNCTIONS)]
        .filter(([name, row]) => name.startsWith(prefix) && test(row as object))
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .map(([, row]): Json => row)
      return pageOf(call, 'functions', found)
    },
  },
  {
    method: 'GET',
    host,
    path: `${parent}/operations/:operation`,
    permission: 'cloudfunctions.operations.get',
    handle: (call, cloud) => cloud.operations.poll(`${below(call)}/operations/${call.params['operation']}`),
  },
  {
    method: 'GET',
    host,
    path: `${parent}/operations`,
    permission: 'cloudfunctions.operations.list',
    handle: (call, cloud) => pageOf(call, 'operations', cloud.operations.list(`${below(call)}/operations/`)),
  },
  locations('v2'),
  locations('v1'),
  {
    method: 'GET',
    host,
    path: `${parent}/runtimes`,
    permission: 'cloudfunctions.runtimes.list',
    handle: (call) => {
      regionOf(call)
      const runtimes = [
        runtime('nodejs20', 'Node.js 20', 'DECOMMISSIONED'),
        runtime('nodejs22', 'Node.js 22', 'GA'),
        runtime('nodejs24', 'Node.js 24', 'GA'),
      ]
      return {runtimes: runtimes.filter(parseFilter(call.query.get('filter') ?? ''))}
    },
  },
  {
    method: 'GET',
    host,
    path: '/v1/projects/:project/locations/:location/functions',
    permission: 'cloudfunctions.functions.list',
    handle: () => ({}),
  },
  ...policyRoutes({
    host,
    path,
    read: 'GET',
    permissions: {get: 'cloudfunctions.functions.getIamPolicy', set: 'cloudfunctions.functions.setIamPolicy'},
    check: functionOf,
    product: 'cloudfunctions',
  }),
]

function below({params}: FakeCall): string {
  return `projects/${params['project']}/locations/${params['location']}`
}

function runtime(name: string, displayName: string, stage: string): object {
  return {name, displayName, stage, environment: 'GEN_2'}
}

function locations(version: 'v1' | 'v2'): Route {
  return {
    method: 'GET',
    host,
    path: `/${version}/projects/:project/locations`,
    permission: 'cloudfunctions.locations.list',
    handle: ({params}) => ({
      locations: REGION_NAMES.map((locationId) => ({
        name: `projects/${params['project']}/locations/${locationId}`,
        locationId,
      })),
    }),
  }
}
