import type {Clock} from '#runtime/kernel/clock.ts'
import type {Call, Method, Service} from '../grpc/service.ts'
import type {FirestoreConcurrency, FirestoreLimits, TtlPolicy} from '../../types.ts'
import type {DocumentStore} from '../store/store.ts'
import {systemTimeline} from '../timeline.ts'
import type {Timeline} from '../timeline.ts'
import {clearDocuments} from './clear.ts'
import {expireDocuments} from './expire.ts'
import {createInterest} from './listen/interest.ts'
import {createResumeTokens} from './listen/resume-token.ts'
import {batchGetDocuments} from './rpc/batch-get.ts'
import {createContext} from './rpc/context.ts'
import type {ServiceContext} from './rpc/context.ts'
import {createDocument, deleteDocument, getDocument, updateDocument} from './rpc/documents.ts'
import {listCollectionIds} from './rpc/list-collections.ts'
import {listDocuments} from './rpc/list-documents.ts'
import {listenRpc} from './rpc/listen.ts'
import {partitionQuery} from './rpc/partition.ts'
import {lazyPipelines} from './rpc/lazy-pipelines.ts'
import {runAggregationRpc, runQueryRpc} from './rpc/queries.ts'
import {beginTransaction, rollback} from './rpc/transactions.ts'
import {writeRpc} from './rpc/write-stream.ts'
import type {WriteStreams} from './rpc/write-stream.ts'
import {batchWrite, commit} from './rpc/writes.ts'

type Unary = (context: ServiceContext, request: Buffer, call: Call) => Uint8Array | Promise<Uint8Array>
type Bidi = (requests: AsyncIterable<Buffer>, call: Call) => AsyncIterable<Uint8Array>
type Streaming = (
  context: ServiceContext,
  request: Buffer,
  call: Call,
) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>

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
  PartitionQuery: partitionQuery,
}

const STREAMING: Readonly<Record<string, Streaming>> = {
  BatchGetDocuments: batchGetDocuments,
  RunQuery: runQueryRpc,
  RunAggregationQuery: runAggregationRpc,
  ExecutePipeline: lazyPipelines,
}

type FirestoreService = Disposable & {
  readonly service: Service
  /** Deletes what has expired by now; returns how many documents that were. */
  readonly expire: () => number
  /** Deletes all documents of a database (`projects/p/databases/d`), or of all. */
  readonly clear: (database?: string) => void
}

export type FirestoreServiceOptions = {
  /** Policies for `expire`, which nothing here calls by itself. */
  readonly ttl?: readonly TtlPolicy[] | undefined
  /** Whose limits documents must keep to; production's unless given. */
  readonly limits?: FirestoreLimits | undefined
  /** How transactions keep apart; by locks, as in production, unless given. */
  readonly concurrency?: FirestoreConcurrency | undefined
  /** What wakes those who wait for a transaction that nobody ends; the machine's timers unless given. */
  readonly timers?: Timeline | undefined
}

/** `google.firestore.v1.Firestore` over a store, for the gRPC server. Disposing ends its transactions. */
export function createFirestoreService(
  store: DocumentStore,
  clock: Clock,
  {ttl = [], limits = 'production', concurrency = 'pessimistic', timers = systemTimeline}: FirestoreServiceOptions = {},
): FirestoreService {
  const context = createContext(store, {clock, timers, limits, concurrency})
  const interest = createInterest(store)
  const listening = {interest, tokens: createResumeTokens()}
  const streams: WriteStreams = new Map()
  const bidi: Readonly<Record<string, Bidi>> = {
    Listen: (requests, call) => listenRpc({context, listening}, requests, call),
    Write: (requests, call) => writeRpc({context, streams}, requests, call),
  }
  const methods: [string, Method][] = []
  for (const [name, handle] of Object.entries(UNARY)) {
    methods.push([name, {kind: 'unary', handle: (request, call) => handle(context, request, call)}])
  }
  for (const [name, handle] of Object.entries(STREAMING)) {
    methods.push([name, {kind: 'serverStream', handle: (request, call) => handle(context, request, call)}])
  }
  for (const [name, handle] of Object.entries(bidi)) methods.push([name, {kind: 'bidi', handle}])
  return {
    service: Object.fromEntries(methods.map(([name, method]) => [`/google.firestore.v1.Firestore/${name}`, method])),
    expire: () => expireDocuments(context, clock, ttl),
    clear: (database) => clearDocuments(context, database),
    [Symbol.dispose]: () => {
      interest[Symbol.dispose]()
      context.transactions[Symbol.dispose]()
    },
  }
}
