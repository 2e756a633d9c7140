import type {RunEvent} from '#runtime/kernel/events.ts'
import {applyEvent, emptyView} from '#runtime/trace/fold.ts'
import type {RunView} from '#runtime/trace/view.ts'

/** The view of a run once its log has ended, for reports that are written in one piece. */
export async function foldAll(events: AsyncIterable<RunEvent>): Promise<RunView> {
  let view = emptyView
  for await (const event of events) view = applyEvent(view, event)
  return view
}
