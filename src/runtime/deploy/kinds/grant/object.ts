import type {GrantObject} from '../../specs.ts'
import type {ApiName, ApiRequest, ReadContext} from '../../types.ts'
import type {Policy} from './policy.ts'

/** Where an object's IAM policy is: the API and the object's path. */
function placeOf({type, name}: GrantObject, {target}: ReadContext): {readonly api: ApiName; readonly path: string} {
  const {project, region} = target
  const id = encodeURIComponent(name)
  switch (type) {
    case 'project':
      return {api: 'cloudresourcemanager', path: `/v3/projects/${id}`}
    case 'secret':
      return {api: 'secretmanager', path: `/v1/projects/${project}/secrets/${id}`}
    case 'topic':
      return {api: 'pubsub', path: `/v1/projects/${project}/topics/${id}`}
    case 'subscription':
      return {api: 'pubsub', path: `/v1/projects/${project}/subscriptions/${id}`}
    case 'run-service':
      return {api: 'run', path: `/v2/projects/${project}/locations/${region}/services/${id}`}
    default:
      return type satisfies never
  }
}

/** Version 3, since others may have conditions; without it a write would lose them. Projects are asked with POST. */
export function getPolicyRequest(object: GrantObject, context: ReadContext): ApiRequest {
  const {api, path} = placeOf(object, context)
  if (object.type === 'project') {
    const body = {options: {requestedPolicyVersion: 3}}
    return {api, method: 'POST', path: `${path}:getIamPolicy`, body, readOnly: true, repeatable: true}
  }
  return {api, method: 'GET', path: `${path}:getIamPolicy`, query: {'options.requestedPolicyVersion': '3'}}
}

/** Sends the etag that was read, so that a change in between is refused. */
export function setPolicyRequest(object: GrantObject, policy: Policy, context: ReadContext): ApiRequest {
  const {api, path} = placeOf(object, context)
  return {api, method: 'POST', path: `${path}:setIamPolicy`, body: {policy}}
}
