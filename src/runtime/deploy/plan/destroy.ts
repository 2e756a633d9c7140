import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {describeDesired} from '../desired/desired.ts'
import {nameParts} from '../desired/parts.ts'
import type {Extra} from '../gcp/permissions.ts'
import {deleteDatabase} from '../kinds/database.ts'
import type {StagePlan} from '../settings.ts'
import {executeKinds} from './apply.ts'
import {carryOut} from './carry-out.ts'
import {checkProject} from './gate.ts'
import {openPlace} from './open-place.ts'
import {readParts, type DeployIo, type Place, type State, type Wanted} from './place.ts'
import {isEmpty} from './plan.ts'
import {planDestroy} from './plan-destroy.ts'
import type {Kinds, Plan} from './types.ts'

export type DestroyOptions = {
  readonly config: ResolvedConfig
  readonly stage: StagePlan
  readonly deleteSecrets: boolean
  /** Name of the database that is deleted with all its documents; must be the stage's. */
  readonly deleteDatabase: string | undefined
  readonly io: DeployIo
  readonly again: string
  /** Plans, and changes nothing. */
  readonly planOnly: boolean
  /** Sees the plan; `true` carries it out. Not asked where there is nothing to take away. */
  readonly review: (plan: Plan) => Promise<boolean>
}

export type DestroyOutcome = {readonly plan: Plan; readonly applied: boolean}

/**
 * Takes a stage away, in reverse order of its creation: only what bears its mark. Adopted resources are given back. Throws
 * STITCH_DATABASE_UNKNOWN for a database that is not the stage's, and whatever stops it on the way.
 */
export async function destroy(options: DestroyOptions): Promise<DestroyOutcome> {
  const {config, stage, again} = options
  checkProject(config)
  checkDatabase(options)
  const io = {...options.io, kinds: withDatabase(options.io.kinds)}
  await using opened = await openPlace({
    config,
    stage,
    io,
    phases: options.planOnly ? ['plan'] : ['destroy'],
    extras: extrasOf(options),
  })
  const {place} = opened
  const desired = describeDesired({...stage, config, sha256: '', builder: undefined})
  const wanted: Wanted = {desired, source: {sha256: '', zip: new Uint8Array()}, adopt: [], inventory: true}
  const look = async (): Promise<State> => await readDestroy(place, wanted, options)
  const state = await look()
  if (options.planOnly || isEmpty(state.plan) || !(await options.review(state.plan)))
    return {plan: state.plan, applied: false}
  await carryOut(place, {...wanted, desired: []}, state, {executor: executeKinds(io.kinds), again, look})
  return {plan: state.plan, applied: true}
}

function extrasOf(options: DestroyOptions): readonly Extra[] {
  return [
    ...(options.deleteSecrets ? (['delete-secrets'] as const) : []),
    ...(options.deleteDatabase === undefined ? [] : (['delete-database'] as const)),
  ]
}

async function readDestroy(place: Place, wanted: Wanted, options: DestroyOptions): Promise<State> {
  const parts = await readParts(place, wanted)
  const plan = planDestroy({
    ...parts,
    target: place.reading.target,
    desired: wanted.desired,
    compareSpec: place.io.kinds.compareSpec,
    deleteSecrets: options.deleteSecrets,
    deleteDatabase: options.deleteDatabase !== undefined,
  })
  return {...parts, plan}
}

/** No kind deletes a database; a destroy that names it does. */
function withDatabase(kinds: Kinds): Kinds {
  return {
    ...kinds,
    removeSpec: async (spec, live, context) => {
      if (spec.type === 'database') await deleteDatabase(spec, context)
      else await kinds.removeSpec(spec, live, context)
    },
  }
}

function checkDatabase({config, stage, deleteDatabase: named}: DestroyOptions): void {
  const {database} = nameParts(config, stage)
  if (named === undefined || named === database) return
  throw new StitchError(`The database of this stage is ${database} and not ${named}, so nothing was deleted.`, {
    code: 'STITCH_DATABASE_UNKNOWN',
    exit: 'usage',
    hints: [`--delete-database '${database}'`],
  })
}
