import {GrpcStatus, STATUS} from '../../grpc/status.ts'
import type {Value} from '../values/value.ts'
import type {Row} from './outcome.ts'
import {encodeRow, isStored} from './row.ts'
import {countBytes} from './size.ts'

/** What one execution of a pipeline may take. All throw RESOURCE_EXHAUSTED. */
export type Budget = {
  /** Counts steps of work; see Row. */
  readonly spend: Row['spend']
  /** Counts bytes that results take until they are sent. */
  readonly keep: (bytes: number) => void
  /** Counts a row that a stage keeps until the last has come, also against the limit of the request. */
  readonly hold: (row: Row) => void
}

/**
 * Nothing else is done while a pipeline runs, so that it has to end. Production ends what takes 60 s
 * (https://docs.cloud.google.com/firestore/native/docs/understand-error-codes); so many steps take less than that here, and
 * are the same on every machine.
 */
const MAX_STEPS = 50_000_000
/** About, and far below what a process has: results are bytes, while what stages hold takes several times as much. */
const MAX_KEPT_BYTES = 1024 * 1024 * 1024
const MAX_HELD_BYTES = 256 * 1024 * 1024
/** About what a row takes beside its values, and each field of it. */
const ROW = 200
const FIELD = 50

/** @param limit bytes of rows that stages may keep, where the request says it */
export function createBudget(limit: number | undefined, maxSteps = MAX_STEPS, maxHeld = MAX_HELD_BYTES): Budget {
  let steps = 0
  let kept = 0
  let held = 0
  let encoded = 0
  const counted = new WeakSet<Value>()
  return {
    spend: (more) => {
      steps += more
      if (steps > maxSteps) throw exhausted(`The pipeline takes more than ${maxSteps} steps, for which all else waits.`)
    },
    keep: (bytes) => {
      kept += bytes
      if (kept > MAX_KEPT_BYTES) throw exhausted(`The pipeline has results of more than ${MAX_KEPT_BYTES} bytes.`)
    },
    hold: (row) => {
      held += measureRow(row, counted)
      if (held > maxHeld) throw exhausted(`The stages of the pipeline hold rows of more than ${maxHeld} bytes.`)
      if (limit === undefined) return
      encoded += encodeRow(row).length
      if (encoded > limit) throw exhausted(`The pipeline needs more memory than its limit of ${limit} bytes.`)
    },
  }
}

/** Rows that a stage keeps until the last has come. */
export function* holdRows(rows: Iterable<Row>, hold: Budget['hold']): Generator<Row> {
  for (const row of rows) {
    hold(row)
    yield row
  }
}

function exhausted(message: string): GrpcStatus {
  return new GrpcStatus(STATUS.resourceExhausted, message)
}

/** What a row takes beside the store, in which its document is anyway, and beside rows that share values with it. */
function measureRow(row: Row, counted: WeakSet<Value>): number {
  if (isStored(row)) return ROW
  let bytes = ROW
  for (const value of row.fields.values()) {
    bytes += FIELD
    if (value.kind === 'array' || value.kind === 'map') {
      if (counted.has(value)) continue
      counted.add(value)
    }
    bytes += countBytes(value)
  }
  return bytes
}
