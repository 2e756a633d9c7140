import {openWire} from '../engine/firestore/differential/wire.ts'
import type {Outcome} from '../engine/firestore/differential/wire.ts'

export const OK = 0
export const ABORTED = 10

/** The id of a transaction, as base64. */
type Id = string

/** Single calls to a database that nobody else uses, whose documents have one number each. */
type FirestoreSession = Disposable & {
  readonly begin: (options?: object) => Promise<Id>
  /** A document's number; undefined where there is none. */
  readonly get: (path: string, transaction?: Id) => Promise<number | undefined>
  /** Asks for the documents of the collection `c` with a greater number. */
  readonly queryAbove: (n: number, method: 'RunQuery' | 'RunAggregationQuery', transaction: Id) => Promise<void>
  readonly rollback: (transaction: Id) => Promise<void>
  /** Commits a write of a document; returns the code of the answer. */
  readonly set: (path: string, n: number, transaction?: Id) => Promise<number>
}

let sessions = 0

/** Talks to a Firestore at `host` without a client that asks again by itself. */
export function openSession(host: string): FirestoreSession {
  const wire = openWire(host)
  const database = `projects/demo-session-${process.pid}-${sessions++}/databases/(default)`
  const root = `${database}/documents`

  const ask = async (method: string, request: object): Promise<Outcome['answers']> => {
    const {code, message, answers} = await wire.call(method, request)
    if (code !== OK) throw new Error(`${method} was refused with ${code}: ${message}`)
    return answers
  }

  return {
    begin: async (options = {readWrite: {}}) => {
      const [answer] = await ask('BeginTransaction', {database, options})
      return answer!['transaction'] as Id
    },
    get: async (path, transaction) => {
      const documents = [`${root}/${path}`]
      const [answer] = await ask('BatchGetDocuments', {database, documents, transaction})
      const found = answer!['found'] as {fields: {n: {integerValue: string}}} | undefined
      return found && Number(found.fields.n.integerValue)
    },
    queryAbove: async (n, method, transaction) => {
      const value = {integerValue: n}
      const where = {fieldFilter: {field: {fieldPath: 'n'}, op: 'GREATER_THAN', value}}
      const structuredQuery = {from: [{collectionId: 'c'}], where}
      const query =
        method === 'RunQuery'
          ? {structuredQuery}
          : {structuredAggregationQuery: {structuredQuery, aggregations: [{alias: 'count', count: {}}]}}
      await ask(method, {parent: root, transaction, ...query})
    },
    rollback: async (transaction) => {
      await ask('Rollback', {database, transaction})
    },
    set: async (path, n, transaction) => {
      const writes = [{update: {name: `${root}/${path}`, fields: {n: {integerValue: n}}}}]
      return (await wire.call('Commit', {database, writes, transaction})).code
    },
    [Symbol.dispose]: () => wire[Symbol.dispose](),
  }
}
