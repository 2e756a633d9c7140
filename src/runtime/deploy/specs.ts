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
  /** Titles of conditions that only this stage writes: a destroy takes them away, whoever the member is. */
  readonly marks?: readonly string[]
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
