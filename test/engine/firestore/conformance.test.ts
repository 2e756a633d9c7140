import {describe} from 'vitest'
import {useFirestore} from '../../conformance/firestore-client.ts'
import {describeDocuments} from '../../conformance/firestore-documents.ts'
import {describeLimits} from '../../conformance/firestore-limits.ts'
import {describeQueries} from '../../conformance/firestore-queries.ts'
import {describeTransactions} from '../../conformance/firestore-transactions.ts'
import {startEmbedded} from './start-embedded.ts'

describe('the embedded Firestore, through the unmodified client', () => {
  const clients = useFirestore(() => startEmbedded())
  describeDocuments(clients)
  describeQueries(clients)
  describeTransactions(clients)
  describeLimits(clients)
})
