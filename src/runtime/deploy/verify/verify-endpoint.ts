import type {RunView} from '#runtime/trace/view.ts'
import {SOURCE_DIGITS, SOURCE_LABEL} from '../desired/function-specs.ts'
import {nameParts} from '../desired/parts.ts'
import {explain} from '../gcp/explain.ts'
import {notDeployed, readFunction} from '../look/stage.ts'
import type {Api} from '../types.ts'
import {collectHops} from './collect-hops.ts'
import {fetchKeys, readKeys} from './keys.ts'
import {compareRun, type Parity} from './parity.ts'
import {hopsOf} from './seen.ts'
import {fireRun, foldRun, planRun, type FiredRun, type VerifyOptions} from './verify.ts'

export type EndpointOptions = VerifyOptions & {
  /** Called once it is known what to fire. */
  readonly connect: () => Promise<{readonly api: Api; readonly account: string} & AsyncDisposable>
  /** STITCH_HMAC_KEYS; otherwise the keys are read from Secret Manager. */
  readonly keys: string | undefined
  /** A Google identity token, where IAM protects the endpoint. */
  readonly identityToken: string | undefined
  /** Milliseconds to wait for log lines. */
  readonly waitMs: number
  readonly version: string
}

/**
 * Fires what the container sent to the lookup function in the simulation at the deployed one, and compares answers and
 * hops. Throws STITCH_NOT_DEPLOYED, what stands in the way of firing, or what an API refused.
 */
export async function verifyEndpoint(options: EndpointOptions): Promise<Parity> {
  const {config, stage, io} = options
  const {target} = stage
  const {functions} = nameParts(config, stage)
  const planned = await planRun(options, 'endpoint', true)
  await using connection = await options.connect()
  const {api, account} = connection
  try {
    const lookup = await readFunction(api, target, functions.lookup)
    if (lookup?.url === undefined) throw notDeployed(target, 'nothing was verified')
    const key = options.keys === undefined ? await fetchKeys(api, target, lookup) : readKeys(options.keys)
    const {identityToken, version} = options
    const url = lookup.url.replace(/\/$/, '')
    const run = await fireRun(options, planned, {side: 'endpoint', baseUrl: url, key, identityToken}, version)
    const missing = await waitForHops(options, run, api, Object.values(functions))
    const view = foldRun(io)
    return compareRun({
      side: 'endpoint',
      url,
      bundle: {
        simulated: run.recorded.head?.bundle?.sha256,
        deployed: lookup.labels[SOURCE_LABEL]?.slice(0, SOURCE_DIGITS),
      },
      simulatedAt: run.recorded.startedAt,
      skipped: run.plan.skipped,
      fired: run.fired,
      hops: (trace) => (missing.has(trace) ? undefined : hopsOfTrace(view, trace)),
      missing: `its log lines did not arrive within ${Math.round(options.waitMs / 1000)} s`,
    })
  } catch (error) {
    if (io.signal.aborted) throw io.signal.reason
    throw explain(error, {doing: 'nothing was verified', account, target})
  }
}

function hopsOfTrace(view: RunView, trace: string) {
  const request = view.requests.get(trace)
  return request && hopsOf(request)
}

async function waitForHops(
  {stage, waitMs, io}: EndpointOptions,
  {fired, since}: FiredRun,
  api: Api,
  services: readonly string[],
): Promise<ReadonlySet<string>> {
  const answered = fired.filter(({answer}) => answer !== undefined)
  return await collectHops(api, {
    project: stage.target.project,
    services,
    // Clocks of this machine and of Google's may differ a little.
    since: since - 60_000,
    traces: answered.map(({trace, probe, answer}) => ({
      trace,
      async: answer?.status === 202,
      hops: probe.recorded.hops.length,
    })),
    withinMs: waitMs,
    clock: io.clock,
    emit: io.bus.emit,
    tell: (arrived) => io.tell(`log lines of ${arrived} of ${answered.length} requests have arrived`),
  })
}
