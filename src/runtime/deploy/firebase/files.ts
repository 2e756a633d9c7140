import {unzipSync} from 'fflate'
import {stageName} from '../names.ts'
import type {FunctionSpec} from '../specs.ts'
import type {Target} from '../types.ts'
import {formatDotenv} from './dotenv.ts'

/** What firebase-tools is given: files by path, and what of them it is to deploy. */
export type FirebaseProject = {
  readonly files: Readonly<Record<string, string | Uint8Array>>
  /** `--only`: these functions and no other, so that none is deleted. */
  readonly only: string
}

export type FirebaseProjectInput = {
  readonly target: Target
  /** The functions that are to be changed; `exists` where a function of the name is there. */
  readonly functions: readonly {readonly spec: FunctionSpec; readonly exists: boolean}[]
  /** Version to pin, by secret id. */
  readonly secretVersions: Readonly<Record<string, string>>
  /** The archive as the other way uploads it; its files are uploaded unchanged. */
  readonly zip: Uint8Array
}

const SOURCE = 'source'
/** Variables with this prefix bind a secret and its version; without one, whatever is newest would be taken. */
const SECRET_REF = 'FIREBASE_SECRET_REF_'

/** The codebase of a stage: firebase-tools may delete what is labelled with it, and nothing else. */
export function codebaseOf({stage}: Target): string {
  return stageName('stitch', stage)
}

/**
 * A Firebase project with nothing but our functions, described by a `functions.yaml`, so that no code of ours runs to
 * find out what there is. Variables are in a dotenv file, since those in `functions.yaml` are dropped; both files are
 * read and not uploaded. Pure.
 */
export function describeFirebaseProject(input: FirebaseProjectInput): FirebaseProject {
  const {target, functions, zip} = input
  const codebase = codebaseOf(target)
  const firebase = {
    functions: [
      {
        source: SOURCE,
        codebase,
        runtime: functions[0]?.spec.runtime,
        disallowLegacyRuntimeConfig: true,
        ignore: ['functions.yaml', '.env', '.env.*', 'node_modules', '.git'],
      },
    ],
  }
  const manifest = {
    specVersion: 'v1alpha1',
    endpoints: Object.fromEntries(functions.map((one) => [one.spec.functionId, describeEndpoint(one, target)])),
  }
  const uploaded = Object.entries(unzipSync(zip)).map(([name, contents]) => [`${SOURCE}/${name}`, contents] as const)
  return {
    files: {
      ...Object.fromEntries(uploaded),
      'firebase.json': toJson(firebase),
      // JSON is YAML.
      [`${SOURCE}/functions.yaml`]: toJson(manifest),
      [`${SOURCE}/.env.${target.project}`]: formatDotenv(variablesOf(input)),
    },
    only: functions.map(({spec}) => `functions:${codebase}:${spec.functionId}`).join(','),
  }
}

function describeEndpoint({spec, exists}: FirebaseProjectInput['functions'][number], {region}: Target) {
  return {
    platform: 'gcfv2',
    region: [region],
    entryPoint: spec.entryPoint,
    availableMemoryMb: spec.memoryMb,
    cpu: spec.cpu,
    concurrency: spec.concurrency,
    // It refuses to raise the lowest bill unless it is forced; the executor does that afterwards.
    ...(spec.minInstances === 0 ? {minInstances: 0} : {}),
    maxInstances: spec.maxInstances,
    timeoutSeconds: spec.timeoutSeconds,
    serviceAccountEmail: spec.serviceAccount,
    ingressSettings: 'ALLOW_ALL',
    labels: spec.labels,
    secretEnvironmentVariables: Object.entries(spec.secrets).map(([key, secret]) => ({key, secret})),
    // Who may call is granted by the step that follows; left out, a new function would be public until then.
    httpsTrigger: exists ? {} : {invoker: ['private']},
  }
}

function variablesOf({functions, secretVersions}: FirebaseProjectInput): Record<string, string> {
  const [first] = functions
  if (functions.some(({spec}) => JSON.stringify(spec.environment) !== JSON.stringify(first?.spec.environment)))
    throw new Error('A codebase has one set of variables, and the functions want different ones.')
  const pinned = functions.flatMap(({spec}) =>
    Object.entries(spec.secrets).flatMap(([key, secret]) => {
      const version = secretVersions[secret]
      return version === undefined ? [] : [[`${SECRET_REF}${key}`, `${secret}:${version}`] as const]
    }),
  )
  return {...first?.spec.environment, ...Object.fromEntries(pinned)}
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
