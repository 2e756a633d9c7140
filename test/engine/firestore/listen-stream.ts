import {DATABASE, ROOT} from './raw-service.ts'
import type {Answer, RawStream} from './raw-service.ts'

/** A snapshot's messages in short: `ADD 1`, `change a 1 -2`, `delete a -1`, `remove a -1`, `filter 1 = 3`. */
export type Snapshot = {readonly lines: string[]; readonly token: Buffer; readonly readTime: unknown}

type Change = {
  readonly targetChangeType?: string
  readonly targetIds?: number[]
  readonly cause?: {readonly code: number; readonly message: string}
  readonly resumeToken?: Buffer
  readonly readTime?: unknown
}

/** Sends a target for a query on `c`; more of the query and of the target as given. */
export function addQuery(stream: RawStream, targetId: number, query: object = {}, target: object = {}): void {
  const structuredQuery = {from: [{collectionId: 'c'}], ...query}
  stream.send({database: DATABASE, addTarget: {targetId, query: {parent: ROOT, structuredQuery}, ...target}})
}

export function addDocuments(stream: RawStream, targetId: number, paths: readonly string[], target: object = {}): void {
  const documents = {documents: paths.map((path) => `${ROOT}/${path}`)}
  stream.send({database: DATABASE, addTarget: {targetId, documents, ...target}})
}

/** Everything up to the message that makes a snapshot of it. */
export async function nextSnapshot(stream: RawStream): Promise<Snapshot> {
  const lines: string[] = []
  for (;;) {
    const answer = await stream.next()
    if (!answer) throw new Error(`the stream ended after ${lines.join(', ')}`)
    const change = answer['targetChange'] as Change | undefined
    if (change && !change.targetChangeType && !change.targetIds && change.readTime) {
      return {lines, token: change.resumeToken!, readTime: change.readTime}
    }
    lines.push(describeAnswer(answer))
  }
}

export function describeAnswer(answer: Answer): string {
  const {targetChange, filter, documentChange, documentDelete, documentRemove} = answer as {
    targetChange?: Change
    filter?: {targetId: number; count?: number}
    documentChange?: {document: {name: string}; targetIds?: number[]; removedTargetIds?: number[]}
    documentDelete?: {document: string; removedTargetIds?: number[]}
    documentRemove?: {document: string; removedTargetIds?: number[]}
  }
  if (targetChange) {
    const {targetChangeType = 'NO_CHANGE', targetIds = [], cause} = targetChange
    return [targetChangeType, ...targetIds, ...(cause ? [`${cause.code}: ${cause.message}`] : [])].join(' ')
  }
  if (filter) return `filter ${filter.targetId} = ${filter.count ?? 0}`
  const gone = documentDelete ?? documentRemove
  const kind = documentChange ? 'change' : documentDelete ? 'delete' : 'remove'
  const name = (documentChange?.document.name ?? gone!.document).slice(ROOT.length + 1)
  const removed = documentChange?.removedTargetIds ?? gone?.removedTargetIds ?? []
  return [kind, name, ...(documentChange?.targetIds ?? []), ...removed.map((id) => `-${id}`)].join(' ')
}
