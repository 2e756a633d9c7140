import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {emulatorArguments} from '#runtime/engine/gcloud/command-lines.ts'
import {findJava} from '#runtime/engine/gcloud/find-java.ts'
import {findCloudSdk} from '#runtime/engine/gcloud/find-sdk.ts'
import {createMachine} from '#runtime/engine/gcloud/machine.ts'
import {requireToolchain} from '#runtime/engine/gcloud/toolchain.ts'
import {anyFreePort} from '#runtime/engine/ports.ts'
import {waitUntilAnswered} from '#runtime/engine/probe.ts'
import {makeFolder, root} from './measure.ts'

/** `official`: Google's emulators as they come, without the flags and the archive that stitch starts them with. */
export type EngineSide = 'embedded' | 'gcloud' | 'official'

/** An engine in processes of its own, so that what it costs can be told from what its caller costs. */
export type EngineProcess = AsyncDisposable & {
  readonly firestoreHost: string
  readonly pubsubHost: string
  /** Time until both services answered. */
  readonly readyMs: number
  /** Resident memory now; of the JVMs only, where it has some. */
  readonly residentMiB: () => number
  /** Processor time so far, likewise. */
  readonly cpuMs: () => number
}

export const PROJECT = 'demo-bench'

/** Starts a side, ready to answer, in a data folder that is new unless one is given. */
export async function startEngineProcess(side: EngineSide, dataDir?: string): Promise<EngineProcess> {
  await using stack = new AsyncDisposableStack()
  const folder = dataDir ?? stack.use(await makeFolder()).path
  const began = performance.now()
  const started = side === 'official' ? await startOfficial(stack) : await startOwn(stack, side, folder)
  const readyMs = performance.now() - began
  const opened = stack.move()
  const {pids} = started
  return {
    ...started,
    readyMs,
    residentMiB: () => pids.reduce((sum, pid) => sum + residentKiB(pid), 0) / 1024,
    cpuMs: () => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

type Started = {readonly firestoreHost: string; readonly pubsubHost: string; readonly pids: readonly number[]}

/** Built code, as a person runs it: an engine that says where it is and ends when nobody listens any more. */
async function startOwn(stack: AsyncDisposableStack, name: EngineSide, dataDir: string): Promise<Started> {
  const source = `
    import {enableCompileCache} from 'node:module'
    enableCompileCache()
    const {startEngine} = await import('#runtime/engine/start.ts')
    const port = {port: 0, explicit: true}
    const {signal} = new AbortController()
    const options = ${JSON.stringify({name, dataDir, projectId: PROJECT})}
    const engine = await startEngine({...options, firestorePort: port, pubsubPort: port, signal, log() {}})
    process.on('disconnect', async () => {
      await engine[Symbol.asyncDispose]()
      process.exit()
    })
    process.send([engine.firestoreHost, engine.pubsubHost])
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const gone = once(child, 'exit')
  stack.defer(async () => {
    if (child.connected) child.disconnect()
    await gone
  })
  const died = gone.then(() => Promise.reject(new Error(`the ${name} engine was not started`)))
  const [[firestoreHost = '', pubsubHost = '']] = (await Promise.race([once(child, 'message'), died])) as [string[]]
  return {firestoreHost, pubsubHost, pids: name === 'embedded' ? [child.pid!] : javaBelow(child.pid!)}
}

async function startOfficial(stack: AsyncDisposableStack): Promise<Started> {
  const machine = createMachine(process.env)
  const tools = requireToolchain({java: await findJava(machine), sdk: await findCloudSdk(machine)})
  const start = async (service: 'firestore' | 'pubsub') => {
    const port = await anyFreePort()
    // What gcloud itself passes, https://cloud.google.com/sdk/gcloud/reference/beta/emulators: no flags of the JVM.
    const args = emulatorArguments(service, tools, port, []).filter((arg) => !arg.startsWith('-XX'))
    const child = spawn(tools.java.command, args, {stdio: 'ignore'})
    const gone = once(child, 'exit')
    stack.defer(async () => {
      child.kill('SIGKILL')
      await gone
    })
    await waitUntilAnswered(service, `127.0.0.1:${port}`, PROJECT, AbortSignal.timeout(60_000), 5)
    return {host: `127.0.0.1:${port}`, pid: child.pid!}
  }
  const [firestore, pubsub] = await Promise.all([start('firestore'), start('pubsub')])
  return {firestoreHost: firestore.host, pubsubHost: pubsub.host, pids: [firestore.pid, pubsub.pid]}
}

/** JVMs that a process started, directly or not. */
function javaBelow(parent: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], {encoding: 'utf8'}).trim().split('\n')
  const rows = table.map((line) => line.trim().split(/\s+/))
  const below = (pid: number): number[] =>
    rows
      .filter(([, ppid]) => Number(ppid) === pid)
      .flatMap(([own, , command]) => [...(command === 'java' ? [Number(own)] : []), ...below(Number(own))])
  return below(parent)
}

function residentKiB(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], {encoding: 'utf8'}))
}

/** Fields 14 and 15 of /proc/PID/stat, user and system time in ticks of 10 ms (proc_pid_stat(5)); Linux only. */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
