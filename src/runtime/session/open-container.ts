import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import type {FunctionUrls} from '#runtime/functions/types.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {readDefinition, resolveDefinition} from '#runtime/sgtm/definition/definition.ts'
import {startContainer} from '#runtime/sgtm/start.ts'
import type {Container, ContainerDefinition} from '#runtime/sgtm/types.ts'
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
  const {config, keys, hosts, functions, emit, clock, signal} = options
  return await startContainer({
    definition: await readContainer(options),
    host: '127.0.0.1',
    port: {port: hosts.sgtmPort, explicit: true},
    keys: keys.hmac,
    project: config.project,
    outbound: [{url: functions.lookupUrl, action: 'forward'}],
    clock,
    emit,
    signal,
  })
}

/** Reads the container's file and puts this run's values in the place of its placeholders. */
export async function readContainer({
  config,
  keys,
  functions,
}: Pick<OpenContainerOptions, 'config' | 'keys' | 'functions'>): Promise<ContainerDefinition> {
  const [keyId = ''] = Object.keys(keys.hmac)
  return resolveDefinition(await readDefinition(config.container), {
    lookupUrl: functions.lookupUrl,
    keyId,
    allowedOrigins: config.cors.origins,
  })
}
