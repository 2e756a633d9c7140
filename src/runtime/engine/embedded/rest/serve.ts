import type {IncomingMessage, RequestListener, ServerResponse} from 'node:http'
import type {Call, Method, Service} from '../grpc/service.ts'
import {GrpcStatus, STATUS} from '../grpc/status.ts'
import {bindRequest} from './bind.ts'
import {createDecode} from './decode.ts'
import {createEncode} from './encode.ts'
import {corsHeaders, mayAsk} from './origins.ts'
import {errorBody} from './http-status.ts'
import {readBody} from './request-body.ts'
import {createRouter, type Match} from './routes.ts'
import {readSchema} from './schema.ts'

/** A page beside the API, by verb and path; what it returns is shown, an object as JSON. */
export type Pages = (verb: string, path: string) => (() => unknown) | undefined

export type RestOptions = {
  /** The very methods that gRPC serves. */
  readonly services: readonly Service[]
  /** Whose routes there are, also for methods that are missing: `google.pubsub.v1`. */
  readonly packages: readonly string[]
  readonly pages: Pages
  /** What else is served, where neither a page nor a method is meant. */
  readonly otherwise?: RequestListener | undefined
}

type Answer = {readonly request: IncomingMessage; readonly response: ServerResponse; readonly pretty: boolean}

/**
 * The JSON face of gRPC services: a request that fits a route of their protos is encoded, handled by the method, and
 * its answer shown as proto3 JSON; a stream's answers become a list. HTTP/1.1 and HTTP/2 alike.
 */
export function createRest({services, packages, pages, otherwise}: RestOptions): RequestListener {
  const methods: Service = Object.assign({}, ...services) as Service
  const schema = readSchema()
  const router = createRouter(schema.routes.filter(({rpc}) => packages.some((name) => rpc.startsWith(`/${name}.`))))
  const encode = createEncode(schema)
  const decode = createDecode(schema)

  const show = (bytes: Uint8Array, {route}: Match, query: URLSearchParams): unknown =>
    decode(route.response, bytes, {enumsAsNumbers: /enum-encoding=int/.test(query.get('$alt') ?? '')})

  const call = async (match: Match, query: URLSearchParams, answer: Answer): Promise<void> => {
    const {request, response} = answer
    const method = findMethod(methods, match.route.rpc)
    const gone = new AbortController()
    response.on('close', () => gone.abort(new GrpcStatus(STATUS.cancelled, 'The caller went away.')))
    const body = await readBody(request)
    const bytes = encode(match.route.request, bindRequest(schema, match, query, body))
    const context: Call = {metadata: request.headers, signal: gone.signal}
    // Handlers hear of an end that comes; they need not ask for one that has been.
    gone.signal.throwIfAborted()
    if (method.kind === 'unary') {
      send(answer, 200, show(await method.handle(bytes, context), match, query))
      return
    }
    const stream = method.handle(bytes, context)
    await sendList(
      answer,
      shown(stream, (message) => show(message, match, query)),
    )
  }

  const respond = async (answer: Answer, url: URL): Promise<void> => {
    const {request, response} = answer
    const verb = request.method ?? 'GET'
    if (!mayAsk(request)) {
      const {origin, host = request.headers[':authority']} = request.headers
      throw new GrpcStatus(
        PERMISSION_DENIED,
        `Pages of ${origin ?? String(host)} may not use an engine on this machine.`,
      )
    }
    if (verb === 'OPTIONS') {
      response.writeHead(200, corsHeaders(request)).end()
      return
    }
    const page = pages(verb, decodePath(url.pathname))
    if (page) {
      send(answer, 200, await page())
      return
    }
    const match = router(verb, url.pathname)
    if (match) await call(match, url.searchParams, answer)
    else if (otherwise && !url.pathname.startsWith('/v1/')) otherwise(request, response)
    else throw new GrpcStatus(STATUS.notFound, `Nothing is served here for ${verb} ${url.pathname}.`)
  }

  return (request, response) => {
    const {url: target = '/'} = request
    // A path is put behind a host and not resolved: two slashes at its beginning would be taken for a host.
    const url = URL.parse(target.startsWith('/') ? `http://engine${target}` : target, 'http://engine')
    if (!url) {
      response.writeHead(400, {'content-type': 'text/plain'}).end('The path is not well formed.\n')
      return
    }
    const pretty = (url.searchParams.get('prettyPrint') ?? url.searchParams.get('$prettyPrint')) !== 'false'
    const answer = {request, response, pretty}
    respond(answer, url).catch((error: unknown) => {
      const body = errorBody(
        error instanceof URIError ? new GrpcStatus(STATUS.invalidArgument, 'The path is not well encoded.') : error,
        (status) =>
          (decode('google.rpc.Status', status, {enumsAsNumbers: false}) as {details?: unknown[]}).details ?? [],
      )
      if (!response.headersSent) send(answer, body.error.code, body)
      else if (!response.destroyed) response.end(`,\n${format(body, answer.pretty)}\n]\n`)
    })
  }
}

const PERMISSION_DENIED = 7

function findMethod(methods: Service, rpc: string): Exclude<Method, {kind: 'bidi'}> {
  const method = methods[rpc]
  if (!method) throw new GrpcStatus(STATUS.unimplemented, `${rpc.slice(1)} is not implemented by the embedded engine.`)
  if (method.kind !== 'bidi') return method
  // As Google's emulator answers (1.19.9, measured); production's own pages say that they are no part of REST.
  throw new GrpcStatus(
    STATUS.notFound,
    `${rpc.slice(1)} speaks both ways at once: it is served over gRPC, not as JSON.`,
  )
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

async function* shown(
  messages: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  show: (message: Uint8Array) => unknown,
): AsyncGenerator {
  for await (const message of messages) yield show(message)
}

/** Text stays text, everything else becomes JSON. */
function send({request, response, pretty}: Answer, status: number, content: unknown): void {
  if (response.destroyed) return
  const isText = typeof content === 'string'
  const body = Buffer.from(isText ? content : `${format(content, pretty)}\n`)
  response.writeHead(status, {
    'content-type': isText ? 'text/plain' : 'application/json; charset=utf-8',
    'content-length': body.length,
    ...corsHeaders(request),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** The first element decides whether it becomes an answer or a refusal, so nothing is sent before it is there. */
async function sendList({request, response, pretty}: Answer, elements: AsyncIterator<unknown>): Promise<void> {
  let element = await elements.next()
  response.writeHead(200, {'content-type': 'application/json; charset=utf-8', ...corsHeaders(request)})
  response.write('[')
  for (let first = true; element.done !== true; element = await elements.next(), first = false) {
    if (response.destroyed) break
    const isRoom = response.write(`${first ? '' : ','}\n${format(element.value, pretty)}`)
    if (!isRoom) await drained(response)
  }
  await elements.return?.()
  response.end('\n]\n')
}

/** Resolves when the caller has read what was sent, or has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

function format(content: unknown, pretty: boolean): string {
  return JSON.stringify(content, undefined, pretty ? 2 : undefined)
}
