import {existsSync} from 'node:fs'
import {simulationFiles} from '#runtime/config/simulation-record.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import {readLog} from '#runtime/trace/read-log.ts'
import type {RequestView, RunView, SpanView} from '#runtime/trace/view.ts'

/** The last simulation that passed; undefined where none was recorded. Errors as `readLog`. */
export async function readRecorded(dataDir: string): Promise<RunView | undefined> {
  const file = simulationFiles(dataDir).log
  if (!existsSync(file)) return undefined
  return foldEvents((await readLog(file)).events)
}

/** The container's call to the lookup function for the request itself; undefined where it answered alone. */
export function forwardOf({spans}: RequestView): SpanView | undefined {
  return spans.find(({lane, name}) => lane === 'sgtm' && name.startsWith('forward '))
}

/** The spans of the request proper, and those of the fetches of its result that came after it, each fetch by itself. */
export function splitPickups({path, spans}: RequestView): {
  readonly proper: readonly SpanView[]
  readonly pickups: readonly (readonly SpanView[])[]
} {
  const roots = path === '/stitch/result' ? [] : spans.filter(isPickup)
  const pickups = roots.map((root) => below(root, spans))
  const left = new Set(pickups.flat())
  return {proper: spans.filter((span) => !left.has(span)), pickups}
}

function isPickup({lane, name}: SpanView): boolean {
  return lane === 'client' && name.endsWith(' /stitch/result')
}

/** A span and everything that it caused. */
function below(root: SpanView, spans: readonly SpanView[]): readonly SpanView[] {
  return [root, ...spans.filter(({parent}) => parent === root.id).flatMap((child) => below(child, spans))]
}
