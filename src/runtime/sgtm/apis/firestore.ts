import {randomUUID} from 'node:crypto'
import type {Api, ApiContext} from './api.ts'
import {reasonOf} from './firestore/database.ts'
import type {Condition, Database, DocumentAccess, StoredDocument} from './firestore/database.ts'
import {SandboxError} from '../sandbox/sandbox.ts'
import {toText} from '../text.ts'

type Options = Readonly<Record<string, unknown>>
type Callback = (...args: readonly unknown[]) => unknown

/** A transaction under way; `error` is the last one of the database's, by which the client knows whether to retry. */
type OpenTransaction = {readonly access: DocumentAccess; readonly ids: string[]; error?: unknown}

/** Answers of reads and queries, kept as documented for the run of the container, or for the request outside of one. */
const caches = new WeakMap<object, Map<string, Promise<unknown>>>()

const defaultLimit = 5
/** Documented: a transaction is retried up to two times. */
const attempts = 3

export const firestoreApis: readonly Api[] = [{name: 'Firestore', create: createFirestore}]

function createFirestore(context: ApiContext): unknown {
  const transactions = new Map<string, OpenTransaction>()

  /** Finds the database and does the work there, in the transaction that the options name. */
  const using = async <T>(
    api: string,
    options: Options,
    work: (access: DocumentAccess, transaction: OpenTransaction | undefined) => Promise<T>,
  ): Promise<T> => {
    const id = options['transaction']
    const transaction = id === undefined || id === null ? undefined : transactions.get(toText(id))
    if (id !== undefined && id !== null && !transaction) throw toRejection('invalid_argument')
    const access = transaction?.access ?? (await openDatabase(api, context, options))
    try {
      return await work(access, transaction)
    } catch (error) {
      if (transaction) transaction.error = error
      throw fail(context, api, error)
    }
  }

  return {
    read: (path: unknown, given: unknown) => {
      const [document, options] = [readPath('Firestore.read', path), asOptions(given)]
      ask(context, 'Firestore.read', 'read', document, options)
      return cached(context, options, ['read', document], () =>
        using('Firestore.read', options, async (access) => {
          const found = await access.read(document)
          if (!found) throw toRejection('not_found')
          return found
        }),
      )
    },
    query: (path: unknown, conditions: unknown, given: unknown) => {
      const [collection, options] = [readPath('Firestore.query', path), asOptions(given)]
      ask(context, 'Firestore.query', 'read', collection, options)
      const wanted = readConditions(conditions)
      const limit = options['limit'] === undefined ? defaultLimit : Number(options['limit'])
      return cached(context, options, ['query', collection, wanted, limit], () =>
        using<StoredDocument[]>('Firestore.query', options, (access) => access.query(collection, wanted, limit)),
      )
    },
    write: (path: unknown, input: unknown, given: unknown) => {
      const [target, options] = [readPath('Firestore.write', path), asOptions(given)]
      ask(context, 'Firestore.write', 'write', target, options)
      if (typeof input !== 'object' || input === null || Array.isArray(input))
        throw new Error('Firestore.write: what is written is no object.')
      return using('Firestore.write', options, async (access, transaction) => {
        const id = await access.write(target, asOptions(input), options['merge'] === true)
        transaction?.ids.push(id)
        return id
      })
    },
    runTransaction: async (callback: unknown, given: unknown) => {
      if (typeof callback !== 'function') throw new Error('Firestore.runTransaction needs a function.')
      const database = await openDatabase('Firestore.runTransaction', context, asOptions(given))
      let ids: readonly string[] = []
      try {
        await database.runTransaction(async (access) => {
          const [id, transaction]: [string, OpenTransaction] = [randomUUID(), {access, ids: []}]
          transactions.set(id, transaction)
          try {
            await (callback as Callback)(id)
          } catch (error) {
            throw transaction.error ?? error
          } finally {
            transactions.delete(id)
          }
          ids = transaction.ids
        }, attempts)
      } catch (error) {
        throw fail(context, 'Firestore.runTransaction', error)
      }
      return ids
    },
  }
}

async function openDatabase(api: string, {firestore, project}: ApiContext, options: Options): Promise<Database> {
  const named = options['projectId']
  const projectId = named === undefined || named === null ? project : toText(named)
  if (!firestore) throw new Error(`${api}: there is no Firestore behind this container.`)
  if (projectId === undefined) throw new Error(`${api}: neither the call nor GOOGLE_CLOUD_PROJECT names a project.`)
  const databaseId = options['databaseId']
  return await firestore(projectId, databaseId === undefined || databaseId === null ? undefined : toText(databaseId))
}

function ask({demand}: ApiContext, api: string, operation: 'read' | 'write', path: string, options: Options): void {
  const named = (key: 'projectId' | 'databaseId'): Readonly<Record<string, string>> =>
    options[key] === undefined || options[key] === null ? {} : {[key]: toText(options[key])}
  demand(api, {permission: 'access_firestore', operation, path, ...named('projectId'), ...named('databaseId')})
}

/** A failure stays in the cache only where it says that there is no such document. */
function cached<T>(context: ApiContext, options: Options, key: unknown, read: () => Promise<T>): Promise<T> {
  if (options['disableCache'] === true || (options['transaction'] ?? undefined) !== undefined) return read()
  // The event is seen anew by each tag, after transformations; what all of them share is where callbacks go.
  const scope = context.event?.addCallback ?? context.exchange
  const cache = caches.get(scope) ?? new Map<string, Promise<unknown>>()
  caches.set(scope, cache)
  const name = JSON.stringify([options['projectId'], options['databaseId'], key])
  const known = cache.get(name) as Promise<T> | undefined
  if (known) return known
  const answer = read()
  cache.set(name, answer)
  answer.catch((error: unknown) => {
    if (reasonOf(error) !== 'not_found') cache.delete(name)
  })
  return answer
}

function readPath(api: string, path: unknown): string {
  const text = toText(path)
  if (!/^[^/]+(?:\/[^/]+)*$/.test(text))
    throw new Error(`${api}: a path has names between single slashes, and none at its ends.`)
  return text
}

function readConditions(conditions: unknown): readonly Condition[] {
  if (!Array.isArray(conditions)) return []
  return conditions.map((condition): Condition => {
    if (!Array.isArray(condition) || condition.length !== 3)
      throw new Error('Firestore.query: a condition is an array of key, operator and value.')
    return [toText(condition[0]), toText(condition[1]), condition[2] as unknown]
  })
}

/** Templates get a reason; a failure that none expects is logged as well. What a template itself threw stays as it is. */
function fail({log}: ApiContext, api: string, error: unknown): unknown {
  if (error instanceof SandboxError) return error
  const reason = reasonOf(error)
  if (reason !== 'not_found' && error instanceof Error) log('warn', `${api} failed (${reason}): ${error.message}`)
  return toRejection(reason)
}

function toRejection(reason: string): {readonly reason: string} {
  return {reason}
}

function asOptions(value: unknown): Options {
  return typeof value === 'object' && value !== null ? (value as Options) : {}
}
