import type {Budget} from './budget.ts'
import type {Row} from './outcome.ts'
import {encodeRow, isStored} from './row.ts'

/** A row as it is sent, with a name and times only where the pipeline has kept them. Times are microseconds. */
export type Result = Pick<Row, 'name' | 'createTime' | 'updateTime'> & {readonly fields: Uint8Array}

/** What a result takes beside its fields, about. */
const RESULT_BYTES = 200

/** Encodes rows one by one as they come, since what they are made of takes several times as much. */
export function collectResults(rows: Iterable<Row>, keep: Budget['keep']): readonly Result[] {
  const results: Result[] = []
  for (const row of rows) {
    const isOfStore = isStored(row)
    const result = encodeResult(row)
    keep(RESULT_BYTES + (isOfStore ? 0 : result.fields.length))
    results.push(result)
  }
  return results
}

export function encodeResult(row: Row): Result {
  const {name, createTime, updateTime} = row
  return {name, createTime, updateTime, fields: encodeRow(row)}
}
