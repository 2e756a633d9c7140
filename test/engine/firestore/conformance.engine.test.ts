import {describe} from 'vitest'
import {useFirestore} from '../../conformance/firestore-client.ts'
import {describeBundles} from '../../conformance/firestore-bundles.ts'
import {describeDocuments} from '../../conformance/firestore-documents.ts'
import {describeLimits} from '../../conformance/firestore-limits.ts'
import {describeListeners} from '../../conformance/firestore-listen.ts'
import {describeQueries} from '../../conformance/firestore-queries.ts'
import {describeTransactions} from '../../conformance/firestore-transactions.ts'
import {describeVectors} from '../../conformance/firestore-vectors.ts'
import {skipReason, titled} from '../gcloud/skip-reason.ts'
import {startOfficial} from '../gcloud/start-official.ts'

describe.skipIf(skipReason !== undefined)(titled("Google's emulator agrees with the same cases"), () => {
  const clients = useFirestore(startOfficial)
  describeDocuments(clients)
  describeBundles(clients)
  describeQueries(clients)
  describeTransactions(clients, {contention: 'emulator'})
  describeLimits(clients)
  describeVectors(clients, {nested: false})
  describeListeners(clients)
})
