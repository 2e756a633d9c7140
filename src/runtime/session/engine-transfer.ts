import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {exportEngine} from '#runtime/engine/transfer/export-engine.ts'
import type {ExportReport} from '#runtime/engine/transfer/export-engine.ts'
import {importEngine, type ImportReport} from '#runtime/engine/transfer/import-engine.ts'
import {isEmbedded, type Connected, type EngineScope} from '#runtime/engine/transfer/places.ts'
import {resetEngine, type ResetReport} from '#runtime/engine/transfer/reset.ts'
import {openRpc} from '#runtime/engine/transfer/rpc.ts'
import type {EngineOptions} from '#runtime/engine/types.ts'
import {atEngine} from './at-engine.ts'

export type TransferOptions = {
  readonly config: ResolvedConfig
  /** Databases that are meant where an engine cannot tell which ones it has. */
  readonly databases: readonly string[]
  readonly log: EngineOptions['log']
  readonly signal: AbortSignal
}

type Placed<T> = T & {readonly target: string}

/** Empties the engine of the data folder; with `topics` of topics, subscriptions, snapshots and schemas too. */
export async function resetProjectEngine(
  options: TransferOptions & {readonly topics: boolean},
): Promise<Placed<ResetReport>> {
  const {topics, signal} = options
  const words = {command: 'stitch engine reset', forgotten: 'there is nothing to empty.'}
  return await connected(options, words, (scope, rpc) => resetEngine(scope, rpc, {topics}, signal))
}

/** Reads everything of the engine of the data folder. */
export async function exportProjectEngine(
  options: TransferOptions & {readonly write: (text: string) => Promise<void>; readonly at: string},
): Promise<Placed<ExportReport>> {
  const words = {command: 'stitch engine export', forgotten: 'there is nothing to export.'}
  return await connected(options, words, (scope, rpc) => exportEngine({...options, scope, connected: rpc}))
}

/** Writes an export into the engine of the data folder; with `reset` that is emptied first, of everything. */
export async function importProjectEngine(
  options: TransferOptions & {
    readonly text: AsyncIterable<string>
    readonly file: string
    readonly reset: boolean
  },
): Promise<Placed<ImportReport>> {
  const {text, file, reset, signal} = options
  const words = {command: 'stitch engine import', forgotten: 'what is imported would be lost at once and was not.'}
  return await connected(options, words, (scope, rpc) => {
    const prepare = async () => reset && (await resetEngine(scope, rpc, {topics: true}, signal))
    return importEngine({connected: rpc, text, file, prepare})
  })
}

async function connected<T extends object>(
  {config, databases, log, signal}: TransferOptions,
  words: {readonly command: string; readonly forgotten: string},
  work: (scope: EngineScope, rpc: Connected) => Promise<T>,
): Promise<Placed<T>> {
  return await atEngine({config, ...words, log, signal}, async ({target, firestoreHost, pubsubHost, projectId}) => {
    await using firestore = openRpc(firestoreHost, signal)
    await using pubsub = openRpc(pubsubHost, signal)
    const scope = {firestoreHost, pubsubHost, projectId, databases}
    const snapshotsCarry = await isEmbedded(pubsubHost, signal)
    return {...(await work(scope, {firestore, pubsub, snapshotsCarry})), target}
  })
}

export type {ExportReport}
