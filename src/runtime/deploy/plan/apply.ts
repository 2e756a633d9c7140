import {StitchError} from '#runtime/kernel/errors.ts'
import type {FunctionSpec, ServiceSpec, Spec} from '../specs.ts'
import {applyContext, compareContext, whileApplying, type ApplyOptions} from './apply-context.ts'
import {blockOf} from './plan.ts'
import {enableServices} from './enable-services.ts'
import {retryAfter, ROUNDS, type Patience} from './patience.ts'
import {withLive} from './read-live.ts'
import {removeOne} from './remove.ts'
import {createSteps, type Steps} from './steps.ts'
import {idOfObject, titleOf, wasNot} from './titles.ts'
import type {FunctionsExecutor, Kinds, Live} from './types.ts'

/** Functions by our own calls, side by side. */
export function executeKinds({applySpec}: Pick<Kinds, 'applySpec'>): FunctionsExecutor {
  return async (changes, context) => {
    const ended = await Promise.allSettled(
      changes.map(async ({spec, live, tell}) => await applySpec(spec, live, {...context, tell})),
    )
    // All are awaited, so that none goes on unseen; what cannot heal is told before what can.
    const errors = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    const worst = errors.find((error) => retryAfter(error, {looked: 0, waited: 0}) === undefined) ?? errors[0]
    if (worst !== undefined) throw worst
  }
}

/**
 * Carries a plan out, in order. Every spec is compared again when its turn comes, since what was made before it may have
 * told something new. Resolves to what is there then. Throws a StitchError that says how far it came.
 */
export async function applyPlan(options: ApplyOptions): Promise<Live> {
  const steps = createSteps(options)
  let live = options.live
  try {
    const touched = new Set<string>()
    for (const group of groupsOf(options.desired)) live = await converge(group, live, {steps, touched}, options)
    for (const change of options.plan.changes) if (change.symbol === '-') await removeOne(change, live, steps, options)
    return live
  } catch (error) {
    steps.fail()
    throw endOf(error, steps, options)
  }
}

/** APIs are enabled and functions built side by side; everything else is made one after the other. */
const TOGETHER: ReadonlySet<Spec['type']> = new Set(['service', 'function'])

/** Neighbours that are made together. */
function groupsOf(specs: readonly Spec[]): readonly (readonly Spec[])[] {
  const groups: Spec[][] = []
  for (const spec of specs) {
    const last = groups.at(-1)
    if (TOGETHER.has(spec.type) && last?.[0]?.type === spec.type) last.push(spec)
    else groups.push([spec])
  }
  return groups
}

/** Compares, changes and reads again until nothing differs. `touched` collects the ids of what was changed. */
async function converge(
  group: readonly Spec[],
  before: Live,
  {steps, touched}: {readonly steps: Steps; readonly touched: Set<string>},
  options: ApplyOptions,
): Promise<Live> {
  const {kinds, clock, explain, signal} = options
  const reading = {...options.reading, api: whileApplying(options.reading.api)}
  let live = before
  let patience: Patience = {looked: 0, waited: 0}
  // What was changed may have been made again, and is then without the roles that were on it.
  let stale = group.filter((spec) => spec.type === 'grant' && touched.has(idOfObject(spec.on)))
  for (let changes = 0; ;) {
    try {
      const read = stale.map(async (spec) => [spec.id, await kinds.readSpec(spec, reading)] as const)
      live = withLive(live, await Promise.all(read))
      const different = group.filter((spec) => verdictOf(spec, live, options) !== 'same')
      for (const spec of group) if (!different.includes(spec)) steps.done(spec)
      if (different.length === 0) return live
      signal.throwIfAborted()
      if (changes === ROUNDS) throw notConverging(different, options)
      for (const spec of different) touched.add(spec.id)
      for (const spec of different) steps.start(spec, verdictOf(spec, live, options) === 'create' ? '+' : '~')
      stale = different
      await change(different, live, steps, {...options, reading})
      changes += 1
    } catch (error) {
      signal.throwIfAborted()
      const retry = retryAfter(error, patience)
      if (!retry) throw explain(error, doingOf(stale))
      patience = retry.patience
      for (const spec of stale) steps.tell(spec)({text: retry.why})
      await clock.sleep(retry.ms)
    }
  }
}

/** What did not happen. */
function doingOf([first, ...others]: readonly Spec[]): string {
  if (!first) return 'nothing was deployed'
  if (others.length === 0) return `${wasNot(first)} deployed`
  return first.type === 'service' ? 'the APIs were not enabled' : 'the functions were not deployed'
}

/** Throws where somebody else has made it meanwhile, or it cannot be changed. */
function verdictOf(spec: Spec, live: Live, options: ApplyOptions): 'same' | 'create' | 'update' {
  const found = options.kinds.compareSpec(spec, live.get(spec.id), compareContext(live, options))
  if (found.verdict === 'same' || found.verdict === 'create' || found.verdict === 'update') return found.verdict
  const {title, code, reason, hints} = blockOf(spec, found)
  throw new StitchError(`The ${title} stands in the way (${reason}), so it was not changed.`, {
    code,
    exit: 'deploy',
    hints,
  })
}

async function change(specs: readonly Spec[], live: Live, steps: Steps, options: ApplyOptions): Promise<void> {
  const {kinds, executor} = options
  const base = applyContext(live, options)
  if (specs[0]?.type === 'function') {
    const functions = specs as readonly FunctionSpec[]
    await executor(
      functions.map((spec) => ({spec, live: live.get(spec.id), tell: steps.tell(spec)})),
      {...base, tell: () => undefined},
    )
    return
  }
  if (specs[0]?.type === 'service' && specs.length > 1) {
    await enableServices(specs as readonly ServiceSpec[], {...base, tell: () => undefined})
    return
  }
  for (const spec of specs) await kinds.applySpec(spec, live.get(spec.id), {...base, tell: steps.tell(spec)})
}

function notConverging(specs: readonly Spec[], {again}: ApplyOptions): StitchError {
  const titles = specs.map(titleOf).join(' and ')
  return new StitchError(`The ${titles} still differs after ${ROUNDS} changes, so the deployment stopped there.`, {
    code: 'STITCH_NOT_CONVERGED',
    exit: 'deploy',
    hints: [`${again} --plan   (shows what differs)`],
  })
}

/** The same error with how far it came, and how to go on. */
function endOf(error: unknown, steps: Steps, {signal, again}: ApplyOptions): unknown {
  const {made, total} = steps.count()
  const goOn = `${again}   (goes on from there: ${made} of ${total} changes are made)`
  if (signal.aborted)
    return new StitchError(`It was interrupted after ${made} of ${total} changes, so the others were not made.`, {
      code: 'STITCH_INTERRUPTED',
      exit: 'interrupted',
      hints: [goOn, ...(made > 0 ? [`made: ${steps.titles().join(', ')}`] : [])],
      cause: signal.reason,
    })
  if (!(error instanceof StitchError)) return error
  return new StitchError(error.message, {
    code: error.code,
    exit: error.exit,
    hints: [...error.hints, goOn],
    ...(error.at ? {at: error.at} : {}),
    cause: error.cause ?? error,
  })
}
