import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {readdir} from 'node:fs/promises'
import {createServer, type AddressInfo} from 'node:net'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {setTimeout as delay} from 'node:timers/promises'
import {Firestore} from '@google-cloud/firestore'
import {PubSub} from '@google-cloud/pubsub'
import {describe, expect, test} from 'vitest'
import {findCloudSdk} from '#runtime/engine/gcloud/find-sdk.ts'
import {createMachine} from '#runtime/engine/gcloud/machine.ts'
import {probePort} from '#runtime/engine/ports.ts'
import {startEngine} from '#runtime/engine/start.ts'
import type {Engine, EngineOptions} from '#runtime/engine/types.ts'
import {skipReason, titled} from '../gcloud/skip-reason.ts'
import {prepareSuite, replaceEmulators, type StandInSuite} from './stand-in-suite.ts'

function optionsOf(suite: StandInSuite, over: Partial<EngineOptions> = {}): EngineOptions {
  return {
    name: 'firebase',
    dataDir: join(suite.path, 'data'),
    projectId: 'demo-stitch',
    firestorePort: {port: 0, explicit: false},
    pubsubPort: {port: 0, explicit: false},
    environment: suite.environment,
    signal: new AbortController().signal,
    log: () => {},
    ...over,
  }
}

const portOf = (host: string): number => Number(host.split(':')[1])

