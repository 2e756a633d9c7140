import type {IncomingRequest, StagedResponse} from './api.ts'

/** Whether the sender takes commands in its answer: the GA4 tag of a web container says so by this parameter. */
export function takesCommands({query}: IncomingRequest): boolean {
  return new URLSearchParams(query).has('richsstsse')
}

/**
 * Puts the addresses to be loaded into the answer: as events of a stream, the staged answer being the last of them.
 * Without any the answer stays as it is staged.
 */
export function stageCommands(response: StagedResponse): void {
  if (response.pixels.length === 0) return
  const messages = [
    ...response.pixels.map((url) => ({send_pixel: [url]})),
    {response: {status_code: response.status, body: response.body.toString('utf8')}},
  ]
  response.body = Buffer.from(
    messages.map((message) => `event: message\ndata: ${JSON.stringify(message)}\n\n`).join(''),
  )
  response.status = 200
  response.headers.set('content-type', 'text/event-stream')
  response.headers.set('cache-control', 'no-cache')
}
