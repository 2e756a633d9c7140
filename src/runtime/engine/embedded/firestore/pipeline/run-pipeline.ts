import type {DocumentStore} from '../../store/store.ts'
import type {QueryTrace} from '../query/run-query.ts'
import {compilePipeline} from './compile-pipeline.ts'
import type {Budget} from './budget.ts'
import {compileModification, endsInModification} from './modify/stages.ts'
import type {Modification} from './modify/modification.ts'
import type {Row} from './outcome.ts'
import {createDocumentReader} from './read-documents.ts'
import type {ReadListener} from './read-documents.ts'
import type {PipelineRequest} from './request.ts'
import {rowWith} from './row.ts'
import type {Scope} from './scope.ts'

/** Where and when a pipeline is run; times are microseconds. */
export type Surroundings = {
  readonly store: DocumentStore
  /** Undefined for the latest state. */
  readonly at: number | undefined
  readonly now: number
  readonly trace: QueryTrace
  readonly listener: ReadListener | undefined
  readonly budget: Budget
}

export type PreparedPipeline = {
  readonly run: () => Iterable<Row>
  /** What is then done with the rows, where the pipeline does not just read. */
  readonly modification: Modification | undefined
}

/** Compiles a request's pipeline. Throws INVALID_ARGUMENT. */
export function preparePipeline(
  {database, stages}: PipelineRequest,
  {store, at, now, trace, listener, budget: {spend, hold}}: Surroundings,
): PreparedPipeline {
  const scope: Scope = {
    database,
    reader: createDocumentReader(store, at, {trace, listener}),
    variables: new Set(),
    nested: false,
    ofSearch: undefined,
    compilePipeline,
    hold,
  }
  const reading = endsInModification(stages) ? stages.slice(0, -1) : stages
  const {run, variables} = compilePipeline(reading, scope)
  const modification = compileModification(stages, {...scope, variables})
  const outer = rowWith(new Map(), {variables: new Map(), now, spend})
  return {run: () => run(outer), modification}
}
