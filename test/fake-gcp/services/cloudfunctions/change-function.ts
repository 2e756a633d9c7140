import {fail, type Cloud, type FakeCall, type Json} from '../../service.ts'
import {applyMask, readMask} from '../field-mask.ts'
import {regionOf} from '../regions.ts'
import {removeService, SERVICES} from '../run/deploy-service.ts'
import {deleteObject} from '../storage/objects.ts'
import {completeFunction} from './complete-function.ts'
import {FUNCTIONS, PENDING, startDeployment} from './deploy-function.ts'

const SETTABLE = ['description', 'labels', 'buildConfig', 'serviceConfig', 'eventTrigger'] as const

export function functionName(call: FakeCall): string {
  const region = regionOf(call)
  return `projects/${call.params['project']}/locations/${region}/functions/${call.params['function']}`
}

/** The function of the path, or 404. Looking lets the time of a deployment pass. */
export function functionOf(call: FakeCall, cloud: Cloud): Json {
  const name = functionName(call)
  const pending: string | undefined = cloud.table(PENDING).get(name)
  if (pending !== undefined) cloud.operations.poll(pending)
  return cloud.table(FUNCTIONS).get(name) ?? fail(404, 'NOT_FOUND', `Resource '${name}' was not found`)
}

export function createFunction(call: FakeCall, cloud: Cloud): Json {
  const region = regionOf(call)
  const id = call.query.get('functionId') ?? ''
  if (!/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(id)) {
    fail(400, 'INVALID_ARGUMENT', `Invalid function id ${id}. It must be a valid RFC 1035 label.`)
  }
  const name = `projects/${call.params['project']}/locations/${region}/functions/${id}`
  if (call.body?.name !== undefined && call.body.name !== name) {
    fail(400, 'INVALID_ARGUMENT', `The name of the function is not ${name}.`)
  }
  if (cloud.table(FUNCTIONS).has(name)) fail(409, 'ALREADY_EXISTS', `Resource '${name}' already exists`)
  const wanted = completeFunction(call.body, name, cloud)
  checkAccounts(wanted, cloud)
  if (cloud.table(SERVICES).has(name.replace('/functions/', '/services/'))) {
    fail(
      409,
      'ALREADY_EXISTS',
      `Could not create Cloud Run service ${id}. A Cloud Run service with this name already exists. ` +
        'Please redeploy the function with a different name.',
    )
  }
  const limit = cloud.limits.get(FUNCTIONS)
  if (limit !== undefined && cloud.table(FUNCTIONS).size >= limit) {
    fail(429, 'RESOURCE_EXHAUSTED', `Quota exceeded: at most ${limit} functions in the region ${region}.`)
  }
  return startDeployment(call, cloud, {kind: 'create', wanted, before: undefined})
}

export function patchFunction(call: FakeCall, cloud: Cloud): Json {
  const name = functionName(call)
  const before = cloud.table(FUNCTIONS).get(name) ?? fail(404, 'NOT_FOUND', `Resource '${name}' was not found`)
  checkIdle(name, cloud)
  const named = readMask(call.query.get('updateMask')).filter(([field]) => field !== 'name' && field !== 'environment')
  const paths = named.length > 0 ? named : SETTABLE.filter((field) => field in call.body).map((field) => [field])
  const wrong = paths.find(([field]) => !SETTABLE.some((one) => one === field))
  if (wrong) fail(400, 'INVALID_ARGUMENT', `Invalid field mask: ${wrong.join('.')}.`)
  const wanted = completeFunction(withoutOutputs(applyMask(before, call.body ?? {}, paths)), name, cloud)
  checkAccounts(wanted, cloud)
  return startDeployment(call, cloud, {kind: 'update', wanted, before})
}

export function deleteFunction(call: FakeCall, cloud: Cloud): Json {
  const name = functionName(call)
  const row = cloud.table(FUNCTIONS).get(name) ?? fail(404, 'NOT_FOUND', `Resource '${name}' was not found`)
  checkIdle(name, cloud)
  const [, project, , region = '', , id] = name.split('/')
  const operation = `projects/${project}/locations/${region}/operations/operation-${cloud.id()}`
  const started = cloud.time()
  cloud.table(FUNCTIONS).set(name, {...row, state: 'DELETING'})
  cloud.table(PENDING).set(name, operation)
  return cloud.operations.start(call, {
    name: operation,
    metadata: ({done}) => ({
      '@type': 'type.googleapis.com/google.cloud.functions.v2.OperationMetadata',
      createTime: started,
      ...(done ? {endTime: cloud.time()} : {}),
      target: name,
      verb: 'delete',
      apiVersion: 'v2',
      operationType: 'DELETE_FUNCTION',
      stages: [{name: 'SERVICE', message: 'Deleting Cloud Run service', state: done ? 'COMPLETE' : 'IN_PROGRESS'}],
    }),
    finish: () => {
      cloud.table(PENDING).delete(name)
      cloud.table(FUNCTIONS).delete(name)
      cloud.dropPolicies(name)
      removeService(cloud, name.replace('/functions/', '/services/'))
      deleteObject(cloud, `gcf-v2-sources-${cloud.project.number}-${region}`, `${id}/function-source.zip`)
      return {}
    },
    abandon: () => {
      cloud.table(PENDING).delete(name)
      cloud.table(FUNCTIONS).set(name, {...row, state: 'FAILED'})
    },
  })
}

/** One operation per function at a time. */
function checkIdle(name: string, cloud: Cloud): void {
  if (cloud.table(PENDING).has(name)) fail(409, 'ABORTED', 'unable to queue the operation')
}

/** The accounts that it runs and is built as are there, and the caller may act as them. */
function checkAccounts({buildConfig, serviceConfig}: Json, cloud: Cloud): void {
  const builder: string = buildConfig.serviceAccount.split('/').at(-1)
  for (const email of new Set([serviceConfig.serviceAccountEmail as string, builder])) {
    cloud.requireAccount(email)
    // The default account of builds is Google's choice, and nobody is asked for it.
    if (email === builder && email.endsWith('-compute@developer.gserviceaccount.com')) continue
    cloud.require('iam.serviceAccounts.actAs', `projects/-/serviceAccounts/${email}`)
  }
}

function withoutOutputs(row: Json): Json {
  const {state: _, stateMessages: __, createTime, updateTime, url, environment, name, ...settings} = row
  void [createTime, updateTime, url, environment, name]
  const {build, sourceProvenance, ...buildConfig} = settings.buildConfig ?? {}
  const {service, uri, revision, ...serviceConfig} = settings.serviceConfig ?? {}
  void [build, sourceProvenance, service, uri, revision]
  return {...settings, buildConfig, serviceConfig}
}
