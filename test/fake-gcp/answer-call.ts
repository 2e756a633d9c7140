import {checkRequest} from './check-request.ts'
import {checkScopes} from './check-scopes.ts'
import type {FakeCloud} from './cloud.ts'
import {errorAnswer, errorInfo, serviceDisabled} from './errors.ts'
import {faultError} from './faults.ts'
import type {Found} from './router.ts'
import {Answer, FakeError, type FakeCall, type Route} from './service.ts'

export type Violation = {readonly where: string; readonly problem: string}

export type AnswerContext = {
  readonly cloud: FakeCloud
  readonly find: (method: string, host: string, path: string) => Found | undefined
  /** Deviations are added here. */
  readonly violations: Violation[]
  readonly strictScopes?: boolean
  /** Neither tokens nor faults, quotas or propagation. */
  readonly asOwner?: boolean
}

/** Answers one call as the cloud would, in the order in which the real one looks at things. */
export async function answerCall(incoming: FakeCall, context: AnswerContext): Promise<Answer | 'reset'> {
  const {cloud, asOwner} = context
  const before = asOwner ? undefined : cloud.faults.take(incoming, 'before')
  if (before?.kind === 'reset') return 'reset'
  try {
    const {route, params} = checkIncoming(incoming, context)
    if (before) throw faultError(before)
    const project = cloud.findProject(params['project'] ?? '') ?? cloud.project
    if (asOwner !== true && route.open !== true) {
      checkQuotaProject(incoming, cloud)
      checkQuota(incoming, cloud)
      checkEnabled(route, project.id, cloud)
    }
    const stage = asOwner ? undefined : cloud.faults.take(incoming, 'operation')?.kind
    const call: FakeCall = {
      ...incoming,
      params:
        params['project'] === undefined
          ? params
          : {...params, project: cloud.findProject(params['project'])?.id ?? params['project']},
      failStage: typeof stage === 'string' ? stage.replace('operation:', '') : undefined,
    }
    checkPermissions(route, call, cloud)
    const result = await route.handle(call, cloud)
    const after = asOwner ? undefined : cloud.faults.take(incoming, 'after')
    if (after?.kind === 'reset') return 'reset'
    if (after) throw faultError(after)
    return result instanceof Answer ? result : json(result ?? {})
  } catch (error) {
    if (error instanceof FakeError) return errorAnswer(error)
    throw error
  }
}

function json(value: unknown): Answer {
  return new Answer(200, JSON.stringify(value), {'content-type': 'application/json; charset=UTF-8'})
}

function checkIncoming(call: FakeCall, {find, violations, strictScopes, asOwner}: AnswerContext): Found {
  const {method, host, path, query, body, bytes, caller} = call
  const violate = (problem: string): void => {
    violations.push({where: `${method} ${host}${path}`, problem})
  }
  const found = find(method, host, path)
  const checked = found?.route.open
    ? undefined
    : checkRequest({method, host, path, query, body, hasBody: bytes.length > 0})
  for (const problem of checked?.problems ?? []) violate(problem)
  if (!found) {
    violate('the fake has no such route')
    throw new FakeError(501, 'UNIMPLEMENTED', `The fake has no route ${method} ${host}${path}.`)
  }
  if (found.route.open === true || asOwner === true) return found
  if (caller.email === '') throw unauthenticated()
  const scopes = checkScopes(caller.scopes, checked?.method?.scopes ?? [])
  if (scopes.refused) {
    throw new FakeError(403, 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.', [
      errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT', {service: host, method: checked?.method?.id ?? ''}),
    ])
  }
  if (strictScopes === true) {
    for (const scope of scopes.surplus) violate(`the scope ${scope} is more than ${checked?.method?.id} needs`)
  }
  return found
}

function unauthenticated(): FakeError {
  return new FakeError(
    401,
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid ' +
      'authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
  )
}

function checkQuota({host}: FakeCall, cloud: FakeCloud): void {
  if (cloud.withinQuota(host)) return
  throw new FakeError(
    429,
    'RESOURCE_EXHAUSTED',
    `Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of service '${host}'.`,
    [errorInfo('RATE_LIMIT_EXCEEDED', {service: host, consumer: `projects/${cloud.project.number}`})],
  )
}

function checkEnabled({host, always}: Route, projectId: string, cloud: FakeCloud): void {
  const project = cloud.projects.get(projectId) ?? cloud.project
  if (always === true) return
  if (!project.services.has(host) || !cloud.isPropagated(`service:${host}`)) throw serviceDisabled(host, project.number)
}

/** Whoever names a project to count its calls on must be allowed to use that. */
function checkQuotaProject({headers}: FakeCall, cloud: FakeCloud): void {
  const project = headers['x-goog-user-project']
  if (project === undefined) return
  cloud.needed.add('serviceusage.services.use')
  if (cloud.permissions === 'all' || cloud.permissions.has('serviceusage.services.use')) return
  throw new FakeError(
    403,
    'PERMISSION_DENIED',
    `Caller does not have required permission to use project ${project}. Grant the caller the ` +
      'roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission.',
    [errorInfo('USER_PROJECT_DENIED', {service: 'serviceusage.googleapis.com', consumer: `projects/${project}`})],
  )
}

function checkPermissions(route: Route, call: FakeCall, cloud: FakeCloud): void {
  const {permission = []} = route
  const needed = typeof permission === 'function' ? permission(call, cloud) : permission
  const resource = route.on?.(call) ?? `projects/${call.params['project'] ?? cloud.project.id}`
  for (const one of [needed].flat()) cloud.require(one, `${route.host}/${resource}`)
}
