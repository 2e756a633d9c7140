import type {SourceLocation} from '#runtime/kernel/errors.ts'
import {GrpcStatus} from '../embedded/grpc/status.ts'
import type {Connected} from './places.ts'
import {checkHeader, invalid, noCounts, parseRecord} from './records.ts'
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
  const documents = createDocumentWriter(connected.firestore)
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
      if (record.kind === 'document') {
        counts.document++
        await refusingAt(at, () => documents.add(record.value, text.length))
      } else hold(record)
    }
  }
  if (line === 0) checkHeader('', {file, line: 1, column: 1})
  const end = {file, line, column: 1}
  await refusingAt(end, documents.finish)
  const {skipped, ...made} = await refusingAt(end, () => writePubSub(connected, held))
  return {counts: {...counts, ...made}, skipped}
}

/** What cannot be encoded was written by hand, or by another program. */
async function refusingAt<T>(at: SourceLocation, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof GrpcStatus) throw invalid(`${error.message}, in or before this line`, at, error)
    throw error
  }
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
