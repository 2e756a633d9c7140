import type {StitchError} from '#runtime/kernel/errors.ts'
import {explain} from '../gcp/explain.ts'
import type {Spec} from '../specs.ts'
import type {Api, CompareContext, DeployClock, Outputs, ReadContext, Source, Target} from '../types.ts'
import {readSurplus} from './inventory.ts'
import {deriveOutputs} from './outputs.ts'
import {planDeploy} from './plan.ts'
import {readLive} from './read-live.ts'
import type {EmitDeploy, Kinds, Live, Plan, Surplus} from './types.ts'

/** The Google APIs, and who speaks to them. */
export type Connection = {
  readonly api: Api
  /** E-mail, or `unknown`. */
  readonly account: string
  /** Headers of a call with the given scopes, for a tool that makes calls of its own. */
  readonly authorize: (scopes: readonly string[]) => Promise<Readonly<Record<string, string>>>
}

/** What a deployment does not decide itself; tests hand in their own. */
export type DeployIo = {
  readonly connect: (target: Target) => Promise<Connection & AsyncDisposable>
  readonly kinds: Kinds
  readonly clock: DeployClock
  readonly random: (bytes: number) => Buffer
  readonly emit: EmitDeploy
  readonly signal: AbortSignal
}

/** One stage of one project, ready to be read. */
export type Place = {
  readonly io: DeployIo
  readonly reading: ReadContext
  readonly account: string
  readonly authorize: Connection['authorize']
  /** Turns what an API said into a sentence; `doing` says what did not happen. */
  readonly explain: (error: unknown, doing: string) => StitchError
}

/** A stage as it is wanted and as it is. */
export type State = {
  readonly live: Live
  readonly surplus: readonly Surplus[]
  readonly plan: Plan
}

export type Wanted = {
  readonly desired: readonly Spec[]
  readonly source: Source
  readonly adopt: readonly string[]
  /** Secret versions of a release that is gone back to. */
  readonly pinned?: Readonly<Record<string, string>>
  /** Whether what bears the stage's mark and is not wanted is looked for. */
  readonly inventory: boolean
}

/** Makes a place out of a connection. @param projectNumber digits */
export function placeOf(
  {api, account, authorize}: Connection,
  {target, projectNumber, io}: {readonly target: Target; readonly projectNumber: string; readonly io: DeployIo},
): Place {
  return {
    io,
    reading: {api, target, projectNumber},
    account,
    authorize,
    explain: (error, doing) => explain(error, {doing, account, target}),
  }
}

/** Outputs as they follow from what is there. */
export function outputsFor({reading}: Place, {desired, source, pinned}: Wanted): (live: Live) => Outputs {
  const {target, projectNumber} = reading
  return (live) =>
    deriveOutputs({target, projectNumber, source, specs: desired, live, ...(pinned === undefined ? {} : {pinned})})
}

/** What a plan is made from. */
export type StateParts = Omit<State, 'plan'> & {readonly context: CompareContext}

/** Reads all that a plan needs. Writes nothing. */
export async function readParts(place: Place, wanted: Wanted): Promise<StateParts> {
  const {io, reading} = place
  const {desired, adopt, inventory} = wanted
  io.emit({type: 'phase', at: io.clock.now(), text: `reading what is in ${reading.target.project}`})
  try {
    const [live, surplus] = await Promise.all([
      readLive(desired, reading, io.kinds.readSpec),
      inventory ? readSurplus(desired, reading, io.kinds.readSpec) : [],
    ])
    return {live, surplus, context: {outputs: outputsFor(place, wanted)(live), stage: reading.target.stage, adopt}}
  } catch (error) {
    if (io.signal.aborted) throw io.signal.reason
    throw place.explain(error, 'nothing was planned or changed')
  }
}

/** Reads, and plans a deployment. */
export async function readState(place: Place, wanted: Wanted): Promise<State> {
  const parts = await readParts(place, wanted)
  const {compareSpec} = place.io.kinds
  return {...parts, plan: planDeploy({...parts, target: place.reading.target, desired: wanted.desired, compareSpec})}
}
