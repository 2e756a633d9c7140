import {SOURCE_LABEL} from '../desired/function-specs.ts'
import {patchFunction} from '../kinds/function/deploy.ts'
import type {LiveFunction} from '../kinds/function/live.ts'
import type {Kinds} from '../plan/types.ts'
import type {FunctionSpec} from '../specs.ts'
import type {ApplyContext, Comparison} from '../types.ts'

/**
 * Reads a function back and sets what firebase-tools would not: asked to raise the smallest number of instances, it wants
 * to be forced, and forced it also sets a clean-up policy that deletes images after a day, which would make going back
 * impossible. Resolves to what is still not as wanted; empty where all is.
 */
export async function readBack(
  spec: FunctionSpec,
  context: ApplyContext,
  {readSpec, compareSpec}: Pick<Kinds, 'readSpec' | 'compareSpec'>,
): Promise<readonly string[]> {
  const {outputs, target} = context
  const compare = (live: unknown): Comparison => compareSpec(spec, live, {outputs, stage: target.stage, adopt: []})
  const live = (await readSpec(spec, context)) as LiveFunction | undefined
  const comparison = compare(live)
  if (comparison.verdict === 'same') return []
  if (comparison.verdict !== 'update' || !live || !lacksInstances(live, spec)) return [describe(spec, comparison)]
  const settings = {serviceConfig: {minInstanceCount: spec.minInstances}}
  await patchFunction(spec, settings, ['serviceConfig.minInstanceCount'], context)
  const after = compare(await readSpec(spec, context))
  return after.verdict === 'same' ? [] : [describe(spec, after)]
}

/** Whether this very bundle runs, with another smallest number of instances. */
function lacksInstances({state, labels, serviceConfig}: LiveFunction, spec: FunctionSpec): boolean {
  const isDeployed = state === 'ACTIVE' && labels?.[SOURCE_LABEL] === spec.labels[SOURCE_LABEL]
  return isDeployed && (serviceConfig?.minInstanceCount ?? 0) !== spec.minInstances
}

function describe({functionId}: FunctionSpec, comparison: Comparison): string {
  if (comparison.verdict === 'update') return `${functionId} differs: ${comparison.reasons.join(', ')}`
  return 'reason' in comparison ? `${functionId}: ${comparison.reason}` : `${functionId} is not there`
}
