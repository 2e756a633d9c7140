import {DATABASE, ROOT, writeOf} from './raw-service.ts'
import type {RawService} from './raw-service.ts'

export const ABORTED = {code: 10, message: 'Too much contention on these documents. Please try again.'}

/** Begins a transaction; `options` may also be given as they are on the wire. */
export async function begin(service: RawService, options: object = {readWrite: {}}, encoded?: Buffer): Promise<Buffer> {
  const request = {database: DATABASE, ...(encoded ? {} : {options})}
  const [answer] = await service.call('BeginTransaction', request, undefined, encoded)
  return answer!['transaction'] as Buffer
}

/** Commits documents of one number each, by path. */
export function commit(
  service: RawService,
  documents: Readonly<Record<string, number>>,
  transaction?: Buffer,
): Promise<unknown> {
  const writes = Object.entries(documents).map(([path, n]) => writeOf(path, {n}))
  return service.call('Commit', {database: DATABASE, writes, transaction})
}

export function rollback(service: RawService, transaction: Buffer): Promise<unknown> {
  return service.call('Rollback', {database: DATABASE, transaction})
}

/** A document's number, asked of the service; undefined where there is none. */
export async function read(service: RawService, path: string, transaction?: Buffer): Promise<number | undefined> {
  const name = `${ROOT}/${path}`
  try {
    const [found] = await service.call('GetDocument', {name, transaction})
    const {n} = found!['fields'] as {n?: {integerValue: string}}
    return n && Number(n.integerValue)
  } catch (error) {
    if ((error as {code?: number}).code === 5) return undefined
    throw error
  }
}

/** Runs a query of the collection `c`; returns how many documents it found. */
export async function runQuery(service: RawService, query: object, transaction: Buffer): Promise<number> {
  const structuredQuery = {from: [{collectionId: 'c'}], ...query}
  const answers = await service.call('RunQuery', {parent: ROOT, structuredQuery, transaction})
  return answers.filter(({document}) => document).length
}

/** A document's number in the store; undefined where there is none. */
export function numberOf(service: RawService, path: string): number | undefined {
  const bytes = service.store.get(`${ROOT}/${path}`)?.fields
  // The one entry of the fields ends with the tag of integer_value (2, a varint) and the number, which is small here.
  return bytes && bytes.length > 0 ? bytes.at(-1) : undefined
}

/** Whether a call has ended, once everything that can happen by now has. */
export async function stateOf(call: Promise<unknown>): Promise<'waiting' | 'done' | 'refused'> {
  const settled = call.then(
    () => 'done' as const,
    () => 'refused' as const,
  )
  const later = new Promise<'waiting'>((resolve) => void setImmediate(() => setImmediate(() => resolve('waiting'))))
  return await Promise.race([settled, later])
}
