// CPU of a request through the Stitcher client, its trigger and the sample tag, over a bare Node handler that does the
// same. Aim: less than 1 ms more.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {fileURLToPath} from 'node:url'
import {Agent} from 'undici'
import {interleave, percentile, printMachine, printTable, ratio} from './measure.ts'

/** Requests behind one figure; V8 has optimised both sides long before the first counts. */
const REQUESTS = 500
const rounds = Number(process.argv[2] ?? 9)

const reply = JSON.stringify({
  requestId: '11111111-1111-4111-8111-111111111111',
  status: 'found',
  kind: 'visitor',
  attributes: {gender: 'f', favoriteBrand: 'Leki', purchases: 12},
  eventAttributes: {gender: 'f', favoriteBrand: 'Leki', purchases: 12, lifetimeRevenue: 1834.5, profitMargin: 0.43},
  meta: {},
})
const lookup = createServer((request, response) => {
  request.resume().on('end', () => void response.writeHead(200, {'content-type': 'application/json'}).end(reply))
}).listen(0, '127.0.0.1')
await once(lookup, 'listening')
const lookupUrl = `http://127.0.0.1:${(lookup.address() as AddressInfo).port}`
const agent = new Agent()

await using stack = new AsyncDisposableStack()
stack.defer(() => lookup.close().closeAllConnections())
stack.defer(() => agent.destroy())
const container = await openSide('container')
const bare = await openSide('bare')
for (const warm of [container, bare]) for (let times = 0; times < 4; times++) await warm()
const figures = await interleave(rounds, {container, bare})
const more = figures.container.map((value, round) => value - figures.bare[round]!)

printMachine()
const row = (name: string, values: readonly number[]): readonly string[] => [
  name,
  ...[0, 0.5, 1].map((share) => percentile(values, share).toFixed(3)),
]
printTable(
  `CPU of one POST /stitch in ms, user and system, of the process that serves it (${rounds} rounds of ${REQUESTS} requests)`,
  ['side', 'least', 'median', 'most', 'of the bare handler'],
  [
    [...row('container', figures.container), ratio(figures.container, figures.bare)],
    [...row('bare Node handler', figures.bare), ratio(figures.bare, figures.bare)],
    row('more', more),
  ],
)

/** Starts a side; each call sends the requests of one figure, one after the other. */
async function openSide(name: 'container' | 'bare'): Promise<() => Promise<number>> {
  const file = fileURLToPath(new URL('template-side.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=stitch-source', file, name, lookupUrl], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  stack.defer(() => void child.kill())
  const [{port}] = (await once(child, 'message')) as [{port: number}]
  const cpuMs = async (): Promise<number> => {
    child.send('cpu')
    const [said] = (await once(child, 'message')) as [{cpuMs: number}]
    return said.cpuMs
  }
  return async () => {
    const before = await cpuMs()
    for (let sent = 0; sent < REQUESTS; sent++) {
      const {statusCode, body} = await agent.request({
        origin: `http://127.0.0.1:${port}`,
        path: '/stitch',
        method: 'POST',
        headers: {'content-type': 'application/json'},
        body: '{"id":"ck_b04b8dff3003c117a6d9d6bc177ec08b"}',
      })
      const text = await body.text()
      if (statusCode !== 200 || !text.includes('favoriteBrand'))
        throw new Error(`${name} answered ${statusCode}: ${text}`)
    }
    return ((await cpuMs()) - before) / REQUESTS
  }
}
