import type {PermissionAsk} from '../permissions/ask.ts'
import type {OpenDatabase} from './firestore/database.ts'
import type {TemplateKind} from '../tpl/template.ts'

/** The request that a run belongs to, as templates may ask about it. */
export type IncomingRequest = {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** Lower-case names; repeated headers are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  readonly remoteAddress: string
}

/** A response in the making; nothing is sent before `flush`. */
export type StagedResponse = {
  status: number
  readonly headers: Map<string, string>
  readonly cookies: string[]
  body: Buffer
  /** Addresses that the browser shall load, for requests whose sender takes such commands. */
  readonly pixels: string[]
}

/** One request and its one answer, shared by the client that claims it and the tags that run for it. */
export type Exchange = {
  readonly request: IncomingRequest
  readonly response: StagedResponse
  /** Takes the request for the running client. Throws where that is not allowed. */
  readonly claim: () => void
  /** Sends what is staged; later calls do nothing. */
  readonly flush: () => void
  readonly isFlushed: () => boolean
}

/** How one tag of a container run ended; metadata are the tag's own key-value pairs. */
export type TagResult = Readonly<Record<string, unknown>> & {
  readonly id: string
  readonly status: 'success' | 'failure' | 'exception' | 'timeout'
  /** In milliseconds. */
  readonly executionTime: number
}

export type EventCallback = (containerId: string, eventData: {readonly tags: readonly TagResult[]}) => void

/** One run of the container for one event. */
export type EventScope = {
  readonly data: Readonly<Record<string, unknown>>
  /** Called once, when all tags of the event have ended. */
  readonly addCallback: (callback: EventCallback) => void
}

export type OutboundRequest = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
  /** Rows of a table that the request inserts, so that the capture can show them as such. */
  readonly insert?: TableInsert
}

/** Rows for a BigQuery table. */
export type TableInsert = {
  /** `project.dataset.table`. */
  readonly table: string
  readonly rows: readonly unknown[]
}

export type OutboundAnswer = {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
}

/** Why there is no answer; templates get it as the reason of a rejected promise. */
export type OutboundFailure = {readonly reason: 'failed' | 'timed_out'}

type Callback = (...args: readonly unknown[]) => unknown

/** Everything that one run of a template can reach through its APIs. */
export type ApiContext = {
  readonly kind: TemplateKind
  readonly clientName: () => string
  readonly exchange: Exchange
  readonly event: EventScope | undefined
  readonly version: Readonly<Record<string, unknown>>
  readonly storage: Map<string, unknown>
  readonly keys: Readonly<Record<string, string>>
  /** The project that Google's services use where a call names none: GOOGLE_CLOUD_PROJECT of a real container. */
  readonly project: string | undefined
  /** Opens a Firestore database; undefined in a container without an engine behind it. */
  readonly firestore: OpenDatabase | undefined
  /** In milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Throws unless the template declares a permission that allows this; denials are logged. */
  readonly demand: (api: string, ask: PermissionAsk) => void
  readonly isAllowed: (ask: PermissionAsk) => boolean
  /** `debug` where the template asked to log in previews only and this is none. */
  readonly consoleLevel: 'info' | 'debug'
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', text: string) => void
  readonly send: (request: OutboundRequest) => Promise<OutboundAnswer>
  readonly runContainer: (event: Readonly<Record<string, unknown>>, onComplete?: Callback, onStart?: Callback) => void
  /** Calls a template's function from outside its code: an error is logged and goes no further. */
  readonly invoke: (callback: Callback, ...args: readonly unknown[]) => void
  readonly later: (ms: number, callback: () => void) => () => void
}

/** One name that `require` knows: a function, or an object of functions, made anew for each run. */
export type Api = {readonly name: string; readonly create: (context: ApiContext) => unknown}
