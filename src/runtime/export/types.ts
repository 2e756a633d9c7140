/** A parameter as GTM's exports write it; booleans and numbers are text there, and an empty text has no value at all. */
export type Encoded =
  | {readonly type: 'TEMPLATE'; readonly key?: string; readonly value?: string}
  | {readonly type: 'BOOLEAN' | 'INTEGER'; readonly key?: string; readonly value: string}
  | {readonly type: 'LIST'; readonly key?: string; readonly list: readonly Encoded[]}
  | {readonly type: 'MAP'; readonly key?: string; readonly map: readonly Encoded[]}

/** Something of a container: a tag, trigger, variable, client, template or folder, with its fields as exports name them. */
export type Entity = Readonly<Record<string, unknown>> & {readonly name: string}

/** The parts of a container, before accounts, folder and fingerprints are put on them. */
export type Parts = {
  readonly tag: readonly Entity[]
  readonly trigger: readonly Entity[]
  readonly variable: readonly Entity[]
  readonly client: readonly Entity[]
  readonly customTemplate: readonly Entity[]
}
