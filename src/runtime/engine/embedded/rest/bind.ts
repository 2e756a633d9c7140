import {invalidJson, invalidValue} from './invalid.ts'
import type {Match} from './routes.ts'
import type {Field, RestSchema} from './schema.ts'
import {requireObject, WELL_KNOWN} from './well-known.ts'

/**
 * Parameters that Google's APIs take beside the request's own (https://cloud.google.com/apis/docs/system-parameters).
 * Those about the form of the answer are read elsewhere, the others mean nothing here.
 */
const SYSTEM = new Set([
  'access_token',
  'alt',
  'callback',
  'fields',
  'key',
  'oauth_token',
  'prettyPrint',
  'quotaUser',
  'upload_protocol',
  'uploadType',
])

/**
 * The JSON of a request: its body, what the path says, and the query's parameters for all else
 * (google/api/http.proto). Throws INVALID_ARGUMENT for a parameter that the request does not have.
 */
export function bindRequest(
  {messages}: RestSchema,
  {route, variables}: Match,
  query: URLSearchParams,
  body: string,
): unknown {
  const request: Record<string, unknown> = {}
  if (route.body !== undefined) {
    const content = body.trim() === '' ? {} : parseBody(body)
    if (route.body === '*') Object.assign(request, requireObject(content, ''))
    else put(request, [route.body], content)
  }
  for (const [name, value] of query) {
    if (SYSTEM.has(name) || name.startsWith('$')) continue
    bindParameter(messages, route.request, request, name, value)
  }
  for (const [name, value] of Object.entries(variables)) put(request, name.split('.'), value)
  return request
}

function bindParameter(
  messages: RestSchema['messages'],
  type: string,
  request: Record<string, unknown>,
  name: string,
  value: string,
): void {
  const parts = name.split('.')
  let fields: readonly Field[] = messages[type] ?? []
  let target = request
  for (const [index, part] of parts.entries()) {
    const field = fields.find((each) => each.json === part || each.name === part)
    const isLast = index === parts.length - 1
    const isScalar = field?.kind !== 'message' || WELL_KNOWN[field.of ?? ''] !== undefined
    if (!field || isLast !== isScalar || field.map) throw unknownParameter(name, part)
    if (!isLast) {
      target = (target[keyOf(target, field)] ??= {}) as Record<string, unknown>
      fields = messages[field.of!] ?? []
    } else if (field.repeated) {
      const list = (target[keyOf(target, field)] ??= []) as unknown[]
      list.push(readParameter(field, value, name))
    } else target[keyOf(target, field)] = readParameter(field, value, name)
  }
}

function unknownParameter(name: string, part: string): Error {
  return invalidJson(
    `Unknown name "${name}": Cannot bind query parameter. Field '${part}' could not be found in request message.`,
  )
}

/** Everything is text in a query, which proto3 JSON takes for all kinds but this one. */
function readParameter(field: Field, value: string, name: string): unknown {
  const isWrappedBool = field.kind === 'bool'
  if (!isWrappedBool) return value
  if (value === 'true' || value === '') return true
  if (value === 'false') return false
  throw invalidValue(name, 'TYPE_BOOL', value)
}

/** The key under which a field stands already; never both of its names. */
function keyOf(target: Record<string, unknown>, field: Field): string {
  return Object.hasOwn(target, field.name) ? field.name : field.json
}

/** Sets a field by its path; the path of a URL wins over the body, whichever of the two names that uses. */
function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path
  const json = name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  if (rest.length > 0) {
    const key = Object.hasOwn(target, name) ? name : json
    const inner = (target[key] ??= {})
    put(requireObject(inner, key), rest, value)
    return
  }
  delete target[name]
  target[json] = value
}

/** Whole numbers that a double cannot hold stay text, so that an int64 written without quotes is the one that was meant. */
function parseBody(text: string): unknown {
  try {
    if (!/\d{16}/.test(text)) return JSON.parse(text)
    return JSON.parse(text, ((_: string, value: unknown, context: {readonly source?: string}) =>
      typeof value === 'number' && /^-?\d{16,}$/.test(context.source ?? '') && !Number.isSafeInteger(value)
        ? context.source
        : value) as (key: string, value: unknown) => unknown)
  } catch (error) {
    throw invalidJson(error instanceof Error ? error.message : String(error))
  }
}
