import type {Write} from '../../writes/write.ts'
import type {Row} from '../outcome.ts'

/** What a stage at the end of a pipeline does to documents: a write for each row. */
export type Modification = {
  readonly toWrite: (row: Row) => Write
  /** Whether it can only be done in a transaction. */
  readonly atomicOnly: boolean
}
