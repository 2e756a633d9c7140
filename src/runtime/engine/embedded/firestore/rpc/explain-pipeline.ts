import {GrpcStatus} from '../../grpc/status.ts'
import type {PipelineRequest} from '../pipeline/request.ts'
import {Writer} from '../values/writer.ts'
import type {ExecutionStats} from './explain.ts'

const writer = new Writer()

/** The body of an ExplainStats message: a text, or JSON, in a google.protobuf.StringValue. */
export function encodeExplainStats(request: PipelineRequest, stats: ExecutionStats): Uint8Array {
  const text =
    request.format === 'json' ? JSON.stringify(listFacts(request, stats), undefined, 2) : describe(request, stats)
  const value = writer.uint(0x0a).string(text).finish()
  return writer
    .uint(0x0a)
    .message(() => writeAny('google.protobuf.StringValue', value))
    .finish()
}

/** A refusal that carries what was found out until then, as a detail of its google.rpc.Status. */
export function explainedStatus(error: GrpcStatus, request: PipelineRequest, stats: ExecutionStats): GrpcStatus {
  const explained = encodeExplainStats(request, stats)
  writer.uint(0x08).uint(error.code).uint(0x12).string(error.message)
  writer.uint(0x1a).message(() => writeAny('google.firestore.v1.ExplainStats', explained))
  return new GrpcStatus(error.code, error.message, writer.finish())
}

/** The body of a google.protobuf.Any. */
function writeAny(type: string, value: Uint8Array): void {
  writer.uint(0x0a).string(`type.googleapis.com/${type}`).uint(0x12).bytes(value)
}

function listFacts({stages, explain}: PipelineRequest, stats: ExecutionStats) {
  const plan = stages.map(({name}) => name)
  if (explain === 'explain') return {plan}
  const {results, milliseconds, documents, indexes, scans} = stats
  return {
    plan,
    execution: {
      results_returned: results,
      execution_duration: `${milliseconds.toFixed(3)} ms`,
      documents_scanned: documents,
      indexes_read: indexes,
      collections_scanned: scans,
    },
  }
}

function describe(request: PipelineRequest, stats: ExecutionStats): string {
  const {plan, execution} = listFacts(request, stats)
  const lines = Object.entries(execution ?? {}).map(([name, value]) => `  ${name.replaceAll('_', ' ')}: ${value}`)
  const executed = lines.length === 0 ? [] : ['Execution:', ...lines, '']
  return [...executed, 'Plan:', ...plan.map((name) => `  ${name}`)].join('\n')
}
