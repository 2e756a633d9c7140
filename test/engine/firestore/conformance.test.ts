import {describe} from 'vitest'
import {useFirestore} from '../../conformance/firestore-client.ts'
import {describeBundles} from '../../conformance/firestore-bundles.ts'
import {describeDocuments} from '../../conformance/firestore-documents.ts'
import {describeExplain} from '../../conformance/firestore-explain.ts'
import {describeLimits} from '../../conformance/firestore-limits.ts'
import {describeListeners} from '../../conformance/firestore-listen.ts'
import {describePipelines} from '../../conformance/firestore-pipelines.ts'
import {describeQueries} from '../../conformance/firestore-queries.ts'
import {describeTransactions} from '../../conformance/firestore-transactions.ts'
import {describeVectors} from '../../conformance/firestore-vectors.ts'
import {startEmbedded} from './start-embedded.ts'

describe('the embedded Firestore, through the unmodified client', () => {
  const clients = useFirestore(() => startEmbedded())
  describeDocuments(clients)
  describeBundles(clients)
  describeQueries(clients)
  describeTransactions(clients, {contention: 'pessimistic'})
  describeLimits(clients)
  describeExplain(clients)
  describeVectors(clients, {nested: true})
  describeListeners(clients)
  describePipelines(clients)
})

describe('the embedded Firestore with optimistic transactions, through the unmodified client', () => {
  const clients = useFirestore(() => startEmbedded({firestoreConcurrency: 'optimistic'}))
  describeTransactions(clients, {contention: 'optimistic'})
})
