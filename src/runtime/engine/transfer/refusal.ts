import type {SourceLocation} from '#runtime/kernel/errors.ts'
import {GrpcStatus, STATUS} from '../embedded/grpc/status.ts'
import {invalid} from './records.ts'
import {RefusedCall} from './rpc.ts'

/** Where a record of an export stands in its file. */
export type PlaceOf = (record: object) => SourceLocation

/**
 * Does work for a record at a place in the file, and names that place when it is refused: as STITCH_ENGINE_DATA_INVALID
 * where the record cannot be encoded or the engine calls it invalid, else as what it was.
 */
export async function refusingAt<T>(at: SourceLocation, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // What cannot be encoded was written by hand, or by another program.
    if (error instanceof GrpcStatus) throw invalid(error.message, at, error)
    if (!(error instanceof RefusedCall) || error.at) throw error
    throw error.status === STATUS.invalidArgument ? invalid(error.reason, at, error) : error.placedAt(at)
  }
}

/** Sends records together; when they are refused, one by one, so that the one to blame is found. */
export async function sendTogether<T extends object>(
  records: readonly T[],
  placeOf: PlaceOf,
  send: (records: readonly T[]) => Promise<void>,
): Promise<void> {
  try {
    await send(records)
  } catch (error) {
    if (!(error instanceof GrpcStatus || error instanceof RefusedCall)) throw error
    for (const record of records) await refusingAt(placeOf(record), () => send([record]))
  }
}
