import type {Server, ServerResponse} from 'node:http'
import {createServer} from '#runtime/kernel/node-http.ts'
import {Agent} from 'undici'
import {connectFirestore} from './apis/firestore/connect.ts'
import {summariseGaps} from './definition/assess.ts'
import {createSandbox} from './sandbox/sandbox.ts'
import type {Answer} from './server/exchange.ts'
import {plainAnswer} from './server/exchange.ts'
import {defaultAnswerWithinMs, handleRequest} from './server/handle-request.ts'
import {listen} from './server/listen.ts'
import {loadContainer} from './server/load-container.ts'
import {createOutbound} from './server/outbound.ts'
import {bodyLimit, readRequest} from './server/read-request.ts'
import {createRing} from './server/ring.ts'
import {createTimers} from './server/timers.ts'
import type {Container, ContainerDefinition, ContainerEvent, ContainerOptions} from './types.ts'

/**
 * Starts a server container on loopback: real templates, confined, behind the HTTP face that sGTM has.
 * @throws {StitchError} STITCH_TEMPLATE_INVALID, STITCH_CONTAINER_INVALID or STITCH_PORT_TAKEN; nothing is left open then
 */
export async function startContainer(options: ContainerOptions): Promise<Container> {
  await using stack = new AsyncDisposableStack()
  const timers = stack.use(createTimers())
  const sandbox = createSandbox(timers.later)
  const agent = stack.adopt(new Agent({keepAliveTimeout: 4000}), (agent) => agent.destroy())
  const outbound = createOutbound(options, agent)
  const {firestoreHost} = options
  const firestore = firestoreHost === undefined ? undefined : stack.use(connectFirestore(firestoreHost))
  let container = await loadContainer(options.definition, sandbox)
  const services = {
    clock: options.clock,
    emit: options.emit,
    keys: options.keys,
    project: options.project,
    firestore: firestore?.open,
    rules: options.outbound,
    outbound,
    events: createRing<ContainerEvent>(),
    later: timers.later,
    answerWithinMs: options.answerWithinMs ?? defaultAnswerWithinMs,
  }
  const warn = (definition: ContainerDefinition): void => {
    const text = summariseGaps(definition, container)
    if (text !== undefined) options.emit({type: 'log.line', source: 'sgtm', level: 'warn', text})
    for (const {message, at} of container.warnings) {
      options.emit({
        type: 'log.line',
        source: 'sgtm',
        level: 'warn',
        text: `${at.file}:${at.line}:${at.column} ${message}`,
      })
    }
  }
  warn(options.definition)

  const server = createServer((message, response) => {
    void (async () => {
      const request = await readRequest(message)
      const tooLarge = plainAnswer(413, `the body is over ${bodyLimit} bytes`)
      respond(response, request ? await handleRequest(container, services, request) : tooLarge, request === undefined)
    })().catch(() => response.destroy())
  })
  stack.defer(() => close(server))
  const port = await listen(server, options)
  const closing = stack.move()
  return {
    url: `http://${options.host}:${port}`,
    captured: outbound.captured,
    events: services.events.all,
    isExport: () => container.isExport,
    reload: async (definition, rules) => {
      container = await loadContainer(definition, sandbox)
      if (rules) {
        services.rules = rules
        outbound.use(rules)
      }
      warn(definition)
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** `refused` ends the connection too, since the rest of the body is not read. */
function respond(response: ServerResponse, {status, headers, body}: Answer, refused: boolean): void {
  response.writeHead(status, {
    ...(headers as Record<string, string | string[]>),
    'content-length': body.length,
    ...(refused ? {connection: 'close'} : {}),
  })
  response.end(body)
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = Promise.withResolvers<void>()
  server.close(() => closed.resolve())
  server.closeAllConnections()
  await closed.promise
}
