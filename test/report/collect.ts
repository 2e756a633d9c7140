import type {RunEvent} from '#runtime/kernel/events.ts'
import type {Reporter, ReportOptions} from '#runtime/report/reporter.ts'

/** A log that has already ended. */
export async function* streamOf(events: readonly RunEvent[]): AsyncGenerator<RunEvent> {
  yield* events
}

/** All that a reporter says about a log. */
export async function collect(
  reporter: Reporter,
  events: readonly RunEvent[],
  options?: ReportOptions,
): Promise<string> {
  let text = ''
  for await (const piece of reporter(streamOf(events), options)) text += piece
  return text
}
