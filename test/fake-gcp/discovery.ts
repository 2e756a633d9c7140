import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Json} from './service.ts'

/** One method of a discovery document, with its document for the schemas. */
export type ApiMethod = {
  readonly id: string
  readonly scopes: readonly string[]
  readonly parameters: Readonly<Record<string, Json>>
  readonly requestSchema: string | undefined
  readonly document: Json
  /** Whole paths without the query, as they are sent. */
  readonly match: RegExp
  readonly hasVerb: boolean
  /** True where bytes of any kind are the body. */
  readonly isUpload: boolean
}

const folder = process.env['STITCH_DISCOVERY'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'discovery')

/** False where Google's discovery documents are missing: then requests are not held to them. */
export const isValidating = existsSync(join(folder, 'pubsub.v1.json'))

/** Why nothing is validated, for a skipped test's reason. */
export const notValidating = `the discovery documents are missing in ${folder} (set STITCH_DISCOVERY)`

/** Parsed once per process, and only for hosts that are spoken to. */
const byHost = new Map<string, ReadonlyMap<string, readonly ApiMethod[]>>()

/** The methods that a request may be, most specific first; undefined where there is no document of this host. */
export function findMethod(httpMethod: string, host: string, path: string): ApiMethod | 'unknown' | undefined {
  const methods = methodsOf(host)
  if (methods === undefined) return undefined
  return methods.get(httpMethod)?.find(({match}) => match.test(path)) ?? 'unknown'
}

function methodsOf(host: string): ReadonlyMap<string, readonly ApiMethod[]> | undefined {
  const known = byHost.get(host)
  if (known) return known.size > 0 ? known : undefined
  const found = new Map<string, ApiMethod[]>()
  const [api] = host.split('.')
  const files = isValidating ? readdirSync(folder).filter((file) => file.startsWith(`${api}.`)) : []
  for (const file of files) {
    const document: Json = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    if (document.rootUrl === `https://${host}/`) collect(document, document, found)
  }
  // `secrets/S:getIamPolicy` also looks like the secret of that name.
  for (const list of found.values()) list.sort((a, b) => Number(b.hasVerb) - Number(a.hasVerb))
  byHost.set(host, found)
  return found.size > 0 ? found : undefined
}

function collect(node: Json, document: Json, into: Map<string, ApiMethod[]>): void {
  for (const method of Object.values<Json>(node.methods ?? {})) {
    const list = into.get(method.httpMethod) ?? []
    into.set(method.httpMethod, list)
    const base = {
      id: method.id,
      scopes: method.scopes ?? [],
      parameters: {...document.parameters, ...method.parameters},
      requestSchema: method.request?.$ref,
      document,
      hasVerb: /:[a-zA-Z]+$/.test(method.path),
    }
    list.push({...base, isUpload: false, match: toPattern(`/${document.servicePath}${method.path}`, method)})
    for (const {path} of Object.values<Json>(method.mediaUpload?.protocols ?? {})) {
      list.push({...base, isUpload: true, match: toPattern(path, method)})
    }
  }
  for (const child of Object.values<Json>(node.resources ?? {})) collect(child, document, into)
}

/** `v1/{+name}:cancel` and the pattern of its parameter, as one expression. A segment has no colon, which is a verb's. */
function toPattern(path: string, {parameters = {}}: Json): RegExp {
  const source = path
    .split(/(\{[^}]+\})/)
    .map((part) => {
      const [, plus, name] = /^\{(\+?)([^}]+)\}$/.exec(part) ?? []
      if (name === undefined) return part.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
      const pattern: string | undefined = parameters[name]?.pattern
      if (plus === '+' && pattern !== undefined) return pattern.replaceAll(/^\^|\$$/g, '').replaceAll('[^/]', '[^/:]')
      return plus === '+' ? '.+' : '[^/:]+'
    })
    .join('')
  return new RegExp(`^${source}$`)
}
