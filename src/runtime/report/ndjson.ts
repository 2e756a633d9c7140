import type {Reporter} from './reporter.ts'

/** The log itself, an event a line: what `trace show` reads. */
export const reportNdjson: Reporter = async function* (events) {
  for await (const event of events) yield `${JSON.stringify(event)}\n`
}
