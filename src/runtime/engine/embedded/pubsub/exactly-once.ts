import protobuf from 'protobufjs/minimal.js'
import {GrpcStatus, STATUS} from '../grpc/status.ts'
import type {Subscription} from './codec.ts'

/** What became of the ids of a request; invalid are those of leases that ended, and those that never were. */
export type AckOutcome = {readonly ackIds: string[]; readonly invalidAckIds: string[]}

const LENGTH_DELIMITED = 2
/** A header's value has at most 64 KiB with nghttp2, in base64; an id that finds no place is refused without a reason of its own. */
const MOST_BYTES = 40_000
const SENTENCE =
  'Some acknowledgement ids in the request were invalid. They may be malformed, or their ack deadline may have passed.'

/** Applies `act` to each id and sorts them by what it says. */
export function sortOutcome(ids: readonly string[], act: (id: string, index: number) => boolean): AckOutcome {
  const outcome: AckOutcome = {ackIds: [], invalidAckIds: []}
  for (const [index, id] of ids.entries()) (act(id, index) ? outcome.ackIds : outcome.invalidAckIds).push(id)
  return outcome
}

/**
 * Refuses a unary request of which some ids are invalid, and then does nothing of it: INVALID_ARGUMENT, with an
 * ErrorInfo that tells the ids apart (https://cloud.google.com/pubsub/docs/exactly-once-delivery). Clients take an id
 * that is not named for failed, so the valid ones are named as well, as what to ask for again; they do by themselves.
 * Without exactly-once delivery an id that comes too late is no error.
 */
export function requireHeld(
  {enableExactlyOnceDelivery}: Subscription,
  ids: readonly string[],
  holds: (id: string) => boolean,
): void {
  if (!enableExactlyOnceDelivery || ids.every(holds)) return
  throw new GrpcStatus(STATUS.invalidArgument, SENTENCE, encodeDetails(sortOutcome(ids, holds)))
}

/** google.rpc.Status with one google.rpc.ErrorInfo (google/rpc/status.proto, google/rpc/error_details.proto). */
function encodeDetails({ackIds, invalidAckIds}: AckOutcome): Uint8Array {
  const info = protobuf.Writer.create()
  info.uint32(tag(1)).string('EXACTLY_ONCE_ACKID_FAILURE').uint32(tag(2)).string('pubsub.googleapis.com')
  const name = (ids: readonly string[], verdict: string): void => {
    for (const id of ids) {
      if (info.len > MOST_BYTES) return
      info.uint32(tag(3)).fork().uint32(tag(1)).string(id).uint32(tag(2)).string(verdict).ldelim()
    }
  }
  name(ackIds, 'TRANSIENT_FAILURE_OTHER_ACK_ID_INVALID')
  name(invalidAckIds, 'PERMANENT_FAILURE_INVALID_ACK_ID')
  const status = protobuf.Writer.create()
  status.uint32(1 << 3).int32(STATUS.invalidArgument)
  status.uint32(tag(2)).string(SENTENCE)
  status.uint32(tag(3)).fork().uint32(tag(1)).string('type.googleapis.com/google.rpc.ErrorInfo')
  return status.uint32(tag(2)).bytes(info.finish()).ldelim().finish()
}

function tag(field: number): number {
  return (field << 3) | LENGTH_DELIMITED
}
