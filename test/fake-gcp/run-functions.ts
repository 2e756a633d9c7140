import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {buffer} from 'node:stream/consumers'
import {Agent, request as send} from 'undici'
import type {HttpRequest, HttpResponse, Transport} from '#runtime/deploy/gcp/transport.ts'
import {startInstance, type Instance} from './run-functions/instance.ts'
import {idTokenFor, mayInvoke} from './run-functions/invoker.ts'
import {logLine, logRequest} from './run-functions/log-line.ts'
import type {Cloud, Json} from './service.ts'
import {newest} from './services/cloudfunctions/start-service.ts'
import {serviceAt} from './services/run/deploy-service.ts'
import {sourceBytes} from './services/storage/objects.ts'

/** A message as Pub/Sub pushes it; what is absent is made up. */
export type PushedMessage = {
  readonly data?: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly messageId?: string
  readonly publishTime?: string
  readonly deliveryAttempt?: number
}

export type RunningFunctions = AsyncDisposable & {
  /** Answers requests for `*.run.app`; everything else goes on to the given way. */
  readonly over: (transport: Transport) => Transport
  /** Pushes one message as the subscription says: to its endpoint, with a token of its account. */
  readonly pushTo: (subscriptionId: string, message: PushedMessage) => Promise<HttpResponse>
  /**
   * The address on this machine of a push endpoint for an engine that knows no tokens: what it pushes there goes on to
   * the subscription's own endpoint with a token of its account.
   */
  readonly pushFace: (subscriptionId: string) => Promise<string>
}

type Variables = Readonly<Record<string, string>>

export type RunOptions = {
  /** Goes over what was deployed, or is made from it: FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST. */
  readonly env: Variables | ((deployed: Variables) => Variables)
}

/**
 * Runs the functions that were deployed to the cloud, each in a process of its own that starts with the first request
 * and is replaced when there is a new revision. Their output becomes log entries. Disposing leaves no process and no
 * port behind.
 */
export function runFunctions(cloud: Cloud, {env}: RunOptions): RunningFunctions {
  const stack = new AsyncDisposableStack()
  const agent = stack.adopt(new Agent(), async (one) => await one.destroy())
  const instances = new Map<string, {readonly revision: string; readonly started: Promise<Instance>}>()
  stack.defer(async () => {
    await Promise.all([...instances.values()].map(async ({started}) => await end(started)))
  })

  const instanceOf = async (service: Json): Promise<Instance> => {
    const old = instances.get(service.name)
    if (old && old.revision === service.latestReadyRevision) return await old.started
    const deployed = environmentOf(cloud, service)
    const started = startInstance({
      zip: sourceBytes(cloud, functionOf(cloud, service).buildConfig.source.storageSource),
      target: functionOf(cloud, service).buildConfig.entryPoint,
      env: {...deployed, ...(typeof env === 'function' ? env(deployed) : env)},
      onLine: (text, stream) => logLine(cloud, service, text, stream),
    })
    instances.set(service.name, {revision: service.latestReadyRevision, started})
    if (old) await end(old.started)
    return await started
  }

  const handle = async (request: HttpRequest): Promise<HttpResponse> => {
    const url = new URL(request.url)
    const service = serviceAt(cloud, url.hostname)
    if (service?.latestReadyRevision === undefined) return plain(404, 'Page not found')
    const status = mayInvoke(cloud, service, headerOf(request, 'authorization'))
    if (status !== 200) return plain(status, 'Your client does not have permission to get this URL from this server.')
    const instance = await instanceOf(service).catch((error: unknown) => {
      instances.delete(service.name)
      logLine(cloud, service, String(error), 'stderr')
    })
    if (!instance) return plain(503, 'Service Unavailable')
    const began = performance.now()
    const answer = await send(`http://127.0.0.1:${instance.port}${url.pathname}${url.search}`, {
      dispatcher: agent,
      method: request.method as 'POST',
      headers: {...withoutHop(request.headers), host: url.host},
      body: request.body ?? null,
    })
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    logRequest(cloud, service, request, {status: answer.statusCode, ms: performance.now() - began})
    return {status: answer.statusCode, headers: withoutHop(answer.headers), body: bytes}
  }

  const push = async (subscriptionId: string, body: string): Promise<HttpResponse> => {
    const {pushConfig} = subscriptionOf(cloud, subscriptionId)
    const {pushEndpoint, oidcToken} = pushConfig
    const {serviceAccountEmail: email, audience = pushEndpoint} = oidcToken ?? {}
    return await handle({
      method: 'POST',
      url: pushEndpoint,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'CloudPubSub-Google',
        ...(email === undefined ? {} : {authorization: `Bearer ${idTokenFor(email, audience)}`}),
      },
      body,
    })
  }

  return {
    over: (transport) => async (request) =>
      new URL(request.url).hostname.endsWith('.run.app') ? await handle(request) : await transport(request),
    pushTo: async (subscriptionId, message) =>
      await push(subscriptionId, JSON.stringify(wrap(cloud, subscriptionId, message))),
    pushFace: async (subscriptionId) => {
      const server = createServer((request, response) => {
        const answered = buffer(request).then(async (body) => await push(subscriptionId, body.toString()))
        answered.then(
          ({status, body}) => response.writeHead(status).end(body),
          () => request.socket.resetAndDestroy(),
        )
      })
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve)
      })
      stack.defer(async () => {
        const closed = new Promise((resolve) => server.close(resolve))
        server.closeAllConnections()
        await closed
      })
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** One that never started has nothing to end. */
async function end(started: Promise<Instance>): Promise<void> {
  const instance = await started.catch(() => undefined)
  await instance?.[Symbol.asyncDispose]()
}

