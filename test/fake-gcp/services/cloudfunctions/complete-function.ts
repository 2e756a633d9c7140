import {fail, type Cloud, type Json} from '../../service.ts'
import {checkLabels} from '../labels.ts'

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
}
const RUNTIMES = new Set(['nodejs22', 'nodejs24', 'python312', 'python313', 'go124', 'go125', 'java21'])
/** Ended, so that nothing new is built with them. */
export const DECOMMISSIONED = new Set(['nodejs16', 'nodejs18', 'nodejs20'])

/** MiB of `256M`, `512Mi` or `1Gi`; 400 for anything else. */
export function readMemory(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)(k|M|G|Ki|Mi|Gi)?$/.exec(text) ?? []
  if (digits === '') return fail(400, 'INVALID_ARGUMENT', `Invalid value for available memory: ${text}.`)
  return (Number(digits) * (UNITS[unit] ?? 1)) / 2 ** 20
}

/** What a service gets that asks for memory only (https://cloud.google.com/functions/docs/configuring/memory). */
function cpuFor(memoryMb: number): string {
  const steps: readonly [number, string][] = [
    [128, '0.083'],
    [256, '0.1666'],
    [512, '0.3333'],
    [1024, '0.5833'],
    [2048, '1'],
    [8192, '2'],
  ]
  return steps.find(([upTo]) => memoryMb <= upTo)?.[1] ?? '4'
}

/**
 * A function's settings with what the service fills in. Output fields are not among them. Throws 400 for what is refused
 * at once; what only shows when it is built or started is not looked at here.
 */
export function completeFunction(wanted: Json, name: string, cloud: Cloud): Json {
  checkLabels(wanted.labels)
  const {buildConfig = {}, serviceConfig = {}} = wanted
  const runtime: string | undefined = buildConfig.runtime
  if (runtime === undefined) fail(400, 'INVALID_ARGUMENT', 'Runtime field cannot be empty.')
  if (!RUNTIMES.has(runtime) && !DECOMMISSIONED.has(runtime)) {
    fail(400, 'INVALID_ARGUMENT', `Runtime ${runtime} is not supported on GCF Gen2`)
  }
  if (DECOMMISSIONED.has(runtime)) {
    fail(
      400,
      'INVALID_ARGUMENT',
      `Runtime ${runtime} is decommissioned and no longer allowed. Please use a supported runtime.`,
    )
  }
  const [, project, , region, , id] = name.split('/')
  const memory: string = serviceConfig.availableMemory ?? '256M'
  return {
    ...(wanted.description === undefined ? {} : {description: wanted.description}),
    ...(wanted.labels === undefined || Object.keys(wanted.labels).length === 0 ? {} : {labels: wanted.labels}),
    ...(wanted.eventTrigger === undefined ? {} : {eventTrigger: wanted.eventTrigger}),
    name,
    environment: 'GEN_2',
    url: `https://${region}-${project}.cloudfunctions.net/${id}`,
    buildConfig: {
      dockerRegistry: 'ARTIFACT_REGISTRY',
      dockerRepository: `projects/${project}/locations/${region}/repositories/gcf-artifacts`,
      automaticUpdatePolicy: {},
      serviceAccount: `projects/${project}/serviceAccounts/${cloud.project.number}-compute@developer.gserviceaccount.com`,
      entryPoint: id,
      ...buildConfig,
    },
    serviceConfig: {
      timeoutSeconds: 60,
      maxInstanceCount: 100,
      ingressSettings: 'ALLOW_ALL',
      serviceAccountEmail: `${cloud.project.number}-compute@developer.gserviceaccount.com`,
      allTrafficOnLatestRevision: true,
      maxInstanceRequestConcurrency: 1,
      availableCpu: cpuFor(readMemory(memory)),
      ...withoutZeros(serviceConfig),
      availableMemory: memory,
    },
  }
}

/** 0 is what a number has that was not set. */
function withoutZeros(config: Json): Json {
  return Object.fromEntries(Object.entries(config as object).filter(([, value]) => value !== 0 && value !== null))
}
