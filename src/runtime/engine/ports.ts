import {once} from 'node:events'
import {createServer} from 'node:net'
import {StitchError} from '#runtime/kernel/errors.ts'
import {findPortHolder} from './ports-holder.ts'
import type {EngineOptions, PortWish} from './types.ts'

/** What opening a port would meet: `denied` is a port that this user may not open (below 1024, as a rule). */
export type PortState = 'free' | 'taken' | 'denied'
export type ProbePort = (port: number) => Promise<PortState>

/** A wish with the words for people: what would listen there and the flag and variable that change it. */
export type NamedPortWish = PortWish & {
  /** `Firestore`, `Pub/Sub`, `the server container`. */
  readonly what: string
  /** As a person types it: `--firestore-port`. */
  readonly flag: string
}

/** The port to use, what to tell about it, or why there is none. */
export type PortChoice =
  | {readonly kind: 'use'; readonly port: number; readonly changes: readonly string[]}
  | {readonly kind: 'stop'; readonly port: number; readonly state: Exclude<PortState, 'free'>}

/** How many neighbours of a default port are tried before the system is asked for any free one. */
const NEIGHBOURS = 20

/** Decides on a port: an explicit one or none, a default one or the next that is free. 0 means any free one. */
export async function choosePort(wish: NamedPortWish, probe: ProbePort): Promise<PortChoice> {
  if (wish.port === 0) return {kind: 'use', port: 0, changes: []}
  const state = await probe(wish.port)
  if (state === 'free') return {kind: 'use', port: wish.port, changes: []}
  if (wish.explicit) return {kind: 'stop', port: wish.port, state}
  const last = Math.min(wish.port + NEIGHBOURS, 65_535)
  for (let port = wish.port + 1; port <= last; port++) {
    if ((await probe(port)) === 'free') return {kind: 'use', port, changes: [describeMove(wish, port)]}
  }
  return {
    kind: 'use',
    port: 0,
    changes: [`Ports ${wish.port} to ${last} are taken, so ${wish.what} uses any free one.`],
  }
}

/**
 * A free port on 127.0.0.1 for a wish; a default port that moved is said in one line. The port is free when this
 * returns, not kept: who opens it must still be ready to lose it.
 * Throws STITCH_PORT_TAKEN or STITCH_PORT_DENIED (exit environment) for an explicit port that cannot be had.
 */
export async function resolvePort(wish: NamedPortWish, log: EngineOptions['log']): Promise<number> {
  const choice = await choosePort(wish, probePort)
  if (choice.kind === 'stop') throw choice.state === 'denied' ? portDenied(wish) : await portTaken(wish)
  for (const change of choice.changes) log('info', change)
  return choice.port === 0 ? await anyFreePort() : choice.port
}

/** The wish is explicit and somebody else listens there; names them where the system tells who it is. */
export async function portTaken(wish: NamedPortWish): Promise<StitchError> {
  const holder = await findPortHolder(wish.port)
  const by = holder ? ` by process ${holder.pid}${holder.command ? ` (${holder.command})` : ''}` : ''
  return new StitchError(`Port ${wish.port} is taken${by}, so ${wish.what} was not started.`, {
    code: 'STITCH_PORT_TAKEN',
    exit: 'environment',
    hints: [
      `${wish.flag} 0 takes any free port (or set ${variableOf(wish.flag)})`,
      ...(holder ? [`kill ${holder.pid} ends the process that holds it`] : []),
    ],
  })
}

/** Opens and closes the port on 127.0.0.1, the only address anything of ours binds. */
export async function probePort(port: number): Promise<PortState> {
  try {
    await using server = createServer()
    await once(server.listen({port, host: '127.0.0.1', exclusive: true}), 'listening')
    return 'free'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'denied' : 'taken'
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function anyFreePort(): Promise<number> {
  await using server = createServer()
  await once(server.listen({port: 0, host: '127.0.0.1', exclusive: true}), 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

function describeMove(wish: NamedPortWish, port: number): string {
  return `Port ${wish.port} is taken, so ${wish.what} uses ${port}.`
}

function portDenied(wish: NamedPortWish): StitchError {
  return new StitchError(`Port ${wish.port} may not be opened by this user, so ${wish.what} was not started.`, {
    code: 'STITCH_PORT_DENIED',
    exit: 'environment',
    hints: [`${wish.flag} 0 takes any free port (or set ${variableOf(wish.flag)})`],
  })
}

/** `--firestore-port` is also `STITCH_FIRESTORE_PORT`. */
function variableOf(flag: string): string {
  return `STITCH_${flag.replace(/^--/, '').replaceAll('-', '_').toUpperCase()}`
}
