import type {WaitingCall} from '../../grpc/service.ts'
import type {ServiceContext} from './context.ts'

/** ExecutePipeline, loaded with the first pipeline: an engine that nobody asks for one starts without it. */
export async function* lazyPipelines(
  context: ServiceContext,
  request: Buffer,
  call: WaitingCall,
): AsyncGenerator<Uint8Array, void> {
  const {executePipeline} = await import('./pipelines.ts')
  yield* executePipeline(context, request, call)
}
