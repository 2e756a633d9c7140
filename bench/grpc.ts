// What the gRPC stack of the engine costs: node:http2 with the engine's own framing, against @grpc/grpc-js around the same
// service, and the engine in a worker thread or in the caller's thread instead of a process of its own.
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'
import {fork} from 'node:child_process'
import {Worker} from 'node:worker_threads'
import {Firestore} from '@google-cloud/firestore'
import protobuf from 'protobufjs/minimal.js'
import {openGrpcChannel} from '#runtime/engine/grpc-call.ts'
import {PROJECT} from './engine-process.ts'
import {startServing} from './grpc-serve.ts'
import {interleave, median, percentile, printMachine, printTable, ratio} from './measure.ts'

const LANES = [1, 16, 64] as const
const READS = {1: 300, 16: 2000, 64: 3000} as const
const rounds = Number(process.argv[2] ?? 3)
const script = fileURLToPath(new URL('grpc-serve.ts', import.meta.url))

await using stack = new AsyncDisposableStack()
const http2 = await open(await inProcess('http2'))
const grpcJs = await open(await inProcess('grpc-js'))
const worker = await open(await inWorker())
const same = await open(stack.use(await startServing('http2')).port)

const rows: string[][] = []
for (const lanes of LANES) {
  const figures = await interleave(rounds, {
    http2: () => measure(http2, lanes),
    grpcJs: () => measure(grpcJs, lanes),
    worker: () => measure(worker, lanes),
    same: () => measure(same, lanes),
  })
  for (const key of ['p50', 'perSecond'] as const) {
    const of = (name: keyof typeof figures) => figures[name].map((figure) => figure[key])
    const name = key === 'p50' ? 'p50 ms' : 'reads per second'
    rows.push([
      `${lanes} at once, ${name}`,
      ...(['http2', 'grpcJs', 'worker', 'same'] as const).map((side) => median(of(side)).toFixed(2)),
      ratio(of('http2'), of('grpcJs')),
      ratio(of('worker'), of('same')),
    ])
  }
}
const alone = await interleave(rounds, {http2: () => measureAlone(http2.port), grpcJs: () => measureAlone(grpcJs.port)})
printMachine()
printTable(
  `The servers alone: GetDocument, 64 at once, from a client that decodes nothing (${rounds} rounds)`,
  ['what', 'node:http2', 'grpc-js', 'http2 / grpc-js'],
  [
    [
      'calls per second',
      median(alone.http2).toFixed(0),
      median(alone.grpcJs).toFixed(0),
      ratio(alone.http2, alone.grpcJs),
    ],
  ],
)
printTable(
  `ref.get() over two gRPC stacks, and with the engine elsewhere (${rounds} rounds)`,
  ['what', 'node:http2', 'grpc-js', 'worker thread', "caller's thread", 'http2 / grpc-js', "worker / caller's"],
  rows,
)

type Side = {readonly client: Firestore; readonly port: number}

async function measureAlone(port: number): Promise<number> {
  await using channel = openGrpcChannel(`127.0.0.1:${port}`)
  const name = `projects/${PROJECT}/databases/(default)/documents/visitors/v`
  const request = protobuf.Writer.create().uint32(10).string(name).finish()
  const {signal} = new AbortController()
  let left = 10_000
  const lane = async (): Promise<void> => {
    while (left-- > 0) await channel.call('google.firestore.v1.Firestore/GetDocument', request, signal)
  }
  const began = performance.now()
  await Promise.all(Array.from({length: 64}, lane))
  return 10_000_000 / (performance.now() - began)
}

async function inProcess(stack_: 'http2' | 'grpc-js'): Promise<number> {
  const child = fork(script, [stack_], {execArgv: ['--conditions=stitch-source']})
  stack.defer(() => void child.kill('SIGKILL'))
  const [port] = (await once(child, 'message')) as [number]
  return port
}

async function inWorker(): Promise<number> {
  const thread = new Worker(script, {argv: ['http2'], execArgv: ['--conditions=stitch-source']})
  stack.defer(async () => void (await thread.terminate()))
  const [port] = (await once(thread, 'message')) as [number]
  return port
}

async function open(port: number): Promise<Side> {
  const client = new Firestore({projectId: PROJECT, host: `127.0.0.1:${port}`, ssl: false, preferRest: false})
  stack.defer(() => client.terminate())
  const fields = Array.from({length: 20}, (_, n) => [`attribute_${n}`, `value ${n}, and so on`] as const)
  await client.doc('visitors/v').set(Object.fromEntries(fields))
  for (let round = 0; round < 2; round++) await measure({client, port}, 64)
  return {client, port}
}

async function measure({client}: Side, lanes: (typeof LANES)[number]) {
  const times: number[] = []
  let left: number = READS[lanes]
  const began = performance.now()
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const start = performance.now()
      await client.doc('visitors/v').get()
      times.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({length: lanes}, lane))
  return {p50: percentile(times, 0.5), perSecond: (times.length * 1000) / (performance.now() - began)}
}
