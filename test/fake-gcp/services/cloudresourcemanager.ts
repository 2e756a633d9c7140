import {policyRoutes} from '../policies.ts'
import {fail, type Cloud, type FakeCall, type Json, type Project, type Route} from '../service.ts'

const host = 'cloudresourcemanager.googleapis.com'
const policies = {
  host,
  read: 'POST',
  permissions: {get: 'resourcemanager.projects.getIamPolicy', set: 'resourcemanager.projects.setIamPolicy'},
  check: (call: FakeCall, cloud: Cloud) => void known(call, cloud),
  resource: (call: FakeCall) => `projects/${call.params['project']}`,
} as const

/** Projects and their policies, in both versions. https://cloud.google.com/resource-manager/reference/rest */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    host,
    path: '/v1/projects/:project',
    permission: 'resourcemanager.projects.get',
    handle: (call, cloud) => showV1(known(call, cloud)),
  },
  {
    method: 'GET',
    host,
    path: '/v3/projects/:project',
    permission: 'resourcemanager.projects.get',
    handle: (call, cloud) => showV3(known(call, cloud)),
  },
  ...policyRoutes({...policies, path: '/v1/projects/:project'}),
  ...policyRoutes({...policies, path: '/v3/projects/:project'}),
]

/** A project that is not there cannot be told from one that the caller may not see. */
function known(call: FakeCall, cloud: Cloud): Project {
  return (
    cloud.findProject(call.params['project'] ?? '') ??
    fail(403, 'PERMISSION_DENIED', 'The caller does not have permission')
  )
}

const MADE = '2026-01-02T03:04:05.678Z'

function showV1({id, number}: Project): Json {
  return {projectNumber: number, projectId: id, lifecycleState: 'ACTIVE', name: id, createTime: MADE}
}

function showV3({id, number}: Project): Json {
  const etag = Buffer.from(`project ${number}`).toString('base64')
  return {name: `projects/${number}`, projectId: id, state: 'ACTIVE', displayName: id, createTime: MADE, etag}
}
