import type {Scenario} from '#runtime/fixtures/scenario.ts'
import {runStep, type Answers} from './run-step.ts'
import type {RunContext} from './run-context.ts'

/**
 * Runs scenarios one after the other and the steps of each in their order, because later steps may quote earlier
 * answers. Rounds of a repeated run follow each other. Ends early, with the signal's reason, when the signal aborts.
 */
export async function runScenarios(context: RunContext, scenarios: readonly Scenario[], repeat: number): Promise<void> {
  for (let round = 1; round <= repeat; round++) {
    for (const scenario of scenarios) {
      const answers: Answers = new Map()
      for (const step of scenario.steps) {
        context.signal.throwIfAborted()
        await runStep(context, scenario.id, step, answers, repeat > 1 ? `round ${round} of ${repeat}` : '')
      }
    }
  }
}
