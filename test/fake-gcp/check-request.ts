import {checkValue} from './check-value.ts'
import {findMethod, type ApiMethod} from './discovery.ts'
import type {Json} from './service.ts'

/** What of a request is held to the documents. */
export type CheckedRequest = {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly query: URLSearchParams
  /** Undefined where there is none, or where it is no JSON. */
  readonly body: Json
  readonly hasBody: boolean
}

/** The method that the request is, and every way in which it deviates from Google's document; pure. */
export function checkRequest(request: CheckedRequest): {
  readonly method: ApiMethod | undefined
  readonly problems: readonly string[]
} {
  const method = findMethod(request.method, request.host, request.path)
  if (method === undefined) return {method: undefined, problems: []}
  if (method === 'unknown') return {method: undefined, problems: ['no method of the API has this path']}
  const problems: string[] = []
  checkQuery(request.query, method, (problem) => problems.push(problem))
  if (!method.isUpload) checkBody(request, method, (problem) => problems.push(problem))
  return {method, problems}
}

type Report = (problem: string) => void

function checkQuery(query: URLSearchParams, method: ApiMethod, report: Report): void {
  for (const name of new Set(query.keys())) {
    const parameter = method.parameters[name]
    const values = query.getAll(name)
    if (parameter === undefined || parameter.location !== 'query') {
      report(`query parameter ${name} is not known`)
      continue
    }
    if (values.length > 1 && parameter.repeated !== true) report(`query parameter ${name} is given more than once`)
    for (const value of values)
      checkValue(parse(value, parameter.type), parameter, `query parameter ${name}`, {
        document: method.document,
        whole: false,
        report,
      })
    if (parameter.format === 'google-fieldmask' && name === 'updateMask') {
      checkMask(values.join(','), method.document.schemas[method.requestSchema ?? ''], method.document, report)
    }
  }
  for (const [name, {location, required}] of Object.entries(method.parameters)) {
    if (location === 'query' && required === true && !query.has(name)) report(`query parameter ${name} is required`)
  }
}

function parse(text: string, type: string): Json {
  if (type === 'integer' || type === 'number') return text === '' ? text : Number(text)
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

function checkBody({method: verb, body, hasBody}: CheckedRequest, method: ApiMethod, report: Report): void {
  const {document, requestSchema} = method
  if (requestSchema === undefined) {
    if (hasBody) report('it takes no body')
    return
  }
  // An absent body is an empty message.
  if (!hasBody) return
  if (body === undefined) return report('the body is not JSON')
  const schema = document.schemas[requestSchema]
  checkValue(body, schema, '', {document, whole: verb !== 'PATCH' && !/\.(?:patch|update)$/.test(method.id), report})
  if (typeof body?.updateMask === 'string') {
    const [, target] =
      Object.entries<Json>(schema.properties).find(([name, one]) => one.$ref !== undefined && name in body) ?? []
    if (target) checkMask(body.updateMask, document.schemas[target.$ref], document, report)
  }
}

/** Every path of a field mask must lead to a field, in either spelling. */
function checkMask(mask: string, schema: Json, document: Json, report: Report): void {
  for (const path of mask.split(',').filter((one) => one !== '' && one !== '*')) {
    let at = schema
    for (const part of path.split('.')) {
      const name = part.replaceAll('`', '').replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
      const next = at?.properties?.[name] ?? at?.properties?.[part] ?? at?.additionalProperties
      if (next === undefined) {
        report(`the field mask names ${path}, which is not a field`)
        break
      }
      at = next.$ref === undefined ? next : document.schemas[next.$ref]
    }
  }
}
