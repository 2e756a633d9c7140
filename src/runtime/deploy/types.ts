import type {Clock} from '#runtime/kernel/clock.ts'
import type {Spec} from './specs.ts'

/** Where a deployment goes. `stage` is undefined for the unnamed one, whose resources carry no suffix. */
export type Target = {
  readonly project: string
  readonly region: string
  readonly stage: string | undefined
}

/** Google APIs that are spoken to, by the first label of their host (`pubsub` is pubsub.googleapis.com). */
export type ApiName =
  | 'artifactregistry'
  | 'cloudbilling'
  | 'cloudbuild'
  | 'cloudfunctions'
  | 'cloudresourcemanager'
  | 'firebase'
  | 'firestore'
  | 'iam'
  | 'logging'
  | 'monitoring'
  | 'pubsub'
  | 'run'
  | 'secretmanager'
  | 'serviceusage'

/** One call of a Google API. */
export type ApiRequest = {
  readonly api: ApiName
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the version on: `/v1/projects/p/topics/t`. Segments are already encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: object
  /**
   * True where sending it twice is as good as once, so that an unclear failure may be repeated. Default: true for GET,
   * PUT and DELETE. A POST or PATCH that may have been carried out is never repeated blindly: it fails with
   * `isUnclear`, and whoever sent it looks again.
   */
  readonly repeatable?: boolean
  /** True for a POST that only reads (`:getIamPolicy`, `:testIamPermissions`): it asks for no more scope than a read. */
  readonly readOnly?: boolean
}

/** `google.longrunning.Operation`, as far as it is read. */
export type Operation = {
  readonly name: string
  readonly done?: boolean
  readonly error?: {readonly code: number; readonly message: string; readonly details?: readonly unknown[]}
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly response?: Readonly<Record<string, unknown>>
}

/** The Google APIs, with authentication, retries and time-outs settled. Rejects with ApiError. */
export type Api = {
  readonly call: <T>(request: ApiRequest) => Promise<T>
  /** undefined for 404, and while the API is not enabled: what cannot exist is not there. */
  readonly find: <T>(request: ApiRequest) => Promise<T | undefined>
  /** All pages of a list, by the name of the list's field. Empty while the API is not enabled. */
  readonly list: <T>(request: ApiRequest, field: string) => Promise<readonly T[]>
  /** Polls until done; `onProgress` sees each state. Rejects with ApiError where the operation ended in an error. */
  readonly wait: (
    api: ApiName,
    version: string,
    operation: Operation,
    onProgress?: (operation: Operation) => void,
  ) => Promise<Operation>
  /** PUT of a zip to a signed URL; no credentials go with it. */
  readonly upload: (url: string, zip: Uint8Array) => Promise<void>
  /** GET of a signed URL; no credentials go with it. */
  readonly download: (url: string) => Promise<Uint8Array>
}

/** Time, as far as a deployment uses it; tests do not wait. `sleep` rejects with the signal's reason. */
export type DeployClock = Clock & {readonly sleep: (ms: number) => Promise<void>}

/** What one resource needs to know of others, read out of the live state; undefined is not known before it is there. */
export type Outputs = {
  readonly project: string
  /** Digits; service agents and member names have it. */
  readonly projectNumber: string
  readonly region: string
  /** Cloud Run URLs by function id. */
  readonly functionUrls: Readonly<Record<string, string>>
  /** Newest enabled version by secret id. */
  readonly secretVersions: Readonly<Record<string, string>>
  /** The bundle that is deployed; its zip is uploaded where a function must be built. */
  readonly source: Source
}

export type Source = {
  /** Of the bundle's one file, which is what simulate prints. */
  readonly sha256: string
  /** The archive as it is uploaded: the same bytes for the same bundle. */
  readonly zip: Uint8Array
}

/** What a comparison finds. Pure: out of a spec, what is there, and outputs. */
export type Comparison =
  | {readonly verdict: 'same'; readonly notes?: readonly Note[]}
  | {readonly verdict: 'create'; readonly notes?: readonly Note[]}
  /** `reasons`: what differs, each as `ackDeadlineSeconds 10 -> 20`; never a secret. */
  | {readonly verdict: 'update'; readonly reasons: readonly string[]; readonly notes?: readonly Note[]}
  /** It is there and not ours; `adopt` says whether naming it would take it over. */
  | {readonly verdict: 'foreign'; readonly reason: string; readonly adopt: boolean}
  /** It is there in a form that no deploy can change (Datastore mode, another location). */
  | {
      readonly verdict: 'impossible'
      readonly code: `STITCH_${string}`
      readonly reason: string
      readonly hints: readonly string[]
    }

/** What a person should know before saying yes. */
export type Note = {readonly kind: 'cost' | 'public' | 'privilege' | 'irreversible' | 'wait'; readonly text: string}

/** What a comparison may look at besides the spec and the live state. */
export type CompareContext = {
  readonly outputs: Outputs
  readonly stage: string | undefined
  /** Ids (`topic/stitch-requests`) that may be taken over. */
  readonly adopt: readonly string[]
}

export type ReadContext = {readonly api: Api; readonly target: Target; readonly projectNumber: string}

export type ApplyContext = ReadContext & {
  readonly outputs: Outputs
  readonly clock: DeployClock
  /** Says what goes on inside a long change: a build's stage, its log. */
  readonly tell: (progress: StepProgress) => void
  readonly random: (bytes: number) => Buffer
}

export type StepProgress = {readonly text: string; readonly link?: string}

/**
 * One type of resource. `read` only reads. `compare` is pure. `apply` makes one create or update; it may fail halfway or
 * unclearly, since whoever calls it reads and compares again. `remove` deletes; 404 is success.
 */
export type Kind<S extends Spec, L> = {
  readonly type: S['type']
  readonly read: (spec: S, context: ReadContext) => Promise<L | undefined>
  readonly compare: (spec: S, live: L | undefined, context: CompareContext) => Comparison
  readonly apply: (spec: S, live: L | undefined, context: ApplyContext) => Promise<void>
  /** Absent for what a destroy never takes away (services). For grants: takes our bindings away. */
  readonly remove?: (spec: S, live: L, context: ApplyContext) => Promise<void>
}
