import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {resolvePort} from '#runtime/engine/ports.ts'
import type {EngineOptions} from '#runtime/engine/types.ts'

/** Who listens where in this run, decided before anything starts, so that the stages can start at the same time. */
export type Hosts = {
  readonly firestorePort: number
  readonly pubsubPort: number
  readonly sgtmPort: number
  /** `127.0.0.1:8080`. */
  readonly firestoreHost: string
  readonly pubsubHost: string
  readonly sgtmUrl: string
}

type Log = EngineOptions['log']

/**
 * Finds the ports: one that a flag or a variable names is kept or refused, a default one moves on when it is taken, and
 * the log says both numbers. An external engine is where its own variables say.
 */
export async function planHosts(
  config: ResolvedConfig,
  log: Log,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Hosts> {
  const find = (key: 'sgtm' | 'firestore' | 'pubsub', what: string) => {
    return resolvePort(
      {port: config.ports[key], explicit: isAskedFor(config, key), what, flag: `--${key}-port`},
      (_, text) => log('warn', text),
    )
  }
  const sgtmPort = await find('sgtm', 'the server container')
  const sgtmUrl = `http://127.0.0.1:${sgtmPort}`
  if (config.engine === 'external') {
    const firestoreHost = env['FIRESTORE_EMULATOR_HOST'] ?? ''
    const pubsubHost = env['PUBSUB_EMULATOR_HOST'] ?? ''
    return {firestorePort: 0, pubsubPort: 0, sgtmPort, sgtmUrl, firestoreHost, pubsubHost}
  }
  const firestorePort = await find('firestore', 'Firestore')
  const pubsubPort = await find('pubsub', 'Pub/Sub')
  return {
    firestorePort,
    pubsubPort,
    sgtmPort,
    sgtmUrl,
    firestoreHost: `127.0.0.1:${firestorePort}`,
    pubsubHost: `127.0.0.1:${pubsubPort}`,
  }
}

/** What decides which engine is meant and what it keeps, wherever it listens. */
export function configuredEngine(
  config: ResolvedConfig,
): Pick<EngineOptions, 'name' | 'dataDir' | 'firestoreLimits' | 'firestoreConcurrency' | 'projectId'> {
  const {engine, dataDir, firestoreLimits, firestoreConcurrency, project} = config
  return {name: engine, dataDir, firestoreLimits, firestoreConcurrency, projectId: project}
}

/** What the engine of a run is started with, at the ports that were chosen. */
export function engineOptions(config: ResolvedConfig, hosts: Hosts): Omit<EngineOptions, 'signal' | 'log'> {
  return {
    ...configuredEngine(config),
    // What an interrupted run left in its subscription would go to an endpoint of that run, or into this one.
    ownSubscriptions: [config.subscription.name],
    firestorePort: {port: hosts.firestorePort, explicit: true},
    pubsubPort: {port: hosts.pubsubPort, explicit: true},
  }
}

/** Whether somebody named a port in a flag or a variable; a named port is never moved. */
export function asksForPorts(config: ResolvedConfig): boolean {
  return PORTS.some((key) => config.ports[key] !== 0 && isAskedFor(config, key))
}

/** The configuration with every port left to the system. */
export function withAnyPorts(config: ResolvedConfig): ResolvedConfig {
  return {...config, ports: {...config.ports, sgtm: 0, firestore: 0, pubsub: 0}}
}

const PORTS = ['sgtm', 'firestore', 'pubsub'] as const

/** Whether a flag or a variable names the port. */
export function isAskedFor({origins}: ResolvedConfig, key: keyof ResolvedConfig['ports']): boolean {
  return /^(flag |STITCH_)/.test(origins[`ports.${key}`] ?? '')
}