/** Processes that carry the folder in their environment: guard, firebase-tools and emulators, and what they started. */
function startedFrom(folder: string): {readonly pid: number; readonly group: number; readonly line: string}[] {
  const rows = execFileSync('ps', ['eww', '-eo', 'pid,pgid,args'], {encoding: 'utf8'}).split('\n')
  return rows
    .filter((row) => row.includes(`STITCH_TEST_FOLDER=${folder}`))
    .map((row) => {
      const [, pid, group, line = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? []
      return {pid: Number(pid), group: Number(group), line}
    })
}

/** Waits until none of them runs; the test's own time-out is the only limit. */
async function untilGone(folder: string): Promise<void> {
  while (startedFrom(folder).length > 0) await delay(50)
}

/** Writes with one client and reads with it, publishes with the other and gets the message. */
async function useClients({firestoreHost, pubsubHost}: Engine): Promise<void> {
  const firestore = new Firestore({projectId: 'demo-stitch', host: firestoreHost, ssl: false, preferRest: false})
  await firestore.doc('visitors/v-1').set({visits: 3})
  expect((await firestore.doc('visitors/v-1').get()).data()).toEqual({visits: 3})
  await firestore.terminate()
  const pubsub = new PubSub({projectId: 'demo-stitch', apiEndpoint: `http://${pubsubHost}`, emulatorMode: true})
  const [topic] = await pubsub.createTopic('topic')
  const [subscription] = await topic.createSubscription('subscription')
  const received = once(subscription, 'message')
  await topic.publishMessage({data: Buffer.from('hello')})
  const [message] = (await received) as [{readonly data: Buffer; ack(): void}]
  expect(message.data.toString()).toBe('hello')
  message.ack()
  await subscription.close()
  await pubsub.close()
}

// The process of firebase-tools is the real one; Java and the emulators are stand-ins, as it takes neither Java 17 nor
// the jars of the Google Cloud CLI as they are.
describe.skipIf(process.platform !== 'linux')('the Firebase emulators', () => {
  test('answer the official clients, in one process group, and end with the engine', async () => {
    await using suite = await prepareSuite()
    const engine = await startEngine(optionsOf(suite))
    await useClients(engine)
    const [guard, ...others] = startedFrom(suite.path)
    expect(guard?.line).toContain('guard-process')
    expect(others).toHaveLength(3)
    expect(new Set(others.map(({group}) => group)).size).toBe(1)
    await engine[Symbol.asyncDispose]()
    expect(engine.failed.aborted).toBe(false)
    expect(startedFrom(suite.path)).toEqual([])
    expect(await readdir(join(suite.path, 'data'))).toEqual(['firebase', 'logs'])
  })

  test('end with the engine even where one heeds no signal', async () => {
    await using suite = await prepareSuite({stubborn: true})
    const engine = await startEngine(optionsOf(suite))
    await engine[Symbol.asyncDispose]()
    expect(startedFrom(suite.path)).toEqual([])
  })

  test('leave nothing behind when the command is killed with SIGKILL', async () => {
    await using suite = await prepareSuite({stubborn: true})
    const standIn = join(import.meta.dirname, '../stand-ins/engine-parent.ts')
    const args = ['--conditions=stitch-source', standIn, 'firebase', join(suite.path, 'data')]
    const parent = spawn(process.execPath, args, {env: suite.environment, stdio: ['ignore', 'pipe', 'inherit']})
    const [line] = (await once(createInterface({input: parent.stdout}), 'line')) as [string]
    const states = await Promise.all(line.split(' ').map((host) => probePort(portOf(host))))
    expect(states).toEqual(['taken', 'taken'])
    parent.kill('SIGKILL')
    await untilGone(suite.path)
  })

  test('go with firebase-tools, and the run is told so', async () => {
    await using suite = await prepareSuite({stubborn: true})
    await using engine = await startEngine(optionsOf(suite))
    const aborted = once(engine.failed, 'abort')
    const [, tools] = startedFrom(suite.path).filter(({line}) => line.includes('emulators:start'))
    process.kill(tools!.pid, 'SIGKILL')
    await aborted
    expect(engine.failed.reason).toMatchObject({
      code: 'STITCH_ENGINE_DIED',
      exit: 'environment',
      message: 'firebase-tools ended in mid-run (signal SIGKILL), so the run was stopped.',
    })
    await untilGone(suite.path)
  })

  test('are refused by firebase-tools itself where Java is older than it seemed, and that is said', async () => {
    await using suite = await prepareSuite({release: '21.0.1', said: '17.0.15'})
    await expect(startEngine(optionsOf(suite))).rejects.toMatchObject({
      code: 'STITCH_ENGINE_MISSING',
      exit: 'environment',
      message: `The Java in ${join(suite.path, 'jdk/bin/java')} is older than firebase-tools needs (21), so the Firebase emulators were not started.`,
    })
    expect(startedFrom(suite.path)).toEqual([])
  })

  test('that end before they answer are told of, with the log', async () => {
    await using suite = await prepareSuite()
    await replaceEmulators(suite, 'exit 3')
    await expect(startEngine(optionsOf(suite))).rejects.toMatchObject({
      code: 'STITCH_ENGINE_DIED',
      message: 'firebase-tools ended before it answered (exit code 1), so nothing was run.',
      hints: expect.arrayContaining([
        expect.stringMatching(/^cat .*firebase-tools\.log$/),
        expect.stringMatching(/exited with code: 3/),
      ]) as string[],
    })
    expect(startedFrom(suite.path)).toEqual([])
  })

  test('stop for an explicit port that is taken', async () => {
    await using suite = await prepareSuite()
    await using server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const {port} = server.address() as AddressInfo
    await expect(startEngine(optionsOf(suite, {pubsubPort: {port, explicit: true}}))).rejects.toMatchObject({
      code: 'STITCH_PORT_TAKEN',
      message: expect.stringContaining(`Port ${port} is taken`) as string,
    })
  })

  test('of two runs that start at once and want the same default ports get different ones', async () => {
    await using first = await prepareSuite()
    await using second = await prepareSuite()
    await using server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const {port} = server.address() as AddressInfo
    await server[Symbol.asyncDispose]()
    const wishes = {firestorePort: {port, explicit: false}, pubsubPort: {port: port + 5, explicit: false}}
    const started = await Promise.allSettled([first, second].map((suite) => startEngine(optionsOf(suite, wishes))))
    await using stack = new AsyncDisposableStack()
    const engines = started.flatMap((it) => (it.status === 'fulfilled' ? [stack.use(it.value)] : []))
    expect(started.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []))).toEqual([])
    expect(new Set(engines.flatMap(({firestoreHost, pubsubHost}) => [firestoreHost, pubsubHost])).size).toBe(4)
  })

  test('are given up when the run is interrupted while they start', async () => {
    await using suite = await prepareSuite()
    const interruption = new AbortController()
    const starting = startEngine(optionsOf(suite, {signal: interruption.signal}))
    while (startedFrom(suite.path).length < 2) await delay(20)
    interruption.abort(new Error('interrupted'))
    await expect(starting).rejects.toThrow('interrupted')
    expect(startedFrom(suite.path)).toEqual([])
  })
})

describe.skipIf(skipReason !== undefined)(titled("the Firebase suite with Google's own emulators"), () => {
  test('answers the official clients', async () => {
    await using suite = await prepareSuite()
    const sdk = await findCloudSdk(createMachine(process.env))
    await replaceEmulators(suite, {firestore: sdk!.firestoreJar!, pubsub: sdk!.pubsubJar!})
    await using engine = await startEngine(optionsOf(suite))
    await useClients(engine)
  })
})
