import type {FakeCloud} from '../../fake-gcp/cloud.ts'

/** Labels and variables that firebase-tools adds, and a hint that it gives to the build. */
const OF_FIREBASE = new Set([
  'deployment-tool',
  'firebase-functions-codebase',
  'firebase-functions-hash',
  'sourceToken',
  'FIREBASE_CONFIG',
  'GCLOUD_PROJECT',
  'EVENTARC_CLOUD_EVENT_SOURCE',
  'FUNCTION_REGION',
  'FUNCTION_TARGET',
  'LOG_EXECUTION_ID',
])

/** The whole cloud without that, without Eventarc's account, and without the digests of archives, which have times. */
export function plainState(cloud: FakeCloud): unknown {
  return JSON.parse(
    JSON.stringify(cloud.snapshot(), (key, value: unknown) => {
      if (OF_FIREBASE.has(key)) return undefined
      if (typeof value === 'string') return value.replace(/@sha256:\w+$/, '')
      if (!Array.isArray(value)) return value
      return value.filter(
        (one: unknown) =>
          !(isRecord(one) && OF_FIREBASE.has(String(one['name']))) && !/@gcp-sa-eventarc\./.test(String(one)),
      ) as unknown
    }),
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
