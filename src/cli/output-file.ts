import {open, realpath, rename, rm, stat} from 'node:fs/promises'
import {resolve} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'

/** A file that is being written; `finish` puts it in its place, disposing without it removes what was begun. */
export type OutputFile = AsyncDisposable & {
  readonly write: (text: string) => Promise<void>
  readonly finish: () => Promise<void>
  /** Whether it is written where it stands, and not put there when it is whole. */
  readonly isInPlace: boolean
}

/**
 * Opens a file that a person named before the work that fills it, so that a place that cannot be written is found at once.
 * It is written beside its place and renamed when it is whole; a live one (an event log) grows in its place, as a person
 * may follow it and a cut-off log can still be read. So does what is no file: renaming would replace a pipe, or /dev/null.
 * Throws STITCH_OUTPUT_NOT_WRITABLE.
 */
export async function openOutputFile(path: string, {live}: {readonly live: boolean}): Promise<OutputFile> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) throw notWritable(path, new Error('it is a folder'))
  // What a link leads to is meant, not the link.
  const file = found ? await realpath(path).catch(() => resolve(path)) : resolve(path)
  const isInPlace = live || (found !== undefined && !found.isFile())
  const draft = isInPlace ? path : `${file}.${process.pid}.part`
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      throw notWritable(path, cause)
    }
  }
  const handle = await attempt(() => open(draft, 'w'))
  let finished = false
  return {
    isInPlace,
    write: (text) => attempt(() => handle.appendFile(text)),
    finish: async () => {
      await attempt(() => handle.close())
      if (!isInPlace) await attempt(() => rename(draft, file))
      finished = true
    },
    [Symbol.asyncDispose]: async () => {
      if (finished) return
      await handle.close()
      if (!isInPlace) await rm(draft, {force: true})
    },
  }
}

function notWritable(path: string, cause: unknown): StitchError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StitchError(`The file ${path} cannot be written (${reason}), so it was not.`, {
    code: 'STITCH_OUTPUT_NOT_WRITABLE',
    exit: 'environment',
    hints: ['check that the folder exists and can be written'],
    cause,
  })
}
