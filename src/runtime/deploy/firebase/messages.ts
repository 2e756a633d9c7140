/** What the child is told. The token comes this way only: arguments and variables can be read by others. */
export type ToChild =
  | {
      readonly type: 'deploy'
      /** The module of firebase-tools. */
      readonly main: string
      readonly project: string
      readonly only: string
      /** Has firebase.json; goes with the child if nobody else can delete it. */
      readonly folder: string
      readonly email: string
      readonly token: string
    }
  /** A newer token; long builds outlast the first one. */
  | {readonly type: 'token'; readonly token: string}

/** What the child says. */
export type FromChild =
  | {readonly type: 'line'; readonly level: string; readonly text: string}
  | {readonly type: 'done'}
  /** The error's message first, then what is behind it. */
  | {readonly type: 'failed'; readonly messages: readonly string[]}
