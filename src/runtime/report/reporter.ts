import type {RunEvent} from '#runtime/kernel/events.ts'
import type {PaintOptions} from '#runtime/trace/lines.ts'

/** How the text of a reporter may look. The caller knows about NO_COLOR and terminals; a reporter does not ask. */
export type ReportOptions = PaintOptions & {
  /** Cells of a line, 80 by default. */
  readonly columns?: number
  /** The error that stops a run is told in full elsewhere (on stderr), so only its code is named. */
  readonly briefError?: boolean
}

/** A reporter turns a run's events into text. Where the text goes is not its business. */
export type Reporter = (events: AsyncIterable<RunEvent>, options?: ReportOptions) => AsyncIterable<string>
