import {logBug, startRequestHop, type Answered, type LookupDeps} from './deps.ts'
import {Refusal} from './errors.ts'
import {answerError, splitPath, type HttpRequest, type HttpResponse} from './http.ts'
import {createNonceCache} from './nonce-cache.ts'
import {acceptAsync} from './accept-async.ts'
import {answerSync} from './answer-sync.ts'
import {readRequest} from './request.ts'
import {answerResult} from './result.ts'
import {createRules} from './rules.ts'
import {verifySignature} from './signature.ts'
import {parseTraceparent} from './trace.ts'

const METHODS: Readonly<Record<string, readonly string[]>> = {'/v1/stitch': ['GET', 'POST'], '/v1/result': ['POST']}

/**
 * The function that the container calls: `GET|POST /v1/stitch` and `POST /v1/result`, signed. Never rejects.
 * Errors are `{requestId?, error: {code, message}}` with a code of the table in `errors.ts`.
 */
export function createLookup(deps: LookupDeps): (request: HttpRequest) => Promise<HttpResponse> {
  const rules = createRules(deps.config)
  const nonces = createNonceCache()
  const {limits, deadlines} = deps.config

  return async function lookup(request) {
    const hop = startRequestHop(deps, 'lookup', parseTraceparent(request.headers['traceparent']))
    const start = deps.clock.now()
    // A little earlier than the caller's own deadline, so that the answer still arrives.
    const deadline = start + deadlines.functionMs * 0.95
    let requestId: string | undefined

    async function answer(): Promise<Answered> {
      const {path} = splitPath(request.path)
      const methods = METHODS[path]
      if (!methods) throw new Refusal('no_such_path')
      if (!methods.includes(request.method)) throw new Refusal('method_not_allowed')
      if (request.body.length > limits.bodyBytes) throw new Refusal('body_too_large')
      verifySignature(request, deps.keys, nonces, start)
      if (path === '/v1/result') return answerResult(request, {...deps, hop, deadline})
      const asked = readRequest(request, rules, limits)
      requestId = asked.requestId
      const context = {...deps, rules, hop, start, deadline}
      return asked.mode === 'async' ? acceptAsync(asked, context) : answerSync(asked, context)
    }

    try {
      const answered = await answer()
      hop.end(answered.hop)
      return answered.response
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'internal'
      if (code === 'internal') logBug(deps.log, error, deps.clock.now())
      const allow = code === 'method_not_allowed' ? METHODS[splitPath(request.path).path]?.join(', ') : undefined
      const message = error instanceof Refusal ? error.message : undefined
      const response = answerError(code, {requestId, ...(message ? {message} : {}), ...(allow ? {allow} : {})})
      const facts = {http: response.status, ...(requestId === undefined ? {} : {requestId})}
      hop.end({ok: false, error: code, facts, severity: code === 'internal' ? 'ERROR' : 'WARNING'})
      return response
    }
  }
}
