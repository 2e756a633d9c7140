// One stitch, sync and async, through container, functions and engine: embedded, Google's emulators, and a floor whose
// engine only gives canned replies.
import {resolveConfig} from '#runtime/config/resolve.ts'
import {loadFixtures} from '#runtime/fixtures/load.ts'
import {readBundle} from '#runtime/functions/bundle.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import type {Fact} from '#runtime/kernel/events.ts'
import {openSession} from '#runtime/session/open-session.ts'
import {seedIfNeeded} from '#runtime/session/seed-project.ts'
import {toHttpRequest} from '#runtime/traffic/http-request.ts'
import {startTraffic} from '#runtime/traffic/start.ts'
import {startFloor} from './floor-engine.ts'
import {copyPatientDemo} from './patient-demo.ts'
import {interleave, makeFolder, median, percentile, printMachine, printTable, ratio, root} from './measure.ts'

type Mode = 'sync' | 'async'
type Trip = (mode: Mode) => Promise<number>

/** A cookie of the demo's Franz: two reads, his identity and his profile. */
const COOKIE = 'ck_b04b8dff3003c117a6d9d6bc177ec08b'
/** How many round trips make one figure. */
const TRIPS = {sync: {1: 100, 16: 480}, async: {1: 32, 16: 320}} as const
const rounds = Number(process.argv[2] ?? 3)

await using stack = new AsyncDisposableStack()
const floor = stack.use(await startFloor())
const embedded = await openPath('embedded')
const gcloud = await openPath('gcloud')
process.env['FIRESTORE_EMULATOR_HOST'] = floor.firestoreHost
process.env['PUBSUB_EMULATOR_HOST'] = floor.pubsubHost
const canned = await openPath('external')

const rows: string[][] = []
for (const mode of ['sync', 'async'] as const) {
  for (const lanes of [1, 16] as const) {
    const {e, g, f} = await interleave(rounds, {
      e: () => measure(embedded, mode, lanes),
      g: () => measure(gcloud, mode, lanes),
      f: () => measure(canned, mode, lanes),
    })
    for (const share of [0.5, 0.99]) {
      const [ours, theirs, least] = [e, g, f].map((all) => all.map((times) => percentile(times, share)))
      rows.push([
        `${mode}, ${lanes} at once, p${share * 100}`,
        ...[ours, theirs, least].map((all) => median(all!).toFixed(1)),
        ratio(ours!, theirs!),
        ratio(ours!, least!),
      ])
    }
  }
}
printMachine()
printTable(
  `Round trips in ms (${rounds} rounds): sync until the answer, async until the container has handled the callback`,
  ['what', 'embedded', 'gcloud', 'floor', 'embedded / gcloud', 'embedded / floor'],
  rows,
)

/** Opens a whole path and returns the means to go through it once; it closes with the program. */
async function openPath(engine: 'embedded' | 'gcloud' | 'external'): Promise<Trip> {
  const folder = stack.use(await makeFolder())
  const port = {value: 0, from: 'bench'}
  const config = await resolveConfig({
    cwd: folder.path,
    file: await copyPatientDemo(folder.path),
    demoFile: `${root}fixtures/stitch.config.json`,
    overrides: {
      engine: {value: engine, from: 'bench'},
      'ports.sgtm': port,
      'ports.firestore': port,
      'ports.pubsub': port,
    },
  })
  const {signal} = new AbortController()
  const {emit, called} = followCallbacks()
  const io = {config, emit, clock: systemClock, signal}
  const bundle = await readBundle(`${root}dist/functions/index.js`)
  const fixtures = await loadFixtures(config.fixtures)
  const session = await openSession({...io, command: 'bench', async: true, bundle}, (running, keys) =>
    seedIfNeeded({...io, fixtures, engine: running, keys}),
  )
  stack.use(session)
  const traffic = stack.use(startTraffic({baseUrl: session.container.url, emit, clock: systemClock, signal}))
  const go: Trip = async (mode) => {
    const began = performance.now()
    const request = toHttpRequest({method: 'POST', id: COOKIE, mode})
    const answer = await traffic.send(request, {scenario: '', step: '', title: '', mode, timeoutMs: 30_000})
    const expected = mode === 'sync' ? 'found' : 'pending'
    const {status} = (answer.json ?? {}) as {readonly status?: unknown}
    if (status !== expected) throw new Error(`${engine}: ${answer.status} ${answer.body || answer.error}`)
    if (mode === 'async') await called(answer.context.trace)
    return performance.now() - began
  }
  // Connections and just-in-time compilation first; the floor learns its replies meanwhile.
  for (const mode of ['sync', 'async'] as const) await measure(go, mode, 16)
  if (engine === 'external') floor.freeze(session.functions.workerUrl!)
  return go
}

/** Times of round trips, `lanes` under way at any moment. */
async function measure(go: Trip, mode: Mode, lanes: 1 | 16): Promise<number[]> {
  const times: number[] = []
  let left: number = TRIPS[mode][lanes]
  const lane = async (): Promise<void> => {
    while (left-- > 0) times.push(await go(mode))
  }
  await Promise.all(Array.from({length: lanes}, lane))
  return times
}

/** Tells when the container has handled the callback of a trace, which may be before anybody asks. */
function followCallbacks() {
  const traces = new Map<string, PromiseWithResolvers<void>>()
  const spans = new Map<string, string>()
  const of = (trace: string): PromiseWithResolvers<void> => {
    const known = traces.get(trace) ?? Promise.withResolvers<void>()
    traces.set(trace, known)
    return known
  }
  return {
    emit: (fact: Fact): void => {
      if (fact.type === 'span.started' && fact.name === 'request /stitch/callback') spans.set(fact.span, fact.trace)
      if (fact.type !== 'span.ended' || !spans.has(fact.span)) return
      spans.delete(fact.span)
      of(fact.trace).resolve()
    },
    called: async (trace: string): Promise<void> => {
      await of(trace).promise
      traces.delete(trace)
    },
  }
}
