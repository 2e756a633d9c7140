import {SOURCE_LABEL} from '../../desired/function-specs.ts'
import type {FunctionSpec, Labels} from '../../specs.ts'
import type {Outputs} from '../../types.ts'
import {changed, differingFields, type Settings} from '../differences.ts'
import type {LiveFunction, StorageSource} from './live.ts'
import {compareSecrets, compareVariables, secretVariables, variablesToWrite} from './variables.ts'

/** A field of the function, as an update mask names it, with what differs; no reason where another field tells it. */
export type Difference = {readonly field: string; readonly reasons: readonly string[]}

/** Archives are built again where this is in the mask. */
export const SOURCE_FIELD = 'buildConfig.source'
/** So many digits of a bundle's SHA-256 are shown. */
const DIGITS = 12
/** Set to nothing it keeps the buildpack from running a build script. */
const RUN_SCRIPTS = 'GOOGLE_NODE_RUN_SCRIPTS'

/** What is wanted and not there; labels of ownership are not looked at. Pure. */
export function findDifferences(spec: FunctionSpec, live: LiveFunction, outputs: Outputs): readonly Difference[] {
  const {buildConfig, serviceConfig, labels, state} = live
  const body = functionBody(spec, live, outputs, {})
  const [wanted, found] = [describe(body), describe({buildConfig: {}, serviceConfig: {}, ...live})]
  const plain = differingFields(wanted, found).map((field) => ({
    field,
    reasons: [changed(nameOf(field), found[field], wanted[field])],
  }))
  const [before, after] = [labels?.[SOURCE_LABEL], spec.labels[SOURCE_LABEL]]
  const source = before === after ? [] : [changed('bundle', before?.slice(0, DIGITS), after?.slice(0, DIGITS))]
  const failed = state === 'FAILED' ? ['the last deployment failed'] : []
  const lists: readonly Difference[] = [
    {
      field: 'serviceConfig.environmentVariables',
      reasons: compareVariables(spec.environment, serviceConfig?.environmentVariables),
    },
    {
      field: 'serviceConfig.secretEnvironmentVariables',
      reasons: compareSecrets(secretVariables(spec, outputs), serviceConfig?.secretEnvironmentVariables, outputs),
    },
    {field: SOURCE_FIELD, reasons: [...failed, ...source]},
  ]
  const account = spec.buildServiceAccount
  const builder: readonly Difference[] =
    account === undefined || account === lastOf(buildConfig?.serviceAccount)
      ? []
      : [
          {
            field: 'buildConfig.serviceAccount',
            reasons: [changed('build account', lastOf(buildConfig?.serviceAccount), account)],
          },
        ]
  return [...plain, ...builder, ...lists.filter(({reasons}) => reasons.length > 0)]
}

/** The function as it is created, and as it is patched as far as the mask goes. Contains nothing that is output only. */
export function functionBody(
  spec: FunctionSpec,
  live: LiveFunction | undefined,
  outputs: Outputs,
  {labels, storageSource}: {readonly labels?: Labels; readonly storageSource?: StorageSource},
): Required<Pick<LiveFunction, 'environment' | 'labels' | 'buildConfig' | 'serviceConfig'>> {
  const account = spec.buildServiceAccount
  return {
    environment: 'GEN_2',
    labels: labels ?? spec.labels,
    buildConfig: {
      runtime: spec.runtime,
      entryPoint: spec.entryPoint,
      ...(account === undefined ? {} : {serviceAccount: `projects/${outputs.project}/serviceAccounts/${account}`}),
      environmentVariables: {...live?.buildConfig?.environmentVariables, [RUN_SCRIPTS]: ''},
      ...(storageSource ? {source: {storageSource}} : {}),
    },
    serviceConfig: {
      availableMemory: `${spec.memoryMb}Mi`,
      availableCpu: String(spec.cpu),
      maxInstanceRequestConcurrency: spec.concurrency,
      minInstanceCount: spec.minInstances,
      maxInstanceCount: spec.maxInstances,
      timeoutSeconds: spec.timeoutSeconds,
      serviceAccountEmail: spec.serviceAccount,
      ingressSettings: 'ALLOW_ALL',
      allTrafficOnLatestRevision: true,
      environmentVariables: variablesToWrite(spec.environment, live?.serviceConfig?.environmentVariables),
      secretEnvironmentVariables: secretVariables(spec, outputs),
    },
  }
}

/** Each plain setting as a text, by its field in an update mask; what the API leaves out is its default. */
function describe({
  buildConfig,
  serviceConfig,
}: Required<Pick<LiveFunction, 'buildConfig' | 'serviceConfig'>>): Settings {
  const memory = memoryMb(serviceConfig.availableMemory)
  const scripts = buildConfig.environmentVariables?.[RUN_SCRIPTS]
  return {
    'buildConfig.runtime': buildConfig.runtime ?? '',
    'buildConfig.entryPoint': buildConfig.entryPoint ?? '',
    'buildConfig.environmentVariables': scripts === '' ? 'without build scripts' : 'with build scripts',
    'serviceConfig.availableMemory': memory === undefined ? '' : `${memory} MiB`,
    'serviceConfig.availableCpu': cpus(serviceConfig.availableCpu),
    'serviceConfig.maxInstanceRequestConcurrency': String(serviceConfig.maxInstanceRequestConcurrency ?? 1),
    'serviceConfig.minInstanceCount': String(serviceConfig.minInstanceCount ?? 0),
    'serviceConfig.maxInstanceCount': String(serviceConfig.maxInstanceCount ?? ''),
    'serviceConfig.timeoutSeconds': String(serviceConfig.timeoutSeconds ?? 60),
    'serviceConfig.serviceAccountEmail': serviceConfig.serviceAccountEmail ?? '',
    'serviceConfig.ingressSettings': serviceConfig.ingressSettings ?? 'ALLOW_ALL',
    'serviceConfig.allTrafficOnLatestRevision': String(serviceConfig.allTrafficOnLatestRevision ?? false),
  }
}

const UNITS: Readonly<Record<string, number>> = {
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  '': 1,
}

/** `512Mi`, `1Gi`, `536870912`; in MiB. */
function memoryMb(text: string | undefined): number | undefined {
  const [, digits, unit = ''] = /^([\d.]+)([kMG]i?|Ki)?$/.exec(text ?? '') ?? []
  return digits === undefined ? undefined : (Number(digits) * (UNITS[unit] ?? 1)) / 2 ** 20
}

/** `1`, `1000m`. */
function cpus(text = ''): string {
  return text.endsWith('m') ? String(Number.parseFloat(text) / 1000) : text
}

function nameOf(field: string): string {
  if (field === 'buildConfig.environmentVariables') return 'the build is'
  return lastOf(field, '.')!
}

function lastOf(text: string | undefined, separator = '/'): string | undefined {
  return text?.split(separator).at(-1)
}
