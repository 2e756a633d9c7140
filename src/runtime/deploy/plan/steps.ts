import type {Spec} from '../specs.ts'
import type {DeployClock, StepProgress} from '../types.ts'
import {titleOf} from './titles.ts'
import type {EmitDeploy, Mark, Plan} from './types.ts'

/** Counts and tells the changes of one application. */
export type Steps = {
  readonly start: (spec: Spec, symbol: Mark) => void
  readonly tell: (spec: Spec) => (progress: StepProgress) => void
  /** Does nothing for a spec that was not begun. */
  readonly done: (spec: Spec) => void
  /** Those that were begun and are not done have failed. */
  readonly fail: () => void
  readonly count: () => {readonly made: number; readonly total: number}
  /** What was made. */
  readonly titles: () => readonly string[]
}

/** Events in the order of the steps. A change that only came up on the way counts as well. */
export function createSteps({
  plan,
  clock,
  emit,
}: {
  readonly plan: Plan
  readonly clock: DeployClock
  readonly emit: EmitDeploy
}): Steps {
  const planned = plan.summary.create + plan.summary.update + plan.summary.delete
  const begun = new Map<string, {readonly at: number; readonly symbol: Mark; readonly title: string}>()
  const finished = new Map<string, string>()
  const total = (): number => Math.max(planned, begun.size)
  return {
    start: (spec, symbol) => {
      if (begun.has(spec.id)) return
      const at = clock.now()
      const title = titleOf(spec)
      begun.set(spec.id, {at, symbol, title})
      emit({type: 'step.started', at, id: spec.id, symbol, title, index: begun.size, total: total()})
    },
    tell:
      ({id}) =>
      (progress) =>
        emit({type: 'step.progress', at: clock.now(), id, title: begun.get(id)?.title ?? id, ...progress}),
    done: ({id}) => {
      const step = begun.get(id)
      if (!step || finished.has(id)) return
      finished.set(id, step.title)
      const at = clock.now()
      emit({type: 'step.done', at, id, symbol: step.symbol, title: step.title, durationMs: at - step.at})
    },
    fail: () => {
      for (const [id, {title}] of begun) if (!finished.has(id)) emit({type: 'step.failed', at: clock.now(), id, title})
    },
    count: () => ({made: finished.size, total: total()}),
    titles: () => [...finished.values()],
  }
}
