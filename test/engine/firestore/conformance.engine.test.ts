import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe} from 'vitest'
import {startGcloudEngine} from '#runtime/engine/gcloud/start.ts'
import {useFirestore} from '../../conformance/firestore-client.ts'
import type {FirestoreUnderTest} from '../../conformance/firestore-client.ts'
import {describeBundles} from '../../conformance/firestore-bundles.ts'
import {describeDocuments} from '../../conformance/firestore-documents.ts'
import {describeLimits} from '../../conformance/firestore-limits.ts'
import {describeListeners} from '../../conformance/firestore-listen.ts'
import {describeQueries} from '../../conformance/firestore-queries.ts'
import {describeTransactions} from '../../conformance/firestore-transactions.ts'
import {describeVectors} from '../../conformance/firestore-vectors.ts'
import {skipReason, titled} from '../gcloud/skip-reason.ts'

async function startOfficial(): Promise<FirestoreUnderTest> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'stitch-conformance-')))
  const engine = stack.use(
    await startGcloudEngine({
      name: 'gcloud',
      dataDir: folder.path,
      projectId: 'demo-stitch',
      firestorePort: {port: 0, explicit: false},
      pubsubPort: {port: 0, explicit: false},
      signal: new AbortController().signal,
      log: () => {},
    }),
  )
  const opened = stack.move()
  return {firestoreHost: engine.firestoreHost, [Symbol.asyncDispose]: () => opened.disposeAsync()}
}

describe.skipIf(skipReason !== undefined)(titled("Google's emulator agrees with the same cases"), () => {
  const clients = useFirestore(startOfficial)
  describeDocuments(clients)
  describeBundles(clients)
  describeQueries(clients)
  describeTransactions(clients, {optimistic: false})
  describeLimits(clients)
  describeVectors(clients, {nested: false})
  describeListeners(clients)
})
