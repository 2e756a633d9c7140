// One side of the measurement `template`, in a process of its own: `container` or `bare`, and the function's address.
import {createHash, createHmac, randomUUID} from 'node:crypto'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {Agent} from 'undici'
import {systemClock} from '#runtime/kernel/clock.ts'
import {readDefinition} from '#runtime/sgtm/definition/definition.ts'
import {resolveDefinition} from '#runtime/sgtm/definition/resolve-definition.ts'
import {startContainer} from '#runtime/sgtm/start.ts'
import {root} from './measure.ts'

const key = Buffer.alloc(32, 7).toString('base64')
const [side, lookupUrl = ''] = process.argv.slice(2)
const port = side === 'container' ? await serveContainer() : await serveBare()
process.send?.({port})
process.on('message', () => {
  const {user, system} = process.cpuUsage()
  process.send?.({cpuMs: (user + system) / 1000})
})

/** The shipped container: client, trigger and tag, with permissions, spans and the log; what it says goes nowhere. */
async function serveContainer(): Promise<number> {
  const definition = await readDefinition(`${root}fixtures/container/container.json`)
  const container = await startContainer({
    definition: resolveDefinition(definition, {lookupUrl, keyId: 'k', allowedOrigins: ['https://shop.example']}),
    host: '127.0.0.1',
    port: {port: 0, explicit: true},
    keys: {k: key},
    outbound: [{url: lookupUrl, action: 'forward'}],
    clock: systemClock,
    emit: () => {},
    signal: new AbortController().signal,
  })
  return Number(new URL(container.url).port)
}

/** The same work written for Node by hand: read, check, sign, forward, answer, and keep what the vendor would get. */
async function serveBare(): Promise<number> {
  const agent = new Agent()
  const secret = Buffer.from(key, 'base64')
  const captured: string[] = []
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>)
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
    const body: Record<string, unknown> = {destination: 'browser', requestId: randomUUID(), eventAttributes: true}
    for (const name of ['id', 'ids', 'kind', 'fields', 'mode']) if (asked[name] !== undefined) body[name] = asked[name]
    const text = JSON.stringify(body)
    const timestamp = `${Math.floor(Date.now() / 1000)}`
    const nonce = randomUUID()
    const hash = createHash('sha256').update(text).digest('hex')
    const signed = ['v1', timestamp, nonce, 'POST', '/v1/stitch', hash].join('\n')
    const answer = await agent.request({
      origin: lookupUrl,
      path: '/v1/stitch',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-stitch-key': 'k',
        'x-stitch-ts': timestamp,
        'x-stitch-nonce': nonce,
        'x-stitch-sig': createHmac('sha256', secret).update(signed).digest('base64url'),
      },
      body: text,
      signal: AbortSignal.timeout(1500),
    })
    const {eventAttributes, ...shown} = JSON.parse(await answer.body.text()) as Record<string, unknown>
    captured.push(JSON.stringify({event: 'stitch_result', event_id: shown['requestId'], attributes: eventAttributes}))
    if (captured.length > 1000) captured.splice(0, 500)
    response
      .writeHead(200, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        vary: 'Origin',
      })
      .end(JSON.stringify(shown))
  }
  const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1')
  await new Promise((resolve) => void server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}