function functionOf(cloud: Cloud, service: Json): Json {
  return cloud.get('cloudfunctions.functions', service.name.replace('/services/', '/functions/'))
}

/** What Cloud Run puts into a container's environment: what was deployed, values of secrets, and its own. */
function environmentOf(cloud: Cloud, service: Json): Record<string, string> {
  const id = service.name.split('/').at(-1)
  const [container] = service.template.containers
  const values = container.env.map(({name, value, valueSource}: Json) => {
    if (valueSource === undefined) return [name, value]
    const {secret, version} = valueSource.secretKeyRef
    const whole = `projects/${cloud.project.id}/secrets/${secret}`
    const {payload} = cloud.get('secretmanager.versions', `${whole}/versions/${newest(cloud, whole, version)}`)
    return [name, Buffer.from(payload, 'base64').toString()]
  })
  return {
    ...Object.fromEntries(values),
    FUNCTION_TARGET: functionOf(cloud, service).buildConfig.entryPoint,
    K_SERVICE: id,
    K_CONFIGURATION: id,
    K_REVISION: service.latestReadyRevision.split('/').at(-1),
  }
}

function subscriptionOf(cloud: Cloud, id: string): Json {
  return cloud.get('pubsub.subscriptions', `projects/${cloud.project.id}/subscriptions/${id}`)
}

function wrap(
  cloud: Cloud,
  id: string,
  {data = '', attributes = {}, deliveryAttempt, ...given}: PushedMessage,
): object {
  const {name, deadLetterPolicy} = subscriptionOf(cloud, id)
  const {messageId = cloud.id(), publishTime = cloud.time()} = given
  return {
    message: {data, attributes, messageId, message_id: messageId, publishTime, publish_time: publishTime},
    subscription: name,
    ...(deadLetterPolicy === undefined ? {} : {deliveryAttempt: deliveryAttempt ?? 1}),
  }
}

function headerOf({headers}: HttpRequest, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
}

const HOP = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'x-stitch-host',
])

/** Headers that belong to one connection are made anew for the next. */
function withoutHop(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP.has(name.toLowerCase())
        ? []
        : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}

function plain(status: number, text: string): HttpResponse {
  return {status, headers: {'content-type': 'text/plain'}, body: Buffer.from(text)}
}
