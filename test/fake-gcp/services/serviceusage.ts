import {errorInfo} from '../errors.ts'
import {fail, type Cloud, type FakeCall, type Json, type Project, type Route} from '../service.ts'
import {pageOf} from './pages.ts'

const host = 'serviceusage.googleapis.com'
/** Works before anything is enabled. */
const common = {host, always: true} as const
const GET = 'serviceusage.services.get'
const ENABLE = 'serviceusage.services.enable'
/** https://cloud.google.com/service-usage/docs/reference/rest/v1/services/batchEnable */
const MOST_AT_ONCE = 20
const NEEDS_BILLING = ['run', 'cloudfunctions', 'cloudbuild', 'artifactregistry', 'secretmanager', 'compute']

/** Which APIs are enabled. Answers name projects by number, whatever the request did. */
export const routes: readonly Route[] = [
  {
    ...common,
    method: 'GET',
    path: '/v1/projects/:project/services',
    permission: 'serviceusage.services.list',
    handle: (call, cloud) => {
      const project = known(call, cloud)
      const filter = call.query.get('filter') ?? 'state:ENABLED'
      if (!['state:ENABLED', ''].includes(filter)) fail(400, 'INVALID_ARGUMENT', `The fake has no filter ${filter}.`)
      const all = [...project.services].sort().map((service) => show(project, service))
      return pageOf(call, 'services', all)
    },
  },
  {
    ...common,
    method: 'GET',
    path: '/v1/projects/:project/services/:service',
    permission: GET,
    handle: (call, cloud) => show(known(call, cloud), serviceOf(call)),
  },
  {
    ...common,
    method: 'GET',
    path: '/v1/projects/:project/services:batchGet',
    permission: GET,
    handle: (call, cloud) => {
      const project = known(call, cloud)
      const names = call.query.getAll('names').map((name) => name.split('/').at(-1) ?? '')
      if (names.length > 30) fail(400, 'INVALID_ARGUMENT', 'A batch must not have more than 30 services.')
      return {services: names.map((service) => show(project, service))}
    },
  },
  {
    ...common,
    method: 'POST',
    path: '/v1/projects/:project/services:batchEnable',
    permission: ENABLE,
    handle: (call, cloud) => enable(call, cloud, call.body?.serviceIds ?? []),
  },
  {
    ...common,
    method: 'POST',
    path: '/v1/projects/:project/services/:service:enable',
    permission: ENABLE,
    handle: (call, cloud) => enable(call, cloud, [serviceOf(call)]),
  },
  {
    ...common,
    method: 'POST',
    path: '/v1/projects/:project/services/:service:disable',
    permission: 'serviceusage.services.disable',
    handle: (call, cloud) => {
      known(call, cloud).services.delete(serviceOf(call))
      return cloud.operations.start(call, {name: `operations/dis.p2.${cloud.id()}`, finish: () => ({}), polls: 0})
    },
  },
  {
    ...common,
    method: 'POST',
    // It asks for no permission on the project: https://github.com/firebase/firebase-tools/issues/11070
    path: '/v1beta1/projects/:project/services/:service:generateServiceIdentity',
    handle: generateIdentity,
  },
  ...['v1', 'v1beta1'].map((version): Route => ({
    ...common,
    method: 'GET',
    path: `/${version}/operations/:operation`,
    permission: 'serviceusage.operations.get',
    handle: (call, cloud) => cloud.operations.poll(`operations/${call.params['operation']}`),
  })),
]

function enable(call: FakeCall, cloud: Cloud, services: readonly string[]): Json {
  const project = known(call, cloud)
  if (services.length === 0 || services.length > MOST_AT_ONCE) {
    fail(400, 'INVALID_ARGUMENT', `A batch must have between 1 and ${MOST_AT_ONCE} services.`)
  }
  for (const service of services) checkService(service)
  const billed = services.filter((service) => NEEDS_BILLING.includes(service.split('.')[0] ?? ''))
  if (!project.billing && billed.length > 0) {
    fail(
      400,
      'FAILED_PRECONDITION',
      `Billing account for project '${project.number}' is not found. Billing must be enabled for activation of ` +
        `service(s) '${billed.join(',')}' to proceed.`,
      [errorInfo('UREQ_PROJECT_BILLING_NOT_FOUND', {services: billed.join(',')}, 'serviceusage.googleapis.com')],
    )
  }
  const added = services.filter((service) => !project.services.has(service))
  const response = () => ({
    '@type': 'type.googleapis.com/google.api.serviceusage.v1.BatchEnableServicesResponse',
    services: services.map((service) => show(project, service)),
  })
  if (added.length === 0) {
    return {name: 'operations/noop.DONE_OPERATION', done: true, response: response()}
  }
  return cloud.operations.start(call, {
    name: `operations/acat.p2-${project.number}-${cloud.id()}`,
    metadata: () => ({
      '@type': 'type.googleapis.com/google.api.serviceusage.v1.OperationMetadata',
      resourceNames: services.map((service) => `projects/${project.number}/services/${service}`),
    }),
    finish: () => {
      for (const service of added) {
        project.services.add(service)
        cloud.propagate(`service:${service}`)
      }
      return response()
    },
  })
}

function generateIdentity(call: FakeCall, cloud: Cloud): Json {
  const project = known(call, cloud)
  const service = serviceOf(call)
  const agent = `gcp-sa-${service.split('.')[0]}`
  const email = `service-${project.number}@${agent}.iam.gserviceaccount.com`
  return cloud.operations.start(call, {
    name: `operations/finished.DONE_OPERATION-${cloud.id()}`,
    polls: 0,
    finish: () => {
      cloud.addAgent(email)
      const type = 'type.googleapis.com/google.api.serviceusage.v1beta1.ServiceIdentity'
      return {'@type': type, email, uniqueId: cloud.id()}
    },
  })
}

function known(call: FakeCall, cloud: Cloud): Project {
  const name = call.params['project'] ?? ''
  return (
    cloud.findProject(name) ??
    fail(403, 'PERMISSION_DENIED', `Permission denied to get service [${call.params['service'] ?? ''}]`)
  )
}

function serviceOf(call: FakeCall): string {
  const service = call.params['service'] ?? ''
  checkService(service)
  return service
}

function checkService(service: string): void {
  if (!/^[a-z0-9-]+\.googleapis\.com$/.test(service)) {
    fail(404, 'NOT_FOUND', `Not found or permission denied for service(s): ${service}.`)
  }
}

function show(project: Project, service: string): Json {
  return {
    name: `projects/${project.number}/services/${service}`,
    config: {name: service, title: service},
    state: project.services.has(service) ? 'ENABLED' : 'DISABLED',
    parent: `projects/${project.number}`,
  }
}
