import {StitchError} from '#runtime/kernel/errors.ts'
import {readLog} from '#runtime/trace/read-log.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import {chooseRequests, renderTrace} from '#runtime/report/render-trace.ts'
import {toSummary} from '#runtime/report/summary.ts'
import {writeStdout} from './output.ts'
import {readTerminal} from './terminal.ts'

/** `stitch trace show FILE`: a recorded log, drawn as its run was; as a document with `--json`. */
export async function showTrace({
  file,
  only,
  json,
}: {
  readonly file: string
  readonly only: string | undefined
  readonly json: boolean
}): Promise<unknown> {
  const {events, skipped, truncated} = await readLog(file)
  const view = foldEvents(events)
  if (chooseRequests(view, only).length === 0 && only !== undefined) {
    throw new StitchError(`No request in ${file} matches ${only}, so nothing was drawn.`, {
      code: 'STITCH_NOTHING_SELECTED',
      exit: 'usage',
      hints: [`stitch trace show ${file}`],
    })
  }
  if (!json) {
    const {color, columns, ascii} = readTerminal()
    await writeStdout(renderTrace(events, {color, columns, ascii, ...(only === undefined ? {} : {only})}))
    if (truncated) process.stderr.write('The last line of the log is cut off and was left out.\n')
    if (skipped > 0)
      process.stderr.write(`${skipped} events are of kinds that this version does not know and were left out.\n`)
  }
  return toSummary(view)
}
