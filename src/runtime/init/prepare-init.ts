import {existsSync} from 'node:fs'
import {StitchError} from '#runtime/kernel/errors.ts'
import {showPath} from '#runtime/kernel/show-path.ts'
import {planInit} from './plan-init.ts'
import {readStarter} from './read-starter.ts'
import type {InitChoices, InitPlan, StarterFiles, Surroundings} from './types.ts'
import {writeAll} from './write-all.ts'

export type PrepareInitOptions = Pick<InitChoices, 'withHandlers' | 'version'> & {
  readonly surroundings: Surroundings
  /** What stitch comes with. */
  readonly files: StarterFiles
}

/** What is left to be asked. */
export type InitAnswers = Pick<InitChoices, 'project' | 'region' | 'sgtmUrl'>

/**
 * Makes sure that nothing would be overwritten, which no answer changes; then gives the way to write the project.
 * Throws STITCH_INIT_CONFLICT, naming the files.
 */
export async function prepareInit({
  surroundings,
  files,
  ...chosen
}: PrepareInitOptions): Promise<(answers: InitAnswers, signal: AbortSignal) => Promise<InitPlan>> {
  const starter = await readStarter(files, chosen.withHandlers)
  const plan = (answers: InitAnswers): InitPlan => {
    const planned = planInit({surroundings, choices: {...chosen, ...answers}, ...starter, exists: existsSync})
    refuseConflicts(planned.conflicts)
    return planned
  }
  plan({project: undefined, region: '', sgtmUrl: undefined})
  return async (answers, signal) => {
    const planned = plan(answers)
    await writeAll(planned.files, signal)
    return planned
  }
}

function refuseConflicts(conflicts: readonly string[]): void {
  if (conflicts.length === 0) return
  const [first = '', ...others] = conflicts.map((path) => showPath(path))
  const rest = others.length === 0 ? 'is' : `and ${others.length} more are`
  throw new StitchError(`${first} ${rest} there already, so nothing was written.`, {
    code: 'STITCH_INIT_CONFLICT',
    exit: 'usage',
    hints: [...others.map((path) => `also: ${path}`), 'stitch init another-folder'],
  })
}
