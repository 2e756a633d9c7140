import {GrpcStatus, STATUS} from '../../grpc/status.ts'
import type {Row} from './outcome.ts'
import {encodeRow} from './row.ts'

/** Rows that a stage keeps until the last has come. */
export function* holdRows(rows: Iterable<Row>, hold: (row: Row) => void): Generator<Row> {
  for (const row of rows) {
    hold(row)
    yield row
  }
}

/** Counts rows that are kept, up to a number of bytes that the request allows; without one, nothing is counted. */
export function createMemory(limit: number | undefined): (row: Row) => void {
  if (limit === undefined) return () => undefined
  let bytes = 0
  return (row) => {
    bytes += encodeRow(row).length
    if (bytes <= limit) return
    throw new GrpcStatus(STATUS.resourceExhausted, `The pipeline needs more memory than its limit of ${limit} bytes.`)
  }
}
