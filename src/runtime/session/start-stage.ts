import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit, Stage} from '#runtime/kernel/events.ts'

export type StageContext = {readonly emit: Emit; readonly clock: Clock}

/** Runs the start of one stage and states on the log when it began, how long it took and what a person may want to know. */
export async function startStage<T>(
  {emit, clock}: StageContext,
  stage: Stage,
  start: () => Promise<T>,
  describe: (value: T) => {readonly detail?: string; readonly urls?: Record<string, string>} = () => ({}),
): Promise<T> {
  emit({type: 'stage.starting', stage})
  const began = clock.now()
  const value = await start()
  emit({type: 'stage.ready', stage, durationMs: clock.now() - began, ...describe(value)})
  return value
}
