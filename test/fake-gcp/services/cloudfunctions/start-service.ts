import {policyKey, storedPolicy} from '../../policies.ts'
import {FakeError, type Cloud, type Json} from '../../service.ts'
import {deployService} from '../run/deploy-service.ts'
import {readMemory} from './complete-function.ts'

const READERS = new Set(['roles/secretmanager.secretAccessor', 'roles/secretmanager.admin', 'roles/owner'])

/** Makes the Cloud Run service of a function. Throws what Cloud Run refuses; with `broken` the revision does not start. */
export function startService(cloud: Cloud, row: Json, image: string, broken: string | undefined): Json {
  const {serviceConfig: config} = row
  const name = row.name.replace('/functions/', '/services/')
  checkResources(name, config)
  for (const secret of config.secretEnvironmentVariables ?? [])
    checkSecret(cloud, name, secret, config.serviceAccountEmail)
  const service = deployService(cloud, {
    name,
    image,
    labels: {...row.labels, 'goog-managed-by': 'cloudfunctions'},
    environment: config.environmentVariables ?? {},
    secrets: config.secretEnvironmentVariables ?? [],
    serviceAccount: config.serviceAccountEmail,
    memory: config.availableMemory,
    cpu: config.availableCpu,
    concurrency: config.maxInstanceRequestConcurrency,
    minInstances: config.minInstanceCount ?? 0,
    maxInstances: config.maxInstanceCount,
    timeoutSeconds: config.timeoutSeconds,
    ingress: config.ingressSettings,
    ...(broken === undefined ? {} : {broken}),
  })
  if (broken !== undefined) throw refused(name, broken)
  return service
}

function refused(name: string, why: string): FakeError {
  return new FakeError(
    400,
    'INVALID_ARGUMENT',
    `Could not create or update Cloud Run service ${name.split('/').at(-1)}, ${why}`,
  )
}

function checkResources(name: string, config: Json): void {
  const cpu = Number(config.availableCpu)
  const memory = readMemory(config.availableMemory)
  const at = 'spec.template.spec.containers[0].resources.limits'
  if (config.maxInstanceRequestConcurrency > 1000) {
    throw refused(name, 'spec.template.spec.containerConcurrency: must be at most 1000.')
  }
  if (cpu < 1 && config.maxInstanceRequestConcurrency > 1) {
    throw refused(
      name,
      `${at}.cpu: Invalid value specified for cpu. Total cpu < 1 is not supported with concurrency > 1.`,
    )
  }
  const most = cpu < 2 ? 4096 : cpu < 4 ? 8192 : cpu < 6 ? 16_384 : 32_768
  if (memory > most)
    throw refused(name, `${at}.memory: Invalid value specified for memory. With ${cpu} cpu at most ${most}Mi.`)
  if (cpu >= 4 && memory < 2048)
    throw refused(name, `${at}.cpu: Invalid value specified for cpu. It needs at least 2Gi of memory.`)
  if (config.timeoutSeconds > 3600) throw refused(name, 'spec.template.spec.timeoutSeconds: must be at most 3600.')
}

/** The version is there and enabled, and the function's account may read it: on the secret, or on the whole project. */
function checkSecret(cloud: Cloud, name: string, {secret, version, projectId}: Json, email: string): void {
  const project = cloud.findProject(projectId ?? cloud.project.id)?.id ?? projectId
  const whole = `projects/${project}/secrets/${secret}`
  const shown = `projects/${cloud.project.number}/secrets/${secret}/versions/${version}`
  const at = 'spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name'
  const found = cloud.table('secretmanager.versions').get(`${whole}/versions/${newest(cloud, whole, version)}`)
  if (found?.state !== 'ENABLED') throw refused(name, `${at}: Secret ${shown} was not found`)
  const member = `serviceAccount:${email}`
  const mayRead = [
    policyKey('secretmanager.googleapis.com', whole),
    policyKey('cloudresourcemanager.googleapis.com', `projects/${project}`),
  ].some((key) =>
    storedPolicy(cloud, key).bindings.some(({role, members}) => READERS.has(role) && members.includes(member)),
  )
  if (mayRead) return
  throw refused(
    name,
    `${at}: Permission denied on secret: ${shown} for Revision service account ${email}. The service account used must ` +
      "be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the secret, project " +
      'or higher level.',
  )
}

/** The number behind `latest`. */
export function newest(cloud: Cloud, secret: string, version: string): string {
  if (version !== 'latest') return version
  const numbers = [...cloud.table('secretmanager.versions').keys()]
    .filter((name) => name.startsWith(`${secret}/versions/`))
    .map((name) => Number(name.split('/').at(-1)))
  return String(Math.max(0, ...numbers))
}
