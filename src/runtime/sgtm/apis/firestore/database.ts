/** A document as templates get it. */
export type StoredDocument = {readonly id: string; readonly data: Readonly<Record<string, unknown>>}

/** `[key, operator, value]`; a key may be a dotted path. */
export type Condition = readonly [key: string, operator: string, value: unknown]

/** Reads and writes, either at once or, in a transaction, together when it ends. */
export type DocumentAccess = {
  readonly read: (path: string) => Promise<StoredDocument | undefined>
  readonly query: (collection: string, conditions: readonly Condition[], limit: number) => Promise<StoredDocument[]>
  /** Gives the document's id, a new one where the path is a collection's. */
  readonly write: (path: string, data: Readonly<Record<string, unknown>>, merge: boolean) => Promise<string>
}

/** One database of one project. All of it rejects with the client's errors. */
export type Database = DocumentAccess & {
  /** Runs `work` until it commits without a conflict, `attempts` times at most. */
  readonly runTransaction: (work: (access: DocumentAccess) => Promise<void>, attempts: number) => Promise<void>
}

/** Opens a database by its project; the default one where none is named. */
export type OpenDatabase = (projectId: string, databaseId: string | undefined) => Promise<Database>

/** Names of gRPC's status codes (https://grpc.io/docs/guides/status-codes/), as templates get them for a reason. */
const reasons: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [3, 'invalid_argument'],
  [4, 'timed_out'],
  [5, 'not_found'],
  [6, 'already_exists'],
  [7, 'permission_denied'],
  [8, 'resource_exhausted'],
  [9, 'failed_precondition'],
  [10, 'aborted'],
  [14, 'unavailable'],
])

/** What templates get for an error of the client's. The client itself refuses values and paths without any code. */
export function reasonOf(error: unknown): string {
  const {code, reason} = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>
  if (typeof reason === 'string') return reason
  return code === undefined ? 'invalid_argument' : (reasons.get(code) ?? 'failed')
}
