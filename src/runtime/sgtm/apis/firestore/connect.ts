import type {Firestore, Query, Transaction, WhereFilterOp} from '@google-cloud/firestore'
import type {Condition, Database, DocumentAccess, OpenDatabase, StoredDocument} from './database.ts'
import {toPlainFields} from './plain-values.ts'

/** Longer than a template waits: the client itself would go on trying for minutes. */
const withinMs = 15_000

/**
 * The unmodified Google client against a local engine. It is loaded at the first use, since few containers read
 * documents, and it is never let near Google: without a local address there is no database.
 * @param host `127.0.0.1:8080`
 */
export function connectFirestore(host: string): AsyncDisposable & {readonly open: OpenDatabase} {
  const clients = new Map<string, Promise<Firestore>>()
  const calls = {underWay: 0}
  return {
    open: async (projectId, databaseId) => {
      const key = `${projectId}/${databaseId ?? ''}`
      const client = clients.get(key) ?? construct(host, projectId, databaseId)
      clients.set(key, client)
      return createDatabase(await client, calls)
    },
    [Symbol.asyncDispose]: async () => {
      // A client that is ended during a call throws where nobody can catch it; such a one is left to the process's end.
      if (calls.underWay > 0) return
      for (const client of clients.values()) await (await client).terminate()
    },
  }
}

/** The client obeys FIRESTORE_EMULATOR_HOST before its own settings, and reads it while it is constructed. */
async function construct(host: string, projectId: string, databaseId: string | undefined): Promise<Firestore> {
  const {Firestore: Client} = await import('@google-cloud/firestore')
  const variable = process.env['FIRESTORE_EMULATOR_HOST']
  delete process.env['FIRESTORE_EMULATOR_HOST']
  // A local engine has no metadata server; looking for one takes time and ends in a warning.
  process.env['METADATA_SERVER_DETECTION'] ??= 'none'
  try {
    const database = databaseId === undefined ? {} : {databaseId}
    return new Client({projectId, ...database, host, ssl: false, ignoreUndefinedProperties: true})
  } finally {
    if (variable !== undefined) process.env['FIRESTORE_EMULATOR_HOST'] = variable
  }
}

function createDatabase(firestore: Firestore, calls: {underWay: number}): Database {
  const run = async <T>(call: () => Promise<T>): Promise<T> => {
    calls.underWay++
    const {promise, reject} = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(Object.assign(new Error('no answer in time'), {code: 4})), withinMs)
    try {
      return await Promise.race([call(), promise])
    } finally {
      clearTimeout(timer)
      calls.underWay--
    }
  }
  const direct = createAccess(firestore, undefined)
  return {
    read: (path) => run(() => direct.read(path)),
    query: (collection, conditions, limit) => run(() => direct.query(collection, conditions, limit)),
    write: (path, data, merge) => run(() => direct.write(path, data, merge)),
    runTransaction: (work, attempts) =>
      run(() =>
        firestore.runTransaction((transaction) => work(createAccess(firestore, transaction)), {maxAttempts: attempts}),
      ),
  }
}

function createAccess(firestore: Firestore, transaction: Transaction | undefined): DocumentAccess {
  return {
    read: async (path) => {
      const reference = firestore.doc(path)
      const found = await (transaction ? transaction.get(reference) : reference.get())
      const data = found.data()
      return data && {id: found.id, data: toPlainFields(data)}
    },
    query: async (collection, conditions, limit) => {
      const query = narrow(firestore.collection(collection), conditions).limit(limit)
      const {docs} = await (transaction ? transaction.get(query) : query.get())
      return docs.map((found): StoredDocument => ({id: found.id, data: toPlainFields(found.data())}))
    },
    write: async (path, data, merge) => {
      const isCollection = path.split('/').length % 2 === 1
      const reference = isCollection ? firestore.collection(path).doc() : firestore.doc(path)
      if (transaction) transaction.set(reference, data, {merge})
      else await reference.set(data, {merge})
      return reference.id
    },
  }
}

function narrow(query: Query, conditions: readonly Condition[]): Query {
  return conditions.reduce((all, [key, operator, value]) => all.where(key, operator as WhereFilterOp, value), query)
}
