import type {HttpRequest} from './types.ts'
import type {Wish} from './plan.ts'

type Parameter = readonly [name: string, value: string]
type FieldValue = string | readonly string[] | boolean | 1 | undefined

/**
 * The HTTP request for a wish: GET with everything in the query, POST with a JSON body. Lists are joined by commas in a
 * query, as the API reads them. Without any parameter there is no `?`.
 */
export function toHttpRequest(wish: Wish & {readonly method: 'GET' | 'POST'}): HttpRequest {
  const {method, path = '/stitch', headers = {}} = wish
  const query = [...(method === 'GET' ? fieldParameters(wish) : []), ...extraParameters(wish)]
  const target = query.length > 0 ? `${path}?${query.map(encodeParameter).join('&')}` : path
  if (method === 'GET') return {method, target, headers, body: undefined}
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return {
    method,
    target,
    headers: hasType ? headers : {'content-type': 'application/json', ...headers},
    body: typeof wish.body === 'string' ? wish.body : JSON.stringify(wish.body ?? fieldsOf(wish)),
  }
}

function fieldsOf({id, ids, kind, fields, mode, requestId, strict, types, idToken}: Wish): Record<string, FieldValue> {
  return {id, ids, kind, fields, mode, requestId, strict, types, idToken}
}

function fieldParameters(wish: Wish): readonly Parameter[] {
  const {id: _, ...others} = fieldsOf(wish)
  const ids = wish.id === undefined ? [] : [wish.id].flat().map((id): Parameter => ['id', id])
  return [...ids, ...Object.entries(others).flatMap(([name, value]) => fieldParameter(name, value))]
}

function fieldParameter(name: string, value: FieldValue): readonly Parameter[] {
  if (value === undefined || value === false) return []
  if (typeof value === 'string') return [[name, value]]
  return [[name, typeof value === 'object' ? value.join(',') : '1']]
}

function extraParameters({query = {}}: Wish): readonly Parameter[] {
  return Object.entries(query).flatMap(([name, value]) => [value].flat().map((each): Parameter => [name, each]))
}

/** A lone surrogate cannot be put into a URL; browsers send U+FFFD for it (https://infra.spec.whatwg.org/#scalar-value-string). */
function encodeParameter([name, value]: Parameter): string {
  return `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`
}
