import type {Api, ApiContext, OutboundAnswer} from './api.ts'
import {authorizationHeader} from './google-auth.ts'
import {toText} from '../text.ts'

type Callback = (...args: readonly unknown[]) => unknown
type Options = {
  readonly method?: unknown
  readonly headers?: unknown
  readonly timeout?: unknown
  readonly authorization?: unknown
}

/** Documented default; our own template never leaves it at that. */
const defaultTimeoutMs = 15_000

/**
 * Outbound HTTP. Both APIs come in two forms: `(url[, options[, body]])` gives a promise; the older
 * `(url, callback[, options[, body]])` gives nothing and calls back, with status 0 where there was no answer.
 */
export const httpApis: readonly Api[] = [
  {
    name: 'sendHttpRequest',
    // PATCH is not documented, but published templates use it.
    create: (context) => createSend(context, 'sendHttpRequest', ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  },
  {name: 'sendHttpGet', create: (context) => createSend(context, 'sendHttpGet', ['GET'])},
]

function createSend(context: ApiContext, api: string, methods: readonly string[]): unknown {
  return (url: unknown, ...rest: readonly unknown[]): unknown => {
    const notify = typeof rest[0] === 'function' ? (rest[0] as Callback) : undefined
    const [options, body] = notify ? rest.slice(1) : rest
    const answer = send(context, api, methods, toText(url), options ?? {}, body)
    if (!notify) return answer
    answer.then(
      ({statusCode, headers, body: text}) => context.invoke(notify, statusCode, headers, text),
      () => context.invoke(notify, 0, {}, ''),
    )
    return undefined
  }
}

function send(
  context: ApiContext,
  api: string,
  methods: readonly string[],
  url: string,
  options: Options,
  body: unknown,
): Promise<OutboundAnswer> {
  context.demand(api, {permission: 'send_http', url})
  const method = toText(options.method ?? 'GET').toUpperCase()
  if (!methods.includes(method)) throw new Error(`${api}: the method ${method} is not one of ${methods.join(', ')}.`)
  const timeoutMs = Number(options.timeout ?? defaultTimeoutMs)
  return context.send({
    method,
    url,
    headers: {
      ...toHeaders(options.headers),
      ...(options.authorization === undefined || options.authorization === null
        ? {}
        : {authorization: authorizationHeader(api, options.authorization)}),
    },
    body: body === undefined || body === null ? '' : toText(body),
    timeoutMs: Number.isFinite(timeoutMs) && timeoutMs > 0 ? timeoutMs : defaultTimeoutMs,
  })
}

function toHeaders(headers: unknown): Record<string, string> {
  const entries =
    typeof headers === 'object' && headers !== null ? Object.entries(headers as Record<string, unknown>) : []
  return Object.fromEntries(
    entries
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name.toLowerCase(), toText(value)]),
  )
}
