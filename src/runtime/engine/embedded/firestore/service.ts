import type {Clock} from '#runtime/kernel/clock.ts'
import type {Method, Service} from '../grpc/service.ts'
import type {DocumentStore} from '../store/store.ts'
import {unimplemented} from './errors.ts'
import {batchGetDocuments} from './rpc/batch-get.ts'
import {createContext} from './rpc/context.ts'
import type {ServiceContext} from './rpc/context.ts'
import {createDocument, deleteDocument, getDocument, updateDocument} from './rpc/documents.ts'
import {listCollectionIds, listDocuments} from './rpc/lists.ts'
import {runAggregationRpc, runQueryRpc} from './rpc/queries.ts'
import {beginTransaction, rollback} from './rpc/transactions.ts'
import {batchWrite, commit} from './rpc/writes.ts'

type Unary = (context: ServiceContext, request: Buffer) => Uint8Array
type Streaming = (context: ServiceContext, request: Buffer) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>

const UNARY: Readonly<Record<string, Unary>> = {
  GetDocument: getDocument,
  ListDocuments: listDocuments,
  CreateDocument: createDocument,
  UpdateDocument: updateDocument,
  DeleteDocument: deleteDocument,
  ListCollectionIds: listCollectionIds,
  BeginTransaction: beginTransaction,
  Commit: commit,
  Rollback: rollback,
  BatchWrite: batchWrite,
}

const STREAMING: Readonly<Record<string, Streaming>> = {
  BatchGetDocuments: batchGetDocuments,
  RunQuery: runQueryRpc,
  RunAggregationQuery: runAggregationRpc,
}

/** Not there yet. Each is refused with a sentence that names it. */
const MISSING: readonly string[] = ['PartitionQuery', 'ExecutePipeline', 'Write', 'Listen']

/** `google.firestore.v1.Firestore` over a store, for the gRPC server. Disposing ends its transactions. */
export function createFirestoreService(store: DocumentStore, clock: Clock): {readonly service: Service} & Disposable {
  const context = createContext(store, clock)
  const methods: [string, Method][] = []
  for (const [name, handle] of Object.entries(UNARY)) {
    methods.push([name, {kind: 'unary', handle: (request) => handle(context, request)}])
  }
  for (const [name, handle] of Object.entries(STREAMING)) {
    methods.push([name, {kind: 'serverStream', handle: (request) => handle(context, request)}])
  }
  for (const name of MISSING) methods.push([name, {kind: 'bidi', handle: () => refuse(name)}])
  return {
    service: Object.fromEntries(methods.map(([name, method]) => [`/google.firestore.v1.Firestore/${name}`, method])),
    [Symbol.dispose]: () => context.transactions[Symbol.dispose](),
  }
}

// oxlint-disable-next-line require-yield -- an empty stream that fails is what the caller must see
async function* refuse(name: string): AsyncGenerator<Uint8Array> {
  throw unimplemented(name)
}
