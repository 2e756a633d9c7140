import {StitchError} from '#runtime/kernel/errors.ts'

/** Writes into the data folder. Throws STITCH_DATA_DIR_NOT_WRITABLE (exit environment) where the file system refuses. */
export async function writingTo<T>(dataDir: string, write: () => T | Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StitchError(`${dataDir} cannot be written (${reason}), so firebase-tools deployed nothing.`, {
      code: 'STITCH_DATA_DIR_NOT_WRITABLE',
      exit: 'environment',
      hints: ['--data-dir DIR   with a folder that can be written, then deploy again'],
      cause,
    })
  }
}
