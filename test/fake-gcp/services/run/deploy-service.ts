import {createHash} from 'node:crypto'
import type {Cloud, Json} from '../../service.ts'
import {regionCode} from '../regions.ts'

export const SERVICES = 'run.services'
/** Not part of a snapshot: how many there are depends on how often somebody deployed. */
export const REVISIONS = '.run.revisions'

/** What a service runs. `name` is `projects/p/locations/r/services/s`. */
export type ServiceSpec = {
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  readonly environment: Readonly<Record<string, string>>
  readonly secrets: readonly {readonly key: string; readonly secret: string; readonly version: string}[]
  readonly serviceAccount: string
  readonly memory: string
  readonly cpu: string
  readonly concurrency: number
  readonly minInstances: number
  readonly maxInstances: number
  readonly timeoutSeconds: number
  readonly ingress: string
  /** Why the new revision does not serve; absent: it does. */
  readonly broken?: string
}

/** The part of a service's run.app address that is the same for a project and region. */
function hashOf(cloud: Cloud, region: string): string {
  return createHash('sha256').update(`${cloud.project.number}/${region}`).digest('hex').slice(0, 10)
}

/** `https://stitch-lookup-0123456789-uc.a.run.app`. */
export function serviceUri(cloud: Cloud, name: string): string {
  const [, , , region = '', , id = ''] = name.split('/')
  return `https://${id}-${hashOf(cloud, region)}-${regionCode(region)}.a.run.app`
}

/** Both addresses of a service: the one with a hash, and the one with the project's number. */
function urlsOf(cloud: Cloud, name: string): readonly string[] {
  const [, , , region = '', , id = ''] = name.split('/')
  return [`https://${id}-${cloud.project.number}.${region}.run.app`, serviceUri(cloud, name)]
}

/** The service that answers at a host name, or undefined. */
export function serviceAt(cloud: Cloud, host: string): Json {
  return [...cloud.table(SERVICES).values()].find(({urls}) => urls.includes(`https://${host}`))
}

/** Makes a new revision, and the service if there is none yet. Resolves to the service as v2 of the API gives it. */
export function deployService(cloud: Cloud, spec: ServiceSpec): Json {
  const old = cloud.table(SERVICES).get(spec.name)
  const id = spec.name.split('/').at(-1) ?? ''
  const revision = `${spec.name}/revisions/${id}-${cloud.id()}`
  const template = templateOf(spec)
  const state = spec.broken === undefined ? 'CONDITION_SUCCEEDED' : 'CONDITION_FAILED'
  const terminalCondition = {
    type: 'Ready',
    state,
    lastTransitionTime: cloud.time(),
    ...(spec.broken === undefined ? {} : {message: spec.broken, reason: 'REVISION_FAILED'}),
  }
  cloud.table(REVISIONS).set(revision, {
    name: revision,
    uid: cloud.id(),
    generation: '1',
    service: id,
    labels: spec.labels,
    createTime: cloud.time(),
    updateTime: cloud.time(),
    launchStage: 'GA',
    ...template,
    conditions: [terminalCondition],
    observedGeneration: '1',
    etag: cloud.etag(),
  })
  const service = {
    ...old,
    name: spec.name,
    uid: old?.uid ?? cloud.id(),
    generation: String(Number(old?.generation ?? 0) + 1),
    labels: spec.labels,
    createTime: old?.createTime ?? cloud.time(),
    updateTime: cloud.time(),
    creator: `service-${cloud.project.number}@gcf-admin-robot.iam.gserviceaccount.com`,
    client: 'cloudfunctions',
    ingress: spec.ingress === 'ALLOW_ALL' ? 'INGRESS_TRAFFIC_ALL' : 'INGRESS_TRAFFIC_INTERNAL_ONLY',
    launchStage: 'GA',
    template,
    traffic: [{type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100}],
    trafficStatuses: [{type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100}],
    terminalCondition,
    conditions: [{type: 'RoutesReady', state, lastTransitionTime: cloud.time()}],
    latestCreatedRevision: revision,
    ...(spec.broken === undefined ? {latestReadyRevision: revision} : {}),
    urls: urlsOf(cloud, spec.name),
    uri: serviceUri(cloud, spec.name),
    etag: cloud.etag(),
  }
  cloud.table(SERVICES).set(spec.name, service)
  return service
}

/** Takes a service away with its revisions and policy. */
export function removeService(cloud: Cloud, name: string): void {
  cloud.table(SERVICES).delete(name)
  for (const revision of cloud.table(REVISIONS).keys()) {
    if (revision.startsWith(`${name}/`)) cloud.table(REVISIONS).delete(revision)
  }
  cloud.dropPolicies(name)
}

/** Puts a service there that somebody else deployed straight to Cloud Run. */
export function seedService(cloud: Cloud, {id, region}: {id: string; region: string}): void {
  deployService(cloud, {
    name: `projects/${cloud.project.id}/locations/${region}/services/${id}`,
    image: 'us-docker.pkg.dev/cloudrun/container/hello',
    labels: {},
    environment: {},
    secrets: [],
    serviceAccount: `${cloud.project.number}-compute@developer.gserviceaccount.com`,
    memory: '512Mi',
    cpu: '1',
    concurrency: 80,
    minInstances: 0,
    maxInstances: 100,
    timeoutSeconds: 300,
    ingress: 'ALLOW_ALL',
  })
}

function templateOf(spec: ServiceSpec): Json {
  return {
    scaling: {
      ...(spec.minInstances > 0 ? {minInstanceCount: spec.minInstances} : {}),
      maxInstanceCount: spec.maxInstances,
    },
    timeout: `${spec.timeoutSeconds}s`,
    serviceAccount: spec.serviceAccount,
    containers: [
      {
        name: 'worker',
        image: spec.image,
        env: [
          ...Object.entries(spec.environment).map(([name, value]) => ({name, value})),
          ...spec.secrets.map(({key, secret, version}) => ({
            name: key,
            valueSource: {secretKeyRef: {secret, version}},
          })),
        ],
        resources: {limits: {cpu: spec.cpu, memory: spec.memory}, cpuIdle: true, startupCpuBoost: true},
        ports: [{name: 'http1', containerPort: 8080}],
      },
    ],
    maxInstanceRequestConcurrency: spec.concurrency,
  }
}
