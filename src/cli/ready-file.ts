import {rm} from 'node:fs/promises'
import {openOutputFile} from './output-file.ts'

/**
 * Tells in a file that everything is ready: whoever waits for the file to be there finds all of it. Disposing removes it.
 * Throws STITCH_OUTPUT_NOT_WRITABLE.
 */
export async function writeReadyFile(path: string, facts: object): Promise<AsyncDisposable> {
  await using file = await openOutputFile(path, {live: false})
  await file.write(`${JSON.stringify(facts, null, 2)}\n`)
  await file.finish()
  return {
    [Symbol.asyncDispose]: async () => {
      // A device or a pipe was somebody's before.
      if (!file.isInPlace) await rm(path, {force: true})
    },
  }
}
