import {Agent, EnvHttpProxyAgent, getGlobalDispatcher, request as send, type Dispatcher} from 'undici'

export type HttpRequest = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
}

export type HttpResponse = {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Sends one request and reads the whole answer. Rejects with the network's error or the signal's reason. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>

/**
 * HTTP over undici, through the proxies that `HTTPS_PROXY` and `NO_PROXY` name. A dispatcher that a preload has set for
 * the whole process goes before: it may lead every request elsewhere.
 */
export function createTransport(): Transport & AsyncDisposable {
  const preset = getGlobalDispatcher()
  // A plain agent is what undici sets where it finds none, Node's own copy of it included.
  const own = preset.constructor.name === Agent.name ? new EnvHttpProxyAgent() : undefined
  const dispatcher = own ?? preset
  const transport: Transport = async (request) => await exchange(dispatcher, request)
  return Object.assign(transport, {
    [Symbol.asyncDispose]: async () => {
      await own?.destroy()
    },
  })
}

async function exchange(dispatcher: Dispatcher, request: HttpRequest): Promise<HttpResponse> {
  const {method, url, headers, body, signal} = request
  const answer = await send(url, {
    method,
    headers,
    body: body ?? null,
    dispatcher,
    ...(signal ? {signal} : {}),
  })
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), [value ?? ''].flat().join(', ')]),
    ),
    body: await answer.body.bytes(),
  }
}
