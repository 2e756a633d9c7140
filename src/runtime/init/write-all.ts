import {rm, writeFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'
import {makeFolder} from '#runtime/kernel/make-folder.ts'
import type {PlannedFile} from './types.ts'

/**
 * Writes all files or none: what was made until something failed is taken away again, and what was changed gets its text
 * back. A file that has appeared meanwhile is not overwritten. Throws STITCH_INIT_NOT_WRITABLE.
 */
export async function writeAll(files: readonly PlannedFile[], signal: AbortSignal): Promise<void> {
  await using undo = new AsyncDisposableStack()
  for (const {path, text, before} of files) {
    signal.throwIfAborted()
    try {
      const made = makeFolder(dirname(path))
      if (made !== undefined) undo.defer(() => rm(made, {recursive: true, force: true}))
      await writeFile(path, text, {flag: before === undefined ? 'wx' : 'w'})
      undo.defer(() => (before === undefined ? rm(path, {force: true}) : writeFile(path, before)))
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new StitchError(`${path} cannot be written (${reason}), so nothing was left of the new project.`, {
        code: 'STITCH_INIT_NOT_WRITABLE',
        exit: 'environment',
        hints: ['stitch init another-folder'],
        cause,
      })
    }
  }
  // All is there, so nothing is undone.
  undo.move()
}
