import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import type {FunctionUrls} from '#runtime/functions/types.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {readDefinition} from '#runtime/sgtm/definition/definition.ts'
import {localisedClients, resolveDefinition} from '#runtime/sgtm/definition/resolve-definition.ts'
import {readOutboundRules} from '#runtime/sgtm/server/outbound-file.ts'
import {startContainer} from '#runtime/sgtm/start.ts'
import type {Container, ContainerDefinition, OutboundRule} from '#runtime/sgtm/types.ts'
import type {LocalKeys} from './local-keys.ts'
import type {Hosts} from './plan-hosts.ts'

export type OpenContainerOptions = {
  readonly config: ResolvedConfig
  readonly keys: LocalKeys
  readonly hosts: Hosts
  readonly functions: FunctionUrls
  readonly emit: Emit
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Starts the project's server container with the stitch functions as the one place its templates may really reach. */
export async function openContainer(options: OpenContainerOptions): Promise<Container> {
  const {config, keys, hosts, emit, clock, signal} = options
  return await startContainer({
    definition: await readContainer(options),
    host: '127.0.0.1',
    port: {port: hosts.sgtmPort, explicit: true},
    keys: keys.hmac,
    project: config.project,
    firestoreHost: hosts.firestoreHost,
    outbound: await readRules(options),
    clock,
    emit,
    signal,
  })
}

/** The lookup function, and what the project's own rules say about everything else. */
export async function readRules({
  config,
  functions,
}: Pick<OpenContainerOptions, 'config' | 'functions'>): Promise<readonly OutboundRule[]> {
  const own = config.outbound === undefined ? [] : await readOutboundRules(config.outbound)
  return [{url: functions.lookupUrl, action: 'forward'}, ...own]
}

/** Reads the container's file and puts this run's values in the place of its placeholders. */
export async function readContainer({
  config,
  keys,
  functions,
  emit,
}: Pick<OpenContainerOptions, 'config' | 'keys' | 'functions' | 'emit'>): Promise<ContainerDefinition> {
  const [keyId = ''] = Object.keys(keys.hmac)
  const definition = await readDefinition(config.container)
  for (const name of localisedClients(definition)) {
    const text = `The client "${name}" asks the local function here, with this run's key and the origins of the configuration.`
    emit({type: 'log.line', source: 'sgtm', level: 'info', text})
  }
  return resolveDefinition(definition, {lookupUrl: functions.lookupUrl, keyId, allowedOrigins: config.cors.origins})
}
