import {open, rename, rm, type FileHandle} from 'node:fs/promises'
import {resolve} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'

/** A file that is being written; `finish` puts it in its place, disposing without it removes what was begun. */
export type ReportFile = AsyncDisposable & {
  readonly write: (text: string) => Promise<void>
  readonly finish: () => Promise<void>
}

/**
 * Opens a report's file before the run, so that a place that cannot be written is found at once.
 * A report is written beside its place and renamed when it is whole; a live one (an event log) grows in its place, as a
 * person may follow it and a cut-off log can still be read.
 */
export async function openReportFile(path: string, {live}: {readonly live: boolean}): Promise<ReportFile> {
  const file = resolve(path)
  const draft = live ? file : `${file}.${process.pid}.part`
  const handle = await openForWriting(draft, path)
  let finished = false
  return {
    write: async (text) => {
      await handle.appendFile(text).catch((cause: unknown) => {
        throw notWritable(path, cause)
      })
    },
    finish: async () => {
      finished = true
      await handle.close()
      if (!live) await rename(draft, file)
    },
    [Symbol.asyncDispose]: async () => {
      if (finished) return
      await handle.close()
      if (!live) await rm(draft, {force: true})
    },
  }
}

async function openForWriting(draft: string, path: string): Promise<FileHandle> {
  try {
    return await open(draft, 'w')
  } catch (cause) {
    throw notWritable(path, cause)
  }
}

function notWritable(path: string, cause: unknown): StitchError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StitchError(`The report ${path} cannot be written (${reason}), so it was not.`, {
    code: 'STITCH_OUTPUT_NOT_WRITABLE',
    exit: 'environment',
    hints: ['check that the folder exists and can be written'],
    cause,
  })
}
