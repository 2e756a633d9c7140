import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {resolveBundle} from '#runtime/functions/bundle.ts'
import type {BundleFiles} from '#runtime/functions/types.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {describeDesired} from '../desired/desired.ts'
import {openPlace} from '../plan/open-place.ts'
import {readState, type DeployIo} from '../plan/place.ts'
import type {StagePlan} from '../settings.ts'

/** What a deploy would change, or why that is not known. */
export type Drift =
  | {
      readonly create: number
      readonly update: number
      readonly delete: number
      readonly blocked: number
      /** `~ function stitch-lookup`, in the order of the plan. */
      readonly changes: readonly string[]
    }
  | {readonly unknown: string}

/** Plans a deploy of the given bundle and counts its changes; writes nothing. Rejects only with the signal's reason. */
export async function readDrift(
  config: ResolvedConfig,
  stage: StagePlan,
  sha256: string | undefined,
  io: DeployIo,
): Promise<Drift> {
  if (sha256 === undefined) return {unknown: 'there is no bundle on this machine to compare with'}
  try {
    await using opened = await openPlace({config, stage, io, phases: ['plan']})
    const {place} = opened
    // Who builds is asked for by a deploy only: nothing is built here.
    const desired = describeDesired({...stage, config, sha256, builder: undefined})
    // Nothing is uploaded, so no archive is made: functions are compared by the hash in their label.
    const source = {sha256, zip: new Uint8Array()}
    const {plan} = await readState(place, {desired, source, adopt: [], inventory: true})
    const {create, update, delete: removals} = plan.summary
    return {
      create,
      update,
      delete: removals,
      blocked: plan.blocked.length,
      changes: [
        ...plan.changes.filter(({symbol}) => symbol !== '=').map(({symbol, title}) => `${symbol} ${title}`),
        ...plan.blocked.map(({title, reason}) => `! ${title}: ${reason}`),
      ],
    }
  } catch (error) {
    if (io.signal.aborted || !(error instanceof StitchError)) throw error
    return {unknown: error.message}
  }
}

/** SHA-256 of the bundle that a deploy would take; undefined where none can be read or built on this machine. */
export async function hashBundle(config: ResolvedConfig, files: BundleFiles): Promise<string | undefined> {
  try {
    return (await resolveBundle(config, files)).sha256
  } catch (error) {
    if (error instanceof StitchError) return undefined
    throw error
  }
}
