import type {Emit} from '#runtime/kernel/events.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import {compare, describeOperator} from '../triggers/conditions.ts'
import type {Condition, TriggerDefinition} from '../types.ts'
import type {Evaluation} from '../variables/evaluation.ts'
import {describeText} from './describe-used.ts'
import type {LoadedContainer} from './load-container.ts'

/** A trigger that was looked at. */
export type SettledTrigger = {readonly name: string; readonly holds: boolean}

/** Ids that GTM gives to triggers which no export lists, such as "All Pages"; each holds for every event. */
const systemTriggers = {from: 2_147_479_553, to: 2_147_479_999} as const

/** Whether a trigger is one of GTM's own, which stand in no export. */
export function isSystemTrigger(id: string): boolean {
  return Number(id) >= systemTriggers.from && Number(id) <= systemTriggers.to
}

/** Looks at every trigger that a tag names, and says on the log which holds and why. By id. */
export async function settleTriggers(
  {tags, triggers}: LoadedContainer,
  evaluation: Evaluation,
  emit: Emit,
  {trace, span}: TraceContext,
): Promise<ReadonlyMap<string, SettledTrigger>> {
  const settled = new Map<string, SettledTrigger>()
  for (const id of new Set(tags.flatMap(({firing, blocking}) => [...firing, ...blocking]))) {
    const trigger = triggers.get(id)
    const {holds, ...why} = trigger ? await settleTrigger(trigger, evaluation) : withoutDefinition(id)
    const name = trigger?.name ?? id
    settled.set(id, {name, holds})
    emit({type: 'trigger.settled', trace, span, trigger: name, holds, ...why})
  }
  return settled
}

type Told = {
  readonly left: string
  readonly operator: string
  readonly right: string
  readonly value: string
  readonly passed: boolean
  readonly problem?: string
}
type Why = {readonly holds: boolean; readonly reason?: string; readonly conditions: Told[]}

function withoutDefinition(id: string): Why {
  return isSystemTrigger(id)
    ? {holds: true, reason: 'it is one of those of GTM that no export lists, and holds for every event', conditions: []}
    : {holds: false, reason: 'it does not exist', conditions: []}
}

async function settleTrigger({type, conditions}: TriggerDefinition, evaluation: Evaluation): Promise<Why> {
  if (type !== 'ALWAYS' && type !== 'CUSTOM_EVENT') {
    return {holds: false, reason: `triggers of type ${type} do not occur in server containers`, conditions: []}
  }
  const {passed, told} = await settleConditions(conditions, evaluation)
  return {holds: passed, conditions: told}
}

/** Whether all conditions hold; the first that does not is the last that is looked at. */
export async function settleConditions(
  conditions: readonly Condition[],
  evaluation: Evaluation,
): Promise<{readonly passed: boolean; readonly told: Told[]}> {
  const told: Told[] = []
  for (const condition of conditions) {
    const {left, right} = await evaluation.resolve({left: condition.left, right: condition.right})
    const outcome = compare(condition, left, right)
    told.push({
      left: condition.left,
      operator: describeOperator(condition),
      right: describeText(outcome.right, condition.right),
      value: describeText(outcome.left, condition.left),
      passed: outcome.passed,
      ...(outcome.problem === undefined ? {} : {problem: outcome.problem}),
    })
    if (!outcome.passed) return {passed: false, told}
  }
  return {passed: true, told}
}
