import {invalid} from './names.ts'

/** One page of a list in the order of names; the token is the last name of the page before. */
export function pageOf<T>(
  all: Iterable<readonly [string, T]>,
  {pageSize, pageToken}: {pageSize?: number | null; pageToken?: string | null},
): {readonly items: T[]; readonly nextPageToken: string} {
  const size = pageSize || 100
  if (size < 0) throw invalid(`Invalid page size given (page_size=${size}).`)
  const rest = [...all].filter(([name]) => name > (pageToken ?? '')).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const page = rest.slice(0, size)
  return {items: page.map(([, item]) => item), nextPageToken: rest.length > size ? page.at(-1)![0] : ''}
}

/** Applies an update mask of top-level fields in snake_case or camelCase; other fields stay. */
export function applyMask<T extends object>(
  current: T,
  next: T,
  paths: readonly string[],
  allowed: readonly (keyof T & string)[],
): T {
  if (paths.length === 0) throw invalid('The update_mask in the request must have at least one path.')
  const changed: T = {...current}
  for (const path of paths) {
    const key = path.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) as keyof T & string
    if (!allowed.includes(key))
      throw invalid(`Invalid update_mask provided in the request: ${path} is not a known field that can be changed.`)
    changed[key] = next[key]
  }
  return changed
}
