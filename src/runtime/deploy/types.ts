import type {Clock} from '#runtime/kernel/clock.ts'

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

/** What a resource is an instance of. */
export type Spec =
  | ServiceSpec
  | ServiceAccountSpec
  | DatabaseSpec
  | FieldSpec
  | SecretSpec
  | TopicSpec
  | SubscriptionSpec
  | FunctionSpec
  | GrantSpec
  | ImagePolicySpec
  | LogMetricSpec
  | AlertPolicySpec
export type SpecType = Spec['type']

/** Every spec's `id` is `<type>/<name>`, unique within a deployment and stable. */
type Base<T extends string> = {
  readonly type: T
  readonly id: `${T}/${string}`
  /** Why it is there, as one plain clause: shown in the plan and in the table of the docs. */
  readonly why: string
}

/** An API that must be enabled, as `run.googleapis.com`. Never disabled again: others may use it. */
export type ServiceSpec = Base<'service'> & {readonly service: string}

export type ServiceAccountSpec = Base<'service-account'> & {
  readonly accountId: string
  readonly email: string
  readonly displayName: string
  /** Has the mark of ownership in words: service accounts take no labels. */
  readonly description: string
}

/** Native mode in the given location. Shared with others, so it is never owned, changed or deleted by a deploy. */
export type DatabaseSpec = Base<'database'> & {readonly database: string; readonly location: string}

/** `ttl`: documents go when this field's time has passed. `unindexed`: the collection's fields get no automatic index. */
export type FieldSpec = Base<'field'> & {
  readonly database: string
  readonly collection: string
  /** A field's name, or `*` for all without a setting of their own. */
  readonly field: string
  readonly setting: 'ttl' | 'unindexed'
}

/** A secret with at least one version. The first value is made at random on this machine and never shown. */
export type SecretSpec = Base<'secret'> & {
  readonly secretId: string
  readonly labels: Labels
  /** `hmac-keys`: JSON `{"<key id>": "<base64>"}`. `pepper`: base64 of 32 bytes. */
  readonly content: 'hmac-keys' | 'pepper'
}

export type TopicSpec = Base<'topic'> & {readonly topicId: string; readonly labels: Labels}

export type SubscriptionSpec = Base<'subscription'> & {
  readonly subscriptionId: string
  readonly topicId: string
  readonly labels: Labels
  readonly ackDeadlineSeconds: number
  readonly messageRetentionSeconds: number
  readonly retry: {readonly minSeconds: number; readonly maxSeconds: number} | undefined
  readonly deadLetter: {readonly topicId: string; readonly attempts: number} | undefined
  /** Push to a function of this deployment, with an OIDC token of this account; undefined is a pull subscription. */
  readonly push: {readonly functionId: string; readonly serviceAccount: string} | undefined
}

export type FunctionSpec = Base<'function'> & {
  readonly functionId: string
  readonly entryPoint: 'lookup' | 'worker'
  readonly runtime: 'nodejs24'
  /** `managed-by`, `stitch-stage` and `stitch-source`, the first 40 digits of the bundle's SHA-256. */
  readonly labels: Labels
  readonly serviceAccount: string
  readonly memoryMb: number
  readonly cpu: number
  readonly concurrency: number
  readonly minInstances: number
  readonly maxInstances: number
  readonly timeoutSeconds: number
  /** Plain variables; no secret is among them. */
  readonly environment: Readonly<Record<string, string>>
  /** Variable to secret; the version is pinned when it is deployed. */
  readonly secrets: Readonly<Record<string, string>>
  readonly buildServiceAccount: string | undefined
}

/** All bindings that this deployment wants on one object. */
export type GrantSpec = Base<'grant'> & {
  readonly on: GrantObject
  readonly bindings: readonly Binding[]
  /** True where nobody else may have these roles on the object: surplus members are taken away. */
  readonly exact: boolean
}

export type GrantObject = {
  readonly type: 'project' | 'secret' | 'topic' | 'subscription' | 'run-service'
  readonly name: string
}

export type Binding = {
  readonly role: string
  /** `serviceAccount:…`, `allUsers`, or `service-agent:pubsub`, which stands for Pub/Sub's own account. */
  readonly member: string
  /** IAM condition; `title` identifies it. */
  readonly condition?: {readonly title: string; readonly expression: string}
}

/** Clean-up of the functions' images in `gcf-artifacts`, for our packages only. */
export type ImagePolicySpec = Base<'image-policy'> & {
  readonly repository: string
  /** Each policy's id begins with this. */
  readonly prefix: string
  readonly packages: readonly string[]
  readonly keep: number
  readonly deleteAfterDays: number
}

export type LogMetricSpec = Base<'log-metric'> & {
  readonly metricId: string
  readonly description: string
  readonly filter: string
}

export type AlertPolicySpec = Base<'alert-policy'> & {
  readonly displayName: string
  readonly labels: Labels
  readonly filter: string
  readonly documentation: string
  readonly channels: readonly string[]
}

export type Labels = Readonly<Record<string, string>>

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
