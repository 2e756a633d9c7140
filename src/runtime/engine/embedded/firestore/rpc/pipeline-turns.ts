import {constantOf} from '../pipeline/arguments.ts'
import type {PipelineRequest} from '../pipeline/request.ts'

/**
 * For what a pipeline's transaction waits for its turn: the documents that it begins with, or the collection, by the same
 * keys as other reads have.
 */
export function listTurns({database, stages: [source]}: PipelineRequest): readonly string[] {
  const paths = (source?.args ?? []).flatMap((arg) => {
    const value = constantOf(arg)
    return value?.kind === 'reference' ? `${database}/documents${value.value}` : []
  })
  if (source?.name === 'documents') return paths
  return source?.name === 'collection' ? paths.map((path) => `${path}?`) : [`${database}/documents/?`]
}
