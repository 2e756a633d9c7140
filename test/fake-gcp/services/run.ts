import {policyRoutes} from '../policies.ts'
import {fail, type Cloud, type FakeCall, type Json, type Route} from '../service.ts'
import {below, pageOf} from './pages.ts'
import {REGION_NAMES, regionOf} from './regions.ts'
import {removeService, REVISIONS, SERVICES} from './run/deploy-service.ts'
import {showV1} from './run/show-v1.ts'

const host = 'run.googleapis.com'
const parent = '/v2/projects/:project/locations/:location'
const path = `${parent}/services/:service`
const pathV1 = '/v1/projects/:project/locations/:location/services/:service'
const namespace = '/apis/serving.knative.dev/v1/namespaces/:project/services'

function nameOf({params}: FakeCall): string {
  return `projects/${params['project']}/locations/${params['location']}/services/${params['service']}`
}

function serviceOf(call: FakeCall, cloud: Cloud): Json {
  regionOf(call)
  const id = call.params['service']
  return (
    cloud.table(SERVICES).get(nameOf(call)) ??
    fail(
      404,
      'NOT_FOUND',
      `Resource '${id}' of kind 'SERVICE' in region '${call.params['location']}' in project '${call.params['project']}' does not exist.`,
    )
  )
}

function showV2(service: Json): Json {
  return {...service, observedGeneration: service.generation}
}

/** Of one region, or of all where the path has `-`; v2 itself knows no `-` for services. */
function servicesIn(call: FakeCall, cloud: Cloud): Json[] {
  return below(cloud.table(SERVICES), `projects/${call.params['project']}/locations/${regionOf(call)}/services/`)
}

/** v1 has no region in the path of a namespace: the host has it, so the first of the name is taken. */
function namedAnywhere(call: FakeCall, cloud: Cloud): Json {
  const id = call.params['service']
  const found = [...cloud.table(SERVICES).values()].find(({name}) => name.endsWith(`/services/${id}`))
  return found ?? fail(404, 'NOT_FOUND', `Resource '${id}' of kind 'SERVICE' does not exist.`)
}

const permissions = {get: 'run.services.getIamPolicy', set: 'run.services.setIamPolicy'}

/** Cloud Run as far as Cloud Functions uses it: what a function became, who may call it, its revisions. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    host,
    path,
    permission: 'run.services.get',
    on: nameOf,
    handle: (call, cloud) => showV2(serviceOf(call, cloud)),
  },
  {
    method: 'GET',
    host,
    path: `${parent}/services`,
    permission: 'run.services.list',
    handle: (call, cloud) => pageOf(call, 'services', servicesIn(call, cloud).map(showV2)),
  },
  {
    method: 'DELETE',
    host,
    path,
    permission: 'run.services.delete',
    on: nameOf,
    handle: (call, cloud) => {
      const service = serviceOf(call, cloud)
      return cloud.operations.start(call, {
        name: `projects/${call.params['project']}/locations/${call.params['location']}/operations/${cloud.id()}`,
        metadata: () => ({'@type': 'type.googleapis.com/google.cloud.run.v2.Service', name: service.name}),
        finish: () => {
          removeService(cloud, service.name)
          return {'@type': 'type.googleapis.com/google.cloud.run.v2.Service', ...showV2(service)}
        },
      })
    },
  },
  {
    method: 'GET',
    host,
    path: `${parent}/operations/:operation`,
    permission: 'run.operations.get',
    handle: ({params}, cloud) =>
      cloud.operations.poll(
        `projects/${params['project']}/locations/${params['location']}/operations/${params['operation']}`,
      ),
  },
  {
    method: 'GET',
    host,
    path: `${path}/revisions`,
    permission: 'run.revisions.list',
    on: nameOf,
    handle: (call, cloud) => {
      serviceOf(call, cloud)
      return pageOf(call, 'revisions', below(cloud.table(REVISIONS), `${nameOf(call)}/revisions/`).toReversed())
    },
  },
  {
    method: 'GET',
    host,
    path: `${path}/revisions/:revision`,
    permission: 'run.revisions.get',
    on: nameOf,
    handle: (call, cloud) =>
      cloud.table(REVISIONS).get(`${nameOf(call)}/revisions/${call.params['revision']}`) ??
      fail(404, 'NOT_FOUND', `Resource '${call.params['revision']}' of kind 'REVISION' does not exist.`),
  },
  {
    method: 'GET',
    host,
    path: pathV1,
    permission: 'run.services.get',
    on: nameOf,
    handle: (call, cloud) => showV1(serviceOf(call, cloud), cloud),
  },
  {
    method: 'GET',
    host,
    path: '/v1/projects/:project/locations/:location/services',
    permission: 'run.services.list',
    handle: (call, cloud) => ({
      apiVersion: 'serving.knative.dev/v1',
      kind: 'ServiceList',
      metadata: {},
      items: (call.params['location'] === '-' ? [...cloud.table(SERVICES).values()] : servicesIn(call, cloud)).map(
        (service) => showV1(service, cloud),
      ),
    }),
  },
  {
    method: 'GET',
    host,
    path: namespace,
    permission: 'run.services.list',
    handle: (_, cloud) => ({
      apiVersion: 'serving.knative.dev/v1',
      kind: 'ServiceList',
      metadata: {},
      items: [...cloud.table(SERVICES).values()].map((service) => showV1(service, cloud)),
    }),
  },
  {
    method: 'GET',
    host,
    path: `${namespace}/:service`,
    permission: 'run.services.get',
    handle: (call, cloud) => showV1(namedAnywhere(call, cloud), cloud),
  },
  {
    method: 'GET',
    host,
    path: '/v1/projects/:project/locations',
    permission: 'run.locations.list',
    handle: ({params}) => ({
      locations: REGION_NAMES.map((locationId) => ({
        name: `projects/${params['project']}/locations/${locationId}`,
        locationId,
      })),
    }),
  },
  // One policy, which both versions read and write.
  ...policyRoutes({host, path, read: 'GET', permissions, check: serviceOf, resource: nameOf, product: 'run'}),
  ...policyRoutes({host, path: pathV1, read: 'GET', permissions, check: serviceOf, resource: nameOf, product: 'run'}),
]
