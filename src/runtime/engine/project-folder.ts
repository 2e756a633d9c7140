import {StitchError} from '#runtime/kernel/errors.ts'
import {makeFolder} from '#runtime/kernel/make-folder.ts'

/** What a file system says when it will not take what is written, each with words for it. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a file is in its place',
  EEXIST: 'a file is in its place',
  EISDIR: 'a folder is in the place of a file',
  ENOENT: 'the file system takes nothing there',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its links lead in a circle',
}

/** The data folder or one inside it, made where missing. Throws STITCH_DATA_DIR_NOT_WRITABLE (exit environment). */
export function makeDataFolder(folder: string): string {
  try {
    makeFolder(folder)
    return folder
  } catch (error) {
    throw notWritable(folder, error)
  }
}

/** The foreseen error for a refused write in the data folder; anything else is given back as it came. */
export function notWritable(folder: string, error: unknown): unknown {
  const reason = REASONS[(error as NodeJS.ErrnoException).code ?? '']
  if (reason === undefined) return error
  return new StitchError(`Nothing can be written to ${folder} (${reason}), so nothing was started.`, {
    code: 'STITCH_DATA_DIR_NOT_WRITABLE',
    exit: 'environment',
    hints: ['--data-dir DIR keeps documents and logs in another folder', `df -h ${folder}`, `ls -ld ${folder}`],
    cause: error,
  })
}
