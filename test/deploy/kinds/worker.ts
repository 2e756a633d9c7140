import {functionKind} from '#runtime/deploy/kinds/function/kind.ts'
import type {LiveFunction} from '#runtime/deploy/kinds/function/live.ts'
import type {FunctionSpec} from '#runtime/deploy/specs.ts'
import {applying, expectValid, ours} from './contexts.ts'
import {createRecordingApi, type Answers} from './recording-api.ts'

export const source = {'stitch-source': 'ab'.repeat(20)}
export const account = 'stitch-worker@acme-tagging.iam.gserviceaccount.com'
/** The worker as a stage wants it. */
export const spec: FunctionSpec = {
  type: 'function',
  id: 'function/stitch-worker',
  functionId: 'stitch-worker',
  entryPoint: 'worker',
  runtime: 'nodejs24',
  labels: {...ours, ...source},
  serviceAccount: account,
  memoryMb: 512,
  cpu: 1,
  concurrency: 20,
  minInstances: 0,
  maxInstances: 10,
  timeoutSeconds: 60,
  environment: {STITCH_CONFIG: '{"project":"acme-tagging","limits":{"batch":50}}'},
  secrets: {STITCH_PEPPER: 'stitch-pepper', STITCH_HMAC_KEYS: 'stitch-hmac-keys'},
  buildServiceAccount: undefined,
  why: 'it is needed',
}
export const parent = '/v2/projects/acme-tagging/locations/us-central1/functions'
export const path = `${parent}/stitch-worker`
export const storageSource = {bucket: 'gcf-v2-uploads', object: 'a.zip'}
/** Answers to what comes before a build. */
export const uploading: Answers = {
  [`POST ${parent}:generateUploadUrl`]: {uploadUrl: 'https://storage.googleapis.com/signed', storageSource},
}

/** The function as its creation has sent it, with what the platform adds. */
export async function created(wanted: FunctionSpec = spec): Promise<LiveFunction> {
  const context = applying(createRecordingApi(uploading))
  await functionKind.apply(wanted, undefined, context)
  expectValid(context.api)
  const [body] = context.api.bodies(`POST ${parent}`) as [LiveFunction]
  return {
    ...body,
    state: 'ACTIVE',
    labels: {...body.labels, 'deployment-tool': 'cli-firebase', 'goog-managed-by': 'cloudfunctions'},
    buildConfig: {serviceAccount: 'projects/acme-tagging/serviceAccounts/1-compute@x', ...body.buildConfig},
    serviceConfig: {
      ...body.serviceConfig,
      environmentVariables: {...body.serviceConfig?.environmentVariables, LOG_EXECUTION_ID: 'true'},
    },
  }
}

export const live = await created()
