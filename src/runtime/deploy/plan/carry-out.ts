import {StitchError} from '#runtime/kernel/errors.ts'
import {applyPlan} from './apply.ts'
import {outputsFor, readState, type Place, type State, type Wanted} from './place.ts'
import {isEmpty} from './plan.ts'
import type {FunctionsExecutor, Live, Plan} from './types.ts'

/** Reads may lag behind writes for some seconds; so often is looked again before it counts. */
const LOOKS = 4

export type CarryOutOptions = {
  readonly executor: FunctionsExecutor
  /** The command that goes on, for hints. */
  readonly again: string
  /** Reads and plans again. Default: for a deployment. */
  readonly look?: (place: Place, wanted: Wanted) => Promise<State>
}

/**
 * Carries a plan out and reads everything back: the plan that follows must be empty. Resolves to what is there.
 * Throws STITCH_NOT_CONVERGED with what still differs, or what stopped it on the way.
 */
export async function carryOut(
  place: Place,
  wanted: Wanted,
  {live, plan}: State,
  {executor, again, look = readState}: CarryOutOptions,
): Promise<Live> {
  const {io, reading, explain} = place
  await applyPlan({
    plan,
    desired: wanted.desired,
    live,
    reading,
    stage: reading.target.stage,
    adopt: wanted.adopt,
    outputsOf: outputsFor(place, wanted),
    kinds: io.kinds,
    executor,
    clock: io.clock,
    random: io.random,
    emit: io.emit,
    signal: io.signal,
    explain,
    again,
  })
  for (let count = 1; ; count++) {
    const after = await look(place, wanted)
    if (isEmpty(after.plan) && after.plan.blocked.length === 0) return after.live
    if (count === LOOKS) throw notConverged(after.plan, again)
    await io.clock.sleep(2000 * count)
  }
}

/** Throws for a plan that cannot be carried out, with all that is in the way. */
export function refuseBlocked({blocked}: Plan): void {
  const [first, ...rest] = blocked
  if (!first) return
  throw new StitchError(`The ${first.title} stands in the way (${first.reason}), so nothing was changed.`, {
    code: first.code,
    exit: 'deploy',
    hints: [...first.hints, ...rest.map(({title, reason}) => `also: ${title} (${reason})`)],
  })
}

function notConverged({changes, blocked}: Plan, again: string): StitchError {
  const left = [...changes.filter(({symbol}) => symbol !== '='), ...blocked]
  return new StitchError(
    `Everything was carried out and ${left.length} of the resources still differ, so the deployment is not complete.`,
    {
      code: 'STITCH_NOT_CONVERGED',
      exit: 'deploy',
      hints: [
        `${again} --plan   (shows what differs)`,
        ...left.map((one) => `${one.title}: ${'reasons' in one ? one.reasons.join('; ') || 'not there' : one.reason}`),
      ],
    },
  )
}
