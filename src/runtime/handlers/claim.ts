import type {HandlerDeps} from './deps.ts'
import type {Order} from './message.ts'
import {StoreError, type StoreCall, type StoredDocument, type WritableFields} from './ports.ts'
import {judgeRecord, type RecordState} from './record.ts'
import type {Hop} from './trace.ts'
import {within} from './within.ts'

/** The worker's dealings with `requests/{requestId}`; each method is one RPC and one hop. */
export type Records = {
  readonly read: (requestId: string) => Promise<StoredDocument | undefined>
  readonly create: (requestId: string, record: WritableFields) => Promise<boolean>
  readonly takeOver: (requestId: string, record: WritableFields, version: unknown) => Promise<boolean>
  /** After the callback: delivered, or open for the next delivery. Never rejects, see there. */
  readonly settle: (requestId: string, delivered: boolean) => Promise<void>
  readonly noteConflict: (requestId: string) => Promise<void>
  readonly judge: (document: StoredDocument, order: Order) => RecordState
  readonly inspect: (order: Order) => Promise<RecordState | undefined>
}

/** `hop` is the worker's. */
export function createRecords({store, clock, config, hop}: HandlerDeps & {readonly hop: Hop}): Records {
  const {collection} = config.requests
  const timeoutMs = config.deadlines.firestoreMs
  const refer = (id: string) => ({collection, id})

  async function call<T>(
    name: string,
    work: (call: StoreCall) => Promise<T>,
    describe: (result: T) => Record<string, number | boolean>,
  ): Promise<T> {
    const step = hop.child('firestore', `${name} ${collection}`)
    try {
      const result = await within(timeoutMs, () => work({timeoutMs, trace: step}))
      step.end({ok: true, facts: describe(result)})
      return result
    } catch (error) {
      step.end({ok: false, error: error instanceof StoreError ? error.code : 'internal'})
      throw error
    }
  }
  const write = (work: (call: StoreCall) => Promise<boolean>) => call('write', work, (written) => ({written}))
  const judge: Records['judge'] = (document, order) => judgeRecord(document, order.bodyHash, clock.now())
  const read: Records['read'] = async (requestId) => {
    const [found] = await call(
      'read',
      (each) => store.read([refer(requestId)], undefined, each),
      ([document]) => ({
        documents: 1,
        found: document ? 1 : 0,
      }),
    )
    return found
  }

  return {
    read,
    judge,
    async inspect(order) {
      const document = await read(order.request.requestId)
      return document && judge(document, order)
    },
    create: (requestId, record) => write((each) => store.create(refer(requestId), record, each)),
    takeOver: (requestId, record, version) =>
      write((each) => store.update(refer(requestId), {leaseUntil: record['leaseUntil'] ?? null}, each, version)),
    async settle(requestId, delivered) {
      const now = new Date(clock.now())
      const fields = delivered ? {deliveredAt: now, leaseUntil: now} : {leaseUntil: now}
      try {
        await write((each) => store.update(refer(requestId), fields, each))
      } catch (error) {
        // The container has the callback, or Pub/Sub will deliver again after the lease: failing now would only repeat it.
        if (!(error instanceof StoreError)) throw error
      }
    },
    async noteConflict(requestId) {
      await write((each) => store.update(refer(requestId), {conflictAt: new Date(clock.now())}, each))
    },
  }
}

/**
 * Creates the record, or takes over one whose callback nobody is at. `mine` means that this delivery, and no other one,
 * makes the callback now.
 */
export async function claimRecord(
  records: Records,
  order: Order,
  record: WritableFields,
): Promise<'mine' | Exclude<RecordState, 'open'>> {
  const {requestId} = order.request
  if (await records.create(requestId, record)) return 'mine'
  const document = await records.read(requestId)
  if (!document) return 'busy'
  const state = records.judge(document, order)
  if (state !== 'open') return state
  return (await records.takeOver(requestId, record, document.version)) ? 'mine' : 'busy'
}
