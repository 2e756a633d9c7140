import {fail, type FakeCall, type Json} from '../service.ts'

/**
 * One page of a list as Google's APIs answer it: no field at all where it is empty, `nextPageToken` where more is left.
 * `largest` caps what is asked for, so that a client that does not follow pages is found out.
 */
export function pageOf(call: FakeCall, field: string, items: readonly Json[], largest = 100): Json {
  const size = Number(call.query.get('pageSize') ?? 0)
  if (!Number.isInteger(size) || size < 0) fail(400, 'INVALID_ARGUMENT', `Invalid page size: ${size}.`)
  const token = call.query.get('pageToken')
  const from = token === null || token === '' ? 0 : Number(Buffer.from(token, 'base64url').toString())
  if (!Number.isInteger(from)) fail(400, 'INVALID_ARGUMENT', 'The page token is invalid.')
  const to = from + (size === 0 ? largest : Math.min(size, largest))
  return {
    ...(items.length > from ? {[field]: structuredClone(items.slice(from, to))} : {}),
    ...(items.length > to ? {nextPageToken: Buffer.from(String(to)).toString('base64url')} : {}),
  }
}

/** The values of a table whose names lie directly below `prefix`, in order of their names. */
export function below(table: ReadonlyMap<string, Json>, prefix: string): Json[] {
  return [...table]
    .filter(([name]) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'))
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, value]) => value)
}
