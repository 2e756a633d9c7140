import type {WaitingCall} from '../../grpc/service.ts'
import {GrpcStatus} from '../../grpc/status.ts'
import type {Transaction} from '../transactions/transaction.ts'
import {applyWrites, checkWrites, commitWrites} from '../writes/commit.ts'
import type {WriteOutcome} from '../writes/commit.ts'
import type {Write} from '../writes/write.ts'
import type {ServiceContext} from './context.ts'

/** What a commit answers; its time is in microseconds. */
export type Committed = {readonly time: number; readonly outcomes: readonly WriteOutcome[]}

/**
 * Applies writes as one: at once, or when the locks that are in their way are gone; never after the call has ended.
 * @param transaction ends with it, and what its pipelines write is applied as well; it is refused with ABORTED if what the transaction read has changed
 */
export function applyTogether(
  context: ServiceContext,
  writes: readonly Write[],
  call: WaitingCall,
  transaction?: Transaction,
): Committed | Promise<Committed> {
  const {timeline, transactions} = context
  // What pipelines in the transaction write comes first.
  const before = transaction?.writes ?? []
  const all = before.length > 0 ? [...before, ...writes] : writes
  const run = (): Committed => {
    if (transaction) transactions.startCommit(transaction, all.length)
    const time = timeline.commitTime()
    return {time, outcomes: commitWrites(context, all, time).slice(before.length)}
  }
  return transactions.locks.write({writes: all, transaction, call, run})
}

type Outcome = WriteOutcome | GrpcStatus

/** Applies each write by itself, and answers in order when the last of them has been applied or refused. */
export function applyEach(
  context: ServiceContext,
  writes: readonly Write[],
  call: WaitingCall,
): readonly Outcome[] | Promise<readonly Outcome[]> {
  const {timeline, transactions} = context
  if (transactions.locks.isFree()) return applyWrites(context, writes, timeline.commitTime())
  checkWrites(context, writes, timeline.readTime())
  return Promise.all(writes.map((write) => applyOne(context, write, call)))
}

async function applyOne(context: ServiceContext, write: Write, call: WaitingCall): Promise<Outcome> {
  try {
    const {outcomes} = await applyTogether(context, [write], call)
    return outcomes[0]!
  } catch (error) {
    if (error instanceof GrpcStatus) return error
    throw error
  }
}
