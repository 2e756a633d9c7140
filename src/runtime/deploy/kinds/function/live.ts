import type {Labels} from '../../specs.ts'

type Variables = Readonly<Record<string, string>>

export type SecretVariable = {
  readonly key?: string
  readonly projectId?: string
  readonly secret?: string
  readonly version?: string
}

/** Where an uploaded archive is; handed on as it was answered. */
export type StorageSource = {readonly bucket?: string; readonly object?: string; readonly generation?: string}

/** A function as the API tells it, as far as it is read. */
export type LiveFunction = {
  readonly state?: string
  readonly environment?: string
  readonly labels?: Labels
  readonly eventTrigger?: object
  readonly buildConfig?: {
    readonly runtime?: string
    readonly entryPoint?: string
    readonly serviceAccount?: string
    readonly environmentVariables?: Variables
    readonly source?: {readonly storageSource?: StorageSource}
  }
  readonly serviceConfig?: {
    /** Output only: the Cloud Run URL. */
    readonly uri?: string
    readonly availableMemory?: string
    readonly availableCpu?: string
    readonly maxInstanceRequestConcurrency?: number
    readonly minInstanceCount?: number
    readonly maxInstanceCount?: number
    readonly timeoutSeconds?: number
    readonly serviceAccountEmail?: string
    readonly ingressSettings?: string
    readonly allTrafficOnLatestRevision?: boolean
    readonly environmentVariables?: Variables
    readonly secretEnvironmentVariables?: readonly SecretVariable[]
  }
  /** Not of the API: there is no such function, but a Cloud Run service that has its name. */
  readonly runServiceOnly?: true
}
