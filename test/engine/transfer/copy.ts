import {Readable} from 'node:stream'
import {exportEngine} from '#runtime/engine/transfer/export-engine.ts'
import {importEngine} from '#runtime/engine/transfer/import-engine.ts'
import {isEmbedded} from '#runtime/engine/transfer/places.ts'
import {openRpc} from '#runtime/engine/transfer/rpc.ts'
import type {Hosts} from './fill.ts'

const signal = new AbortController().signal

/** The export of an engine, as text, with what was left out. */
export async function exported(hosts: Hosts) {
  await using firestore = openRpc(hosts.firestoreHost, signal)
  await using pubsub = openRpc(hosts.pubsubHost, signal)
  let text = ''
  const report = await exportEngine({
    scope: {...hosts, projectId: 'demo-stitch', databases: ['(default)']},
    connected: {firestore, pubsub, snapshotsCarry: await isEmbedded(hosts.pubsubHost, signal)},
    write: async (part) => void (text += part),
    at: '2026-01-01T00:00:00.000Z',
    signal,
  })
  return {text, ...report}
}

export async function imported(hosts: Hosts, text: string) {
  await using firestore = openRpc(hosts.firestoreHost, signal)
  await using pubsub = openRpc(hosts.pubsubHost, signal)
  const connected = {firestore, pubsub, snapshotsCarry: await isEmbedded(hosts.pubsubHost, signal)}
  return await importEngine({
    connected,
    text: Readable.from([text.slice(0, 100), text.slice(100)]),
    file: 'backup.ndjson',
  })
}
