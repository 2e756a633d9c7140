import {StitchError} from '#runtime/kernel/errors.ts'
import {clientEnvironment} from './environment.ts'
import {isLoopback, listExternalHosts, type ExternalHost} from './external-hosts.ts'
import {waitUntilAnswered} from './probe.ts'
import type {Engine, EngineOptions} from './types.ts'

type Reachable = ExternalHost & {readonly host: string}

/** Long enough for a container that is just starting next to us. */
const READY_WITHIN_MS = 10_000

/**
 * Whatever FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST name; nothing is started and nothing is stopped.
 * Throws STITCH_ENGINE_HOST_UNSET or STITCH_ENGINE_HOST_INVALID (exit usage), STITCH_ENGINE_UNREACHABLE (exit
 * environment) when a host does not answer an RPC of its protocol.
 */
export async function useExternalEngine(options: EngineOptions, readyWithinMs = READY_WITHIN_MS): Promise<Engine> {
  const hosts = listExternalHosts(options.environment ?? process.env).map(requireHost)
  for (const {name, host} of hosts) {
    if (!isLoopback(host))
      options.log('warn', `${name} is ${host}, which is not this machine: documents travel there unencrypted.`)
  }
  await Promise.all(hosts.map((host) => reach(host, options, readyWithinMs)))
  const [firestoreHost = '', pubsubHost = ''] = hosts.map(({host}) => host)
  return {
    name: 'external',
    firestoreHost,
    pubsubHost,
    env: clientEnvironment({firestoreHost, pubsubHost, projectId: options.projectId}),
    // It is somebody else's process: calls to it fail by themselves when it ends.
    failed: new AbortController().signal,
    [Symbol.asyncDispose]: async () => {},
  }
}

function requireHost(found: ExternalHost): Reachable {
  const {name, what, usual, value, host} = found
  if (host) return {...found, host}
  const hints = [`export ${name}=${usual}`, '--engine embedded needs no other process']
  if (value === '') {
    throw new StitchError(`${name} is not set, so it is not known which ${what} to use.`, {
      code: 'STITCH_ENGINE_HOST_UNSET',
      exit: 'usage',
      hints,
    })
  }
  throw new StitchError(`${name} is "${value}", which is not host:port, so it is not known which ${what} to use.`, {
    code: 'STITCH_ENGINE_HOST_INVALID',
    exit: 'usage',
    hints,
  })
}

async function reach({service, name, what, host}: Reachable, options: EngineOptions, withinMs: number): Promise<void> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(withinMs)])
  try {
    await waitUntilAnswered(service, host, options.projectId, signal)
  } catch (error) {
    options.signal.throwIfAborted()
    const reason = error instanceof Error ? `: ${error.message}` : ''
    throw new StitchError(`${what} does not answer at ${host} (${name})${reason}, so nothing was run.`, {
      code: 'STITCH_ENGINE_UNREACHABLE',
      exit: 'environment',
      hints: [`start the emulator, or point ${name} to where it listens`, '--engine embedded needs no other process'],
      cause: error,
    })
  }
}
