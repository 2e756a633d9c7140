import {once} from 'node:events'
import type {Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {ContainerOptions} from '../types.ts'

/**
 * Listens on loopback and gives the port. A default port that is taken moves to a free one and says so; a port that a
 * person asked for does not move.
 * @throws {StitchError} STITCH_PORT_TAKEN
 */
export async function listen(
  server: Server,
  {host, port: {port, explicit}, emit}: Pick<ContainerOptions, 'host' | 'port' | 'emit'>,
): Promise<number> {
  try {
    return await tryPort(server, host, port)
  } catch (cause) {
    const isTaken =
      cause instanceof Error && 'code' in cause && (cause.code === 'EADDRINUSE' || cause.code === 'EACCES')
    if (!isTaken) throw cause
    if (explicit) throw portTaken(port, cause)
    const moved = await tryPort(server, host, 0)
    emit({
      type: 'log.line',
      source: 'sgtm',
      level: 'warn',
      text: `Port ${port} is taken, so the server container listens on ${moved}.`,
    })
    return moved
  }
}

async function tryPort(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function portTaken(port: number, cause: unknown): StitchError {
  return new StitchError(`Port ${port} is taken, so the server container was not started.`, {
    code: 'STITCH_PORT_TAKEN',
    exit: 'environment',
    hints: [`See who has it: lsof -i :${port}`, 'Leave the port out to let stitch choose a free one.'],
    cause,
  })
}
