import type {Filter, Order} from '../query/query.ts'
import type {Expression, Stage} from './expression.ts'
import type {Evaluate, Row} from './outcome.ts'

/** Which collections a source reads. */
export type Collections = {
  readonly parent: string
  readonly collectionId: string | undefined
  readonly allDescendants: boolean
}

/** What of them is wanted. `test` decides; the rest only saves reading. */
export type Wanted = {
  /** Lets through everything that `test` does. */
  readonly where: Filter | undefined
  readonly test: (row: Row) => boolean
  /** The test reads the store itself, which one does not while reading it. */
  readonly testReads: boolean
  /** So many are enough, and any that come later in this order are not needed. */
  readonly most: number | undefined
  readonly orderBy: Order | undefined
}

/** Reads documents as they were at the moment the pipeline sees, in order of their names. */
export type DocumentReader = {
  readonly find: (collections: Collections, wanted: Wanted, outer: Row) => readonly Row[]
  readonly get: (name: string, outer: Row) => Row | undefined
}

/** Rows of a pipeline; `outer` is the row around it, of which a pipeline that is not nested has an empty one. */
export type Run = (outer: Row) => Iterable<Row>

/** What compiling an expression or a stage needs to know. */
export type Scope = {
  /** `projects/{project}/databases/{database}`. */
  readonly database: string
  readonly reader: DocumentReader
  /** Names that a variable may have here. */
  readonly variables: ReadonlySet<string>
  /** It is a pipeline within a row of another. */
  readonly nested: boolean
  /** Within a search: compiles the functions that only a search has. */
  readonly ofSearch: ((name: string, args: readonly Expression[]) => Evaluate | undefined) | undefined
  readonly compilePipeline: (stages: readonly Stage[], scope: Scope) => CompiledPipeline
  /** Counts a row that is kept until the last has come. Throws RESOURCE_EXHAUSTED. */
  readonly hold: (row: Row) => void
}

export type CompiledPipeline = {
  readonly run: Run
  /** Names that a variable may have after the last stage. */
  readonly variables: ReadonlySet<string>
}
