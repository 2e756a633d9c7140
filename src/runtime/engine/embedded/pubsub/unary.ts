import type {Call, Method} from '../grpc/service.ts'
import type {Hub} from './hub.ts'

/** A unary method that answers when what it did is kept. */
export function unary(
  hub: Pick<Hub, 'settled'>,
  handle: (request: Buffer, call: Call) => Uint8Array | Promise<Uint8Array>,
): Method {
  const keep = (answer: Uint8Array): Uint8Array | Promise<Uint8Array> => hub.settled()?.then(() => answer) ?? answer
  return {
    kind: 'unary',
    handle: (request, call) => {
      const answer = handle(request, call)
      return answer instanceof Promise ? answer.then(keep) : keep(answer)
    },
  }
}
