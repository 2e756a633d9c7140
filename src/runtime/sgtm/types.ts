import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'

/** A template's parameter values, as typed into GTM's form. */
export type Parameters = Readonly<Record<string, unknown>>

/** What a server container consists of, read from `container.json`; templates are paths to `.tpl` files. */
export type ContainerDefinition = {
  readonly clients: readonly {
    readonly name: string
    readonly template: string
    readonly priority: number
    readonly parameters: Parameters
  }[]
  readonly tags: readonly {
    readonly name: string
    readonly template: string
    readonly parameters: Parameters
    readonly triggers: readonly string[]
    readonly metadata?: Readonly<Record<string, string>>
  }[]
  readonly triggers: readonly {readonly name: string; readonly event: string}[]
}

/** How outbound HTTP of templates is answered. The first rule whose `url` (exact origin or prefix) fits wins. */
export type OutboundRule =
  | {readonly url: string; readonly action: 'forward'}
  | {
      readonly url: string
      readonly action: 'answer'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }

export type ContainerOptions = {
  readonly definition: ContainerDefinition
  readonly host: '127.0.0.1'
  readonly port: {readonly port: number; readonly explicit: boolean}
  /** `hmacSha256` keys by id (base64), the content of the file that SGTM_CREDENTIALS names in a real container. */
  readonly keys: Readonly<Record<string, string>>
  /** The project of calls to Google's services that name none. */
  readonly project?: string
  /** Loopback is reached only where a rule says `forward`; everything unmatched is captured and answered 204. */
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
  /** The last 1,000 outbound requests that were not forwarded, oldest first. */
  readonly captured: () => readonly CapturedRequest[]
  /** The last 1,000 events that the container ran for, oldest first. */
  readonly events: () => readonly ContainerEvent[]
  /** Reads templates and definition again; requests under way finish with the old ones. Throws and keeps the old on a broken file. */
  readonly reload: (definition: ContainerDefinition) => Promise<void>
}
