import {readKeys} from './keys.ts'
import {compareRun, type Parity} from './parity.ts'
import {fireRun, planRun, type VerifyOptions} from './verify.ts'

export type ContainerOptions = VerifyOptions & {
  /** Of the server container. */
  readonly url: string
  /** STITCH_HMAC_KEYS, for requests of the site's own servers and of visitors who are logged in. */
  readonly keys: string | undefined
  readonly version: string
}

/**
 * Fires what browsers sent in the simulation at a server container, and compares the answers. No Google account is
 * needed; hops are not compared, since a container's log is its own.
 */
export async function verifyContainer(options: ContainerOptions): Promise<Parity> {
  const {url, keys, version} = options
  const key = keys === undefined ? undefined : readKeys(keys)
  const planned = await planRun(options, 'container', key !== undefined)
  const baseUrl = url.replace(/\/$/, '')
  const run = await fireRun(options, planned, {side: 'container', baseUrl, key, identityToken: undefined}, version)
  return compareRun({
    side: 'container',
    url: baseUrl,
    bundle: {simulated: undefined, deployed: undefined},
    simulatedAt: run.recorded.startedAt,
    skipped: run.plan.skipped,
    fired: run.fired,
    hops: undefined,
    missing: '',
  })
}
