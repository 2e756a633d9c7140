import {invalidArgument} from '../errors.ts'
import {parseDatabase} from '../paths/names.ts'
import {consistencyReaders} from '../rpc/consistency.ts'
import type {Consistency} from '../rpc/consistency.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {constantOf} from './arguments.ts'
import {decodeOption, decodeStages} from './decode-expression.ts'
import type {Expression, Stage} from './expression.ts'

/** How an ExecutePipelineRequest is to be explained: not at all, with its results, or without running it. */
export type ExplainMode = 'execute' | 'analyze' | 'explain'

export type PipelineRequest = {
  readonly database: string
  readonly stages: readonly Stage[]
  readonly consistency: Consistency
  /** The transaction is committed after the pipeline. */
  readonly autoCommit: boolean
  readonly explain: ExplainMode
  readonly format: 'text' | 'json'
  /** Bytes that rows may take which have to be kept until the last has come. */
  readonly memoryLimit: number | undefined
}

/** Reads an ExecutePipelineRequest. Throws INVALID_ARGUMENT. */
export function decodePipelineRequest(request: Buffer): PipelineRequest {
  const consistency: Consistency = {}
  let database = ''
  let stages: readonly Stage[] | undefined
  let autoCommit = false
  const options = new Map<string, Expression>()
  readMessage(new Reader(request), {
    0x0a: (field) => (database = field.string()),
    0x12: (field) =>
      readMessage(field.message(), {
        0x0a: (inner) => (stages = decodeStages(inner.message())),
        0x12: (inner) => options.set(...decodeOption(inner.message())),
      }),
    0x48: (field) => (autoCommit = field.uint() !== 0),
    ...consistencyReaders(consistency, {transaction: 0x2a, newTransaction: 0x32, readTime: 0x3a}),
  })
  parseDatabase(database)
  if (!stages) throw invalidArgument('structured_pipeline is required.')
  return {database, stages, consistency, autoCommit, ...readOptions(options)}
}

function readOptions(
  options: ReadonlyMap<string, Expression>,
): Pick<PipelineRequest, 'explain' | 'format' | 'memoryLimit'> {
  const explain = constantOf(options.get('explain_options'))
  const fields = explain?.kind === 'map' ? explain.fields : undefined
  const text = (name: string): string | undefined => {
    const value = fields?.get(name)
    return value?.kind === 'string' ? value.value : undefined
  }
  const mode = text('mode') ?? 'execute'
  const format = text('output_format') ?? 'text'
  if (mode !== 'execute' && mode !== 'analyze' && mode !== 'explain') {
    throw invalidArgument(`Unknown mode of explain_options: ${mode}`)
  }
  if (format !== 'text' && format !== 'json') {
    throw invalidArgument(`Unknown output_format of explain_options: ${format}`)
  }
  const limit = constantOf(options.get('memory_limit'))
  return {explain: mode, format, memoryLimit: limit?.kind === 'integer' ? Number(limit.value) : undefined}
}
