import {foldAll} from './fold-all.ts'
import type {Reporter} from './reporter.ts'
import {toSummary} from './summary.ts'

/** One JSON document once the run is over. */
export const reportJson: Reporter = async function* (events) {
  yield `${JSON.stringify(toSummary(await foldAll(events)), null, 2)}\n`
}
