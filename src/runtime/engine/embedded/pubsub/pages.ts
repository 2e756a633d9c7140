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

/**
 * Applies an update mask of fields in snake_case or camelCase; other fields stay. A path may lead into a field, as
 * `push_config.push_endpoint` does.
 */
export function applyMask<T extends object>(
  current: T,
  next: T,
  paths: readonly string[],
  allowed: readonly (keyof T & string)[],
): T {
  if (paths.length === 0) throw invalid('The update_mask in the request must have at least one path.')
  return paths.reduce<T>((changed, path) => {
    const keys = path.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()).split('.')
    if (!allowed.some((key) => key === keys[0]))
      throw invalid(`Invalid update_mask provided in the request: ${path} is not a known field that can be changed.`)
    return {...changed, ...withField(changed, next, keys)}
  }, current)
}

type Fields = Readonly<Record<string, unknown>>

/** The first object with the field at the end of `keys` as the second has it. */
function withField(target: object, source: object, [key = '', ...rest]: readonly string[]): Fields {
  const given = Object.hasOwn(source, key) ? (source as Fields)[key] : undefined
  const inner = rest.length === 0 ? given : withField(objectOf((target as Fields)[key]), objectOf(given), rest)
  return {...target, [key]: inner}
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
