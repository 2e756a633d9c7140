import {listDatabases, listProjects, type Connected, type EngineScope} from './places.ts'
import {readDocuments} from './read-documents.ts'
import {readMessages} from './read-messages.ts'
import {readPubSub} from './read-pubsub.ts'
import {formatRecord, FORMAT, FORMAT_VERSION, noCounts} from './records.ts'
import type {Counts, EngineRecord, Skipped} from './records.ts'

export type ExportReport = {readonly counts: Counts; readonly skipped: readonly Skipped[]}

export type ExportOptions = {
  readonly scope: EngineScope
  readonly connected: Connected
  /** Takes text, and slows the reading down where it is slow. */
  readonly write: (text: string) => Promise<void>
  /** ISO time. */
  readonly at: string
  readonly signal: AbortSignal
}

/** Writes all documents, schemas, topics, subscriptions and unacknowledged messages, a line each. */
export async function exportEngine({scope, connected, write, at, signal}: ExportOptions): Promise<ExportReport> {
  const counts = noCounts()
  const skipped: Skipped[] = []
  const add = async (record: EngineRecord): Promise<void> => {
    counts[record.kind]++
    await write(formatRecord(record))
  }
  await write(`${JSON.stringify({format: FORMAT, version: FORMAT_VERSION, at})}\n`)
  for (const database of await listDatabases(scope, signal)) {
    for await (const record of readDocuments(connected.firestore, database)) await add(record)
  }
  for (const project of await listProjects(scope, signal)) {
    const records = await readPubSub(connected.pubsub, project)
    for (const record of records) await add(record)
    const subscriptions = records.flatMap((record) => (record.kind === 'subscription' ? [record.value] : []))
    const read = await readMessages(connected, subscriptions)
    for (const value of read.messages) await add({kind: 'message', value})
    skipped.push(...read.skipped)
  }
  return {counts, skipped}
}
