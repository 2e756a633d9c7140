import type {Call} from '../../grpc/service.ts'
import {openSession} from '../listen/session.ts'
import type {Listening} from '../listen/session.ts'
import type {ServiceContext} from './context.ts'

/** Silence after which a stream says that nothing changed, in milliseconds. */
const KEEP_ALIVE_MS = 30_000

/**
 * Listen: targets come and go with the requests, and every commit that matters to one of them arrives as a snapshot:
 * document messages, closed by a TargetChange for all targets with the time it is as of. Ends when the caller
 * half-closes. A caller that reads slowly gets fewer snapshots, not older ones.
 */
export async function* listenRpc(
  {context, listening}: {readonly context: ServiceContext; readonly listening: Listening},
  requests: AsyncIterable<Buffer>,
  {signal}: Pick<Call, 'signal'>,
  keepAliveMs = KEEP_ALIVE_MS,
): AsyncGenerator<Uint8Array> {
  let wake = Promise.withResolvers<void>()
  let isSilent = false
  const rouse = (): void => wake.resolve()
  using session = openSession(context, listening, rouse)

  const inbox: Buffer[] = []
  let isHalfClosed = false
  const reading = (async () => {
    try {
      for await (const request of requests) {
        // Other targets hear of changes meanwhile.
        await session.prepare(request, signal)
        inbox.push(request)
        rouse()
      }
    } finally {
      isHalfClosed = true
      rouse()
    }
  })()
  // Its error is thrown where it is awaited, at the end.
  reading.catch(() => undefined)
  signal.addEventListener('abort', rouse, {once: true})

  while (!signal.aborted) {
    wake = Promise.withResolvers()
    for (let request = inbox.shift(); request; request = inbox.shift()) yield* session.handle(request)
    yield* session.flush()
    if (isSilent) yield* session.keepAlive()
    if (isHalfClosed && inbox.length === 0) break
    isSilent = false
    const timer = setTimeout(() => {
      isSilent = true
      rouse()
    }, keepAliveMs)
    await wake.promise
    clearTimeout(timer)
  }
  if (isHalfClosed) await reading
}
