import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {openDeployIo} from './deploy-io.ts'
import {listenForInterrupts} from './signals.ts'

/**
 * The address of the deployed lookup function, asked of Google Cloud. Throws STITCH_PROJECT_MISSING,
 * STITCH_NOT_DEPLOYED, or what stands in the way of asking.
 */
export async function findLookupUrl(
  config: ResolvedConfig,
  flags: {readonly stage?: string | undefined; readonly region?: string | undefined},
): Promise<string> {
  const [{resolveStage}, {checkProject}, {nameParts}, {notDeployed, readFunction}, {explain}] = await Promise.all([
    import('#runtime/deploy/settings.ts'),
    import('#runtime/deploy/plan/gate.ts'),
    import('#runtime/deploy/desired/parts.ts'),
    import('#runtime/deploy/look/stage.ts'),
    import('#runtime/deploy/gcp/explain.ts'),
  ])
  checkProject(config)
  const stage = await resolveStage(config, flags)
  const {target} = stage
  using interrupts = listenForInterrupts()
  const {signal} = interrupts
  const {connect} = await openDeployIo(() => undefined, signal)
  await using connection = await connect(target)
  try {
    const lookup = await readFunction(connection.api, target, nameParts(config, stage).functions.lookup)
    if (lookup?.url === undefined) throw notDeployed(target, 'nothing was exported')
    return lookup.url
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw explain(error, {doing: 'nothing was exported', account: connection.account, target})
  }
}
