/** JSON of any shape: the fake is strict by the discovery documents, not by types of its own. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any

/** Who sends a request, out of its token. `email` is empty where a route takes requests without one. */
export type Caller = {readonly email: string; readonly scopes: readonly string[]}

/** One request, taken apart. */
export type FakeCall = {
  /** Counts from 1 over the life of the cloud. */
  readonly n: number
  readonly method: string
  readonly host: string
  /** Still encoded, without the query. */
  readonly path: string
  /** Of the route's path, decoded; `project` is always the id, also where the path had the number. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  /** The parsed JSON (or form); undefined where there is none. */
  readonly body: Json
  readonly bytes: Uint8Array
  readonly caller: Caller
  /** A fault `operation:STAGE` was injected: the operation that this call starts ends in an error at that stage. */
  readonly failStage: string | undefined
}

type Permissions = string | readonly string[]

/**
 * What the fake can answer. `path` as `/v1/projects/:project/secrets/:secret:addVersion`; `:name*` takes the rest,
 * slashes included. What `handle` returns is sent as JSON with status 200 (undefined as `{}`), or an Answer as it is.
 */
export type Route = {
  readonly method: string
  readonly host: string
  readonly path: string
  /** All of them are needed, on the project unless `on` says otherwise. */
  readonly permission?: Permissions | ((call: FakeCall, cloud: Cloud) => Permissions)
  /** The resource that a refusal names. */
  readonly on?: (call: FakeCall) => string
  /** True where no token is asked for (signed URLs, the token endpoint). */
  readonly open?: boolean
  /** True where the call works although the API is not enabled (the API that enables others). */
  readonly always?: boolean
  readonly handle: (call: FakeCall, cloud: Cloud) => unknown
}

/** An answer that is not JSON with status 200. */
export class Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
  constructor(status: number, body: Uint8Array | string = '', headers: Readonly<Record<string, string>> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** An error as Google's APIs send it: `{error: {code, message, status, details}}`. */
export class FakeError extends Error {
  readonly status: number
  /** `google.rpc.Code`, as NOT_FOUND. */
  readonly reason: string
  readonly details: readonly object[]
  constructor(status: number, reason: string, message: string, details: readonly object[] = []) {
    super(message)
    this.status = status
    this.reason = reason
    this.details = details
  }
}

/** Ends the call with an error, as `fail(404, 'NOT_FOUND', 'Resource not found (resource=t).')`. */
export function fail(status: number, reason: string, message: string, details?: readonly object[]): never {
  throw new FakeError(status, reason, message, details)
}

export type Binding = {
  role: string
  members: string[]
  condition?: {title: string; expression: string; description?: string}
}
export type Policy = {version: number; bindings: Binding[]; etag: string}

export type Project = {
  readonly id: string
  readonly number: string
  billing: boolean
  /** Domain-restricted sharing: allUsers and members of other organisations are refused in every policy. */
  membersRestricted: boolean
  /** Names as `run.googleapis.com`. */
  readonly services: Set<string>
}

/** A long-running operation that a call starts. */
export type OperationSpec = {
  /** Whole, as `operations/acf.p2-…` or `projects/p/locations/l/operations/…`; made with `cloud.id()`. */
  readonly name: string
  /** Asked anew for every answer. `done` is true from the end on; `polls` counts the GETs so far. */
  readonly metadata?: (progress: {readonly polls: number; readonly done: boolean; readonly failStage?: string}) => Json
  /** Makes the change final and answers `response`. A FakeError that it throws becomes the operation's `error`. */
  readonly finish: () => Json
  /** Called in place of `finish` where the operation was made to fail; may throw the FakeError that becomes `error`. */
  readonly abandon?: (stage: string) => void
  /** GETs until it is done; default: the cloud's. 0: the first answer is already done. */
  readonly polls?: number
}

export type Operations = {
  /** The operation as the call answers it. */
  readonly start: (call: FakeCall, spec: OperationSpec) => Json
  /** The operation after one more poll; 404 where there is none of this name. */
  readonly poll: (name: string) => Json
  /** All operations of the names that begin with `prefix`, without counting as a poll. */
  readonly list: (prefix: string) => Json[]
  /** Ends all that run, as time would. */
  readonly settle: () => void
}

/** Milliseconds of the cloud. It fits DeployClock: sleeping moves the time on at once. */
export type FakeClock = {
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly advance: (ms: number) => void
}

/** The state of the fake, and what every service may do with it. Made by `createCloud`. */
export type Cloud = {
  /** The one project that is there from the start. */
  readonly project: Project
  readonly projects: ReadonlyMap<string, Project>
  readonly clock: FakeClock
  readonly operations: Operations
  /**
   * Resources by full name, one table per type: `cloud.table('pubsub.topics').get('projects/p/topics/t')`. All
   * tables are part of the snapshot, but for those whose name begins with a dot.
   */
  readonly table: (name: string) => Map<string, Json>
  /** By `<host>/<resource name>`, as `pubsub.googleapis.com/projects/p/topics/t`. Written by policies.ts. */
  readonly policies: Map<string, Policy>
  /** What the caller may do. */
  permissions: 'all' | ReadonlySet<string>
  /** Every permission that was asked for so far. */
  readonly needed: Set<string>
  /** Most resources per table (`pubsub.topics`); more are refused with 429 RESOURCE_EXHAUSTED. */
  readonly limits: Map<string, number>
  /** By id or number. */
  readonly findProject: (idOrNumber: string) => Project | undefined
  /** A new base64 etag. */
  readonly etag: () => string
  /** Digits that were not given out before. */
  readonly id: () => string
  /** RFC 3339, of now or `ms` later. */
  readonly time: (laterMs?: number) => string
  /** Adds a resource; 409 ALREADY_EXISTS where it is there, 429 where the table's limit is reached. */
  readonly create: (table: string, name: string, value: Json) => Json
  /** A resource, or 404 NOT_FOUND. */
  readonly get: (table: string, name: string) => Json
  /** Throws 403 PERMISSION_DENIED unless the caller has the permission. For what depends on the body: actAs. */
  readonly require: (permission: string, resource: string) => void
  /** Throws 400 unless the service account exists and is known everywhere by now. */
  readonly requireAccount: (email: string) => void
  /** Takes the resource's policies (and those below it) away, as deleting it does. */
  readonly dropPolicies: (resource: string) => void
  /** Something new (`account:EMAIL`, `service:HOST`) that others do not know of for the configured number of asks. */
  readonly propagate: (key: string) => void
  /** False for the first asks after `propagate`; each asking counts. */
  readonly isPropagated: (key: string) => boolean
  /** A service agent (`service-N@gcp-sa-pubsub.iam.gserviceaccount.com`) that exists from now on. */
  readonly addAgent: (email: string) => void
}
