import type {SourceLocation} from '#runtime/kernel/errors.ts'
import type {Connected} from './places.ts'
import {checkHeader, noCounts, parseRecord} from './records.ts'
import type {Counts, EngineRecord, MessageRecord, Skipped} from './records.ts'
import type {Json} from './rpc.ts'
import {createDocumentWriter} from './write-documents.ts'
import {writePubSub} from './write-pubsub.ts'

export type ImportReport = {readonly counts: Counts; readonly skipped: readonly Skipped[]}

export type ImportOptions = {
  readonly connected: Connected
  /** The export, in pieces of any length. */
  readonly text: AsyncIterable<string>
  /** The file's name, for what is wrong in it. */
  readonly file: string
  /** What is to be done before anything is written, once the file has shown that it is an export. */
  readonly prepare?: () => Promise<unknown>
}

/**
 * Writes an export into an engine: documents over what has their names, and of Pub/Sub what is not there yet.
 * Throws STITCH_ENGINE_DATA_INVALID with the line; documents of the lines before it may then be written.
 */
export async function importEngine({connected, text: pieces, file, prepare}: ImportOptions): Promise<ImportReport> {
  const counts = noCounts()
  const places = new WeakMap<object, SourceLocation>()
  const placeOf = (record: object): SourceLocation => places.get(record) ?? {file, line: 1, column: 1}
  const documents = createDocumentWriter(connected.firestore, placeOf)
  const held = {
    schemas: [] as Json[],
    topics: [] as Json[],
    subscriptions: [] as Json[],
    messages: [] as MessageRecord[],
  }
  const hold = (record: Exclude<EngineRecord, {kind: 'document'}>): void => {
    if (record.kind === 'message') held.messages.push(record.value)
    else held[`${record.kind}s`].push(record.value)
  }
  let line = 0
  for await (const text of linesOf(pieces)) {
    const at = {file, line: ++line, column: 1}
    if (line === 1) {
      checkHeader(text, at)
      await prepare?.()
    } else if (text !== '') {
      const record = parseRecord(text, at)
      places.set(record.value, at)
      if (record.kind === 'document') {
        counts.document++
        await documents.add(record.value, text.length)
      } else hold(record)
    }
  }
  if (line === 0) checkHeader('', {file, line: 1, column: 1})
  await documents.finish()
  const {skipped, ...made} = await writePubSub(connected, held, placeOf)
  return {counts: {...counts, ...made}, skipped}
}

/** Lines without their ends. */
async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of pieces) {
    const lines = `${rest}${piece}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield line.replace(/\r$/, '')
  }
  if (rest !== '') yield rest
}
