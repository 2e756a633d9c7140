import {Firestore} from '@google-cloud/firestore'
import {afterAll, beforeAll} from 'vitest'

/** An engine under test: where its Firestore answers. */
export type FirestoreUnderTest = AsyncDisposable & {readonly firestoreHost: string}
type StartFirestore = () => Promise<FirestoreUnderTest>

export type FirestoreClients = {
  /** A client of a project that nobody else uses, so that every test finds an empty database. */
  readonly newDatabase: (databaseId?: string) => Firestore
  readonly clientOf: (projectId: string, databaseId?: string) => Firestore
  readonly host: () => string
}

/** Starts the engine for the tests of a file and gives out unmodified clients; all of it is closed at the end. */
export function useFirestore(start: StartFirestore): FirestoreClients {
  let engine: FirestoreUnderTest | undefined
  const clients: Firestore[] = []
  let projects = 0

  beforeAll(async () => {
    engine = await start()
  })
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.terminate()))
    await engine?.[Symbol.asyncDispose]()
  })

  const host = (): string => engine!.firestoreHost
  const clientOf = (projectId: string, databaseId?: string): Firestore => {
    const client = new Firestore({projectId, host: host(), ssl: false, ...(databaseId && {databaseId})})
    clients.push(client)
    return client
  }
  return {host, clientOf, newDatabase: (databaseId) => clientOf(`demo-${process.pid}-${projects++}`, databaseId)}
}

/** The ids of a query's results, in order. */
export async function idsOf(query: FirebaseFirestore.Query): Promise<string[]> {
  const {docs} = await query.get()
  return docs.map(({id}) => id)
}
