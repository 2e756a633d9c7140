import type {Bus} from '#runtime/kernel/bus.ts'
import {openOutputFile} from './output-file.ts'

/** Writes a log that is complete as NDJSON. Throws STITCH_OUTPUT_NOT_WRITABLE. */
export async function writeEvents(file: string, {events}: Bus): Promise<void> {
  await using target = await openOutputFile(file, {live: false})
  await target.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  await target.finish()
}
