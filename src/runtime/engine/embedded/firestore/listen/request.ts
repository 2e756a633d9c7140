import {decodeTimestamp} from '../values/decode.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'

/** What a Target listens to, not checked yet: a bad query is its target's trouble and leaves the stream as it is. */
type Selection =
  | {readonly kind: 'documents'; readonly names: readonly string[]}
  | {readonly kind: 'query'; readonly parent: string; readonly body: Reader | undefined}

export type TargetRequest = {
  /** 0 where the service is to choose one. */
  readonly id: number
  readonly selection: Selection | undefined
  readonly resumeToken: Buffer | undefined
  /** Microseconds. */
  readonly readTime: number | undefined
  /** It is removed again as soon as it is current. */
  readonly once: boolean
}

type ListenRequest = {
  readonly database: string
  readonly add: TargetRequest | undefined
  readonly remove: number | undefined
}

/** Reads a ListenRequest message. */
export function readListenRequest(request: Buffer): ListenRequest {
  let database = ''
  let add: TargetRequest | undefined
  let remove: number | undefined
  readMessage(new Reader(request), {
    0x0a: (field) => (database = field.string()),
    0x12: (field) => (add = readTarget(field.message())),
    0x18: (field) => (remove = Number(field.int64())),
  })
  return {database, add, remove}
}

function readTarget(reader: Reader): TargetRequest {
  let id = 0
  let selection: Selection | undefined
  let resumeToken: Buffer | undefined
  let readTime: number | undefined
  let once = false
  readMessage(reader, {
    0x12: (field) => (selection = readQueryTarget(field.message())),
    0x1a: (field) => (selection = readDocumentsTarget(field.message())),
    0x22: (field) => (resumeToken = field.slice()),
    0x28: (field) => (id = Number(field.int64())),
    0x30: (field) => (once = field.uint() !== 0),
    0x5a: (field) => (readTime = Number(decodeTimestamp(field.message()))),
  })
  return {id, selection, resumeToken: resumeToken?.length ? resumeToken : undefined, readTime, once}
}

function readDocumentsTarget(reader: Reader): Selection {
  const names = new Set<string>()
  readMessage(reader, {0x12: (field) => names.add(field.string())})
  return {kind: 'documents', names: [...names]}
}

function readQueryTarget(reader: Reader): Selection {
  let parent = ''
  let body: Reader | undefined
  readMessage(reader, {
    0x0a: (field) => (parent = field.string()),
    0x12: (field) => (body = field.message()),
  })
  return {kind: 'query', parent, body}
}
