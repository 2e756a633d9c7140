import {readFileSync} from 'node:fs'

/** One field of a message, as its proto file declares it. */
export type Field = {
  readonly id: number
  /** `order_by`; requests may say this as well. */
  readonly name: string
  /** `orderBy`. */
  readonly json: string
  readonly kind:
    | 'double'
    | 'float'
    | 'int32'
    | 'int64'
    | 'uint32'
    | 'uint64'
    | 'bool'
    | 'string'
    | 'bytes'
    | 'enum'
    | 'message'
  /** From strings to what `kind` says. */
  readonly map?: boolean
  readonly repeated?: boolean
  /** Being empty and being absent are two things. */
  readonly presence?: boolean
  readonly oneof?: string
  /** The name of the message or enum. */
  readonly of?: string
}

/** One way to reach a method (google/api/http.proto). */
export type RouteSpec = {
  /** `/google.firestore.v1.Firestore/Commit`. */
  readonly rpc: string
  readonly verb: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** A template: the verb of a method may stand behind a colon at its end. */
  readonly path: string
  /** The field that the body is, `*` for the whole request; absent where there is no body. */
  readonly body?: string
  readonly request: string
  readonly response: string
}

/** The services as plain data; made from their protos by scripts/rest-schema.js. */
export type RestSchema = {
  readonly routes: readonly RouteSpec[]
  readonly messages: Readonly<Record<string, readonly Field[]>>
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** Reads the built file; takes about a millisecond. */
export function readSchema(): RestSchema {
  return JSON.parse(readFileSync(new URL('../generated/rest.json', import.meta.url), 'utf8')) as RestSchema
}
