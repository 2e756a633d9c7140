import type {Bus} from '#runtime/kernel/bus.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Exchange, RunEvent} from '#runtime/kernel/events.ts'
import {startTraffic} from '#runtime/traffic/start.ts'
import type {HttpRequest} from '#runtime/traffic/types.ts'
import type {Session} from './open-session.ts'
import {signAsServer} from './wishes.ts'

/** Headers that belong to one connection, one trace or one signature, and so not to the request that is sent again. */
const PASSING = /^(host|connection|content-length|transfer-encoding|traceparent|x-stitch-)/

/** Sends a request of the log once more, as a new one; a server's request is signed anew. Nothing happens for an unknown trace. */
export async function replayRequest(session: Session, bus: Bus, clock: Clock, trace: string): Promise<void> {
  const exchange = firstExchange(bus.events, trace)
  if (!exchange) return
  const {emit} = bus
  await using traffic = startTraffic({baseUrl: session.container.url, emit, clock, signal: session.signal})
  const request = requestOf(exchange)
  const signed = 'x-stitch-key' in exchange.request.headers ? signAsServer(request, session.keys, clock.now()) : request
  const mode = /\bmode["=:\s]+async\b/.test(`${request.target} ${request.body ?? ''}`) ? 'async' : 'sync'
  const answer = await traffic.send(signed, {scenario: '', step: '', title: 'replay', mode})
  traffic.settle(answer)
}

/** What entered the wire first in a trace: the client's own exchange, or the container's where nobody saw the client. */
function firstExchange(events: readonly RunEvent[], trace: string): Exchange | undefined {
  const own = events.filter((event) => 'trace' in event && event.trace === trace)
  const first = own.find((event) => event.type === 'span.started' && (event.lane === 'client' || event.lane === 'sgtm'))
  const found = own.find(
    (event) => event.type === 'http.exchanged' && first?.type === 'span.started' && event.span === first.span,
  )
  return found?.type === 'http.exchanged' ? found.exchange : undefined
}

function requestOf({request}: Exchange): HttpRequest {
  const url = new URL(request.url)
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !PASSING.test(name.toLowerCase())),
  )
  const isGet = request.method === 'GET'
  return {
    method: isGet ? 'GET' : 'POST',
    target: `${url.pathname}${url.search}`,
    headers,
    body: isGet ? undefined : request.body,
  }
}
