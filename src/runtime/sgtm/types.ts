import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'

/** A template's parameter values, as typed into GTM's form. */
export type Parameters = Readonly<Record<string, unknown>>

/** Where a template's text is: in a file, or in a container export, where `file` only names it in messages. */
export type TemplateSource = {readonly file: string; readonly text?: string}

/** What stands behind a client, tag or variable: a template, or something of Google's by its type in exports. */
export type Implementation =
  | {readonly kind: 'template'; readonly template: TemplateSource}
  | {readonly kind: 'built-in'; readonly type: string}

/** One comparison of a trigger or transformation; both sides may name variables. */
export type Condition = {
  /** As exports spell it: `EQUALS`, `MATCH_REGEX`, … */
  readonly operator: string
  readonly left: string
  readonly right: string
  readonly negate: boolean
  readonly ignoreCase: boolean
}

export type ClientDefinition = {
  readonly name: string
  readonly code: Implementation
  readonly priority: number
  readonly parameters: Parameters
}

/** A tag that fires before or after another one; `mustSucceed` stops what follows when the earlier one failed. */
export type SequencedTag = {readonly tag: string; readonly mustSucceed: boolean}

export type TagDefinition = {
  readonly id: string
  readonly name: string
  /** As exports spell it, which transformations may name. */
  readonly type: string
  readonly code: Implementation
  readonly parameters: Parameters
  /** Ids of triggers: one that holds is enough to fire, or to block. */
  readonly firing: readonly string[]
  readonly blocking: readonly string[]
  /** `unlimited` fires once for each trigger that holds. */
  readonly option: 'once-per-event' | 'once-per-request' | 'unlimited'
  /** Higher ones start first. */
  readonly priority: number
  readonly setup: readonly SequencedTag[]
  readonly teardown: readonly SequencedTag[]
  readonly paused: boolean
  /** Kinds of consent without which the tag does not fire. */
  readonly consent: readonly string[]
  /** Handed to `addEventCallback` with the tag's status. */
  readonly metadata: Readonly<Record<string, string>>
}

/** Holds when all its conditions do; without any it always holds. */
export type TriggerDefinition = {
  readonly id: string
  readonly name: string
  /** As exports spell it; other types than `ALWAYS` and `CUSTOM_EVENT` never hold here. */
  readonly type: string
  readonly conditions: readonly Condition[]
}

/** How a variable's value is changed before anyone sees it. */
export type ValueFormat = {
  readonly letters?: 'lower' | 'upper'
  /** What stands for null, undefined, true and false, by those names. */
  readonly instead: Readonly<Partial<Record<'null' | 'undefined' | 'true' | 'false', string>>>
}

export type VariableDefinition = {
  readonly name: string
  readonly code: Implementation
  readonly parameters: Parameters
  readonly format: ValueFormat
}

/** Rewrites the event's data for some tags before they see it. */
export type TransformationDefinition = {
  readonly name: string
  /** As exports spell it: `tf_allow_params`, `tf_exclude_params`, `tf_augment_event`. */
  readonly type: string
  readonly priority: number
  readonly affects: {
    /** The listed tags and types are the exceptions. */
    readonly allExcept: boolean
    readonly tags: readonly string[]
    readonly types: readonly {readonly type: string; readonly except: readonly string[]}[]
  }
  readonly conditions: readonly Condition[]
  /** Parameters to keep or to take away. */
  readonly names: readonly string[]
  /** Parameters to set; values may name variables. */
  readonly set: readonly {readonly name: string; readonly value: unknown}[]
}

/**
 * What a server container consists of, whichever file it was read from. Texts in parameters may name variables as
 * `{{Name}}`; those of a `container.json` have none left when the container starts.
 */
export type ContainerDefinition = {
  /** What it was read from: a `container.json` with placeholders, or an export of GTM. */
  readonly source: 'definition' | 'export'
  readonly id: string
  readonly version: string
  readonly clients: readonly ClientDefinition[]
  readonly tags: readonly TagDefinition[]
  readonly triggers: readonly TriggerDefinition[]
  readonly variables: readonly VariableDefinition[]
  readonly transformations: readonly TransformationDefinition[]
}

/** What is done with a request that a rule covers. */
export type OutboundAction =
  /** Sent for real: to loopback, and elsewhere only with `remote`. `to` is the origin that stands for the address's own. */
  | {readonly action: 'forward'; readonly to?: string; readonly remote?: boolean}
  /** As `forward`, and what came back is kept in a file. */
  | {readonly action: 'record'; readonly to?: string; readonly remote?: boolean; readonly file: string}
  /** Answered from such a file; by `path` also where query or body are others than the recorded ones. */
  | {readonly action: 'replay'; readonly file: string; readonly match?: 'exact' | 'path'}
  | {
      readonly action: 'answer'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
      readonly delayMs?: number
    }
  | {readonly action: 'fail'; readonly reason: 'failed' | 'timed_out'}

/**
 * How outbound HTTP of templates is answered; the first rule that covers a request is used. `url` is an origin or the
 * beginning of an address, up to a slash, or a pattern with `*` as permissions have them.
 */
export type OutboundRule = OutboundAction & {readonly url: string; readonly method?: string}

export type ContainerOptions = {
  readonly definition: ContainerDefinition
  readonly host: '127.0.0.1'
  readonly port: {readonly port: number; readonly explicit: boolean}
  /** `hmacSha256` keys by id (base64), the content of the file that SGTM_CREDENTIALS names in a real container. */
  readonly keys: Readonly<Record<string, string>>
  /** The project of calls to Google's services that name none. */
  readonly project?: string
  /** The local engine that `Firestore` of templates reads and writes, `127.0.0.1:8080`; without it there is none. */
  readonly firestoreHost?: string
  /** What no rule covers is captured and answered with 204; nothing is reached unless a rule says so. */
  readonly outbound: readonly OutboundRule[]
  readonly clock: Clock
  readonly emit: Emit
  readonly signal: AbortSignal
  /** In milliseconds: how long a claimed request may stay unanswered before the container answers 500. */
  readonly answerWithinMs?: number
}

/** One outbound request of a tag or client that was captured. */
export type CapturedRequest = {
  readonly trace: string
  readonly by: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Where the request inserts rows into a table, those; the body holds them as BigQuery gets them. */
  readonly insert?: {readonly table: string; readonly rows: readonly unknown[]}
}

/** One run of the container: the event that a client started it with, as the tags saw it. */
export type ContainerEvent = {
  readonly trace: string
  readonly client: string
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A running server container. */
export type Container = AsyncDisposable & {
  readonly url: string
  /** The last 1,000 outbound requests that were not sent for real, oldest first. */
  readonly captured: () => readonly CapturedRequest[]
  /** The last 1,000 events that the container ran for, oldest first. */
  readonly events: () => readonly ContainerEvent[]
  /** Whether what runs was exported from GTM, with its templates in one file. */
  readonly isExport: () => boolean
  /** Reads templates and definition again; requests under way finish with the old ones. Throws and keeps the old on a broken file. */
  readonly reload: (definition: ContainerDefinition, outbound?: readonly OutboundRule[]) => Promise<void>
}
