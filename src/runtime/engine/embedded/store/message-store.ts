/** A change of what is kept of Pub/Sub. Everything hangs on a resource: a topic, a subscription or a snapshot. */
export type MessageChange =
  /** The resource is made or changed; `config` is its encoded message. */
  | {readonly kind: 'put'; readonly resource: string; readonly config: Uint8Array}
  /** The resource goes, with all of its messages. */
  | {readonly kind: 'remove'; readonly resource: string}
  /** The resource holds a message, in this state; replaces what was known of it. */
  | ({readonly kind: 'keep'} & KeptMessage)
  | {readonly kind: 'forget'; readonly resource: string; readonly message: string}

/** A message as one resource holds it. */
export type KeptMessage = {
  readonly resource: string
  /** The message's id, a whole number below 2^53 in decimal digits. */
  readonly message: string
  readonly attempts: number
  readonly acknowledged: boolean
  /** The encoded message. */
  readonly body: Uint8Array
}

/** The topics, subscriptions, snapshots and messages of a folder. All of it is synchronous. */
export type MessageStore = Disposable & {
  readonly resources: () => readonly {readonly name: string; readonly config: Uint8Array}[]
  /** All messages in order of their ids, to be read before the first commit. */
  readonly messages: () => Iterable<KeptMessage>
  /** Applies all changes in order, or none. Throws what SQLite throws. */
  readonly commit: (changes: Iterable<MessageChange>) => void
}
