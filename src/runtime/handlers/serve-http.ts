import type {IncomingMessage, ServerResponse} from 'node:http'
import type {HttpRequest, HttpResponse} from './http.ts'

/** What functions-framework adds to Node's request: the bytes of the body, and the path before any routing. */
type FrameworkRequest = IncomingMessage & {readonly rawBody?: Uint8Array; readonly originalUrl?: string}

/** A handler in the form that functions-framework calls (https://github.com/GoogleCloudPlatform/functions-framework-nodejs). */
export function serveHttp(
  handle: (request: HttpRequest) => Promise<HttpResponse>,
): (request: FrameworkRequest, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const {status, headers, body} = await handle({
      method: request.method ?? '',
      path: request.originalUrl ?? request.url ?? '',
      headers: readHeaders(request),
      body: request.rawBody ?? new Uint8Array(),
    })
    const bytes = Buffer.from(body, 'utf8')
    response.writeHead(status, status === 204 ? {...headers} : {...headers, 'content-length': bytes.length})
    response.end(status === 204 ? undefined : bytes)
  }
}

/** A header that came twice counts as none: which of the two was signed for is not for us to guess. */
function readHeaders(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values]) => [
      name,
      values?.length === 1 ? values[0] : undefined,
    ]),
  )
}
