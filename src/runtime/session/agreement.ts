import {isDeepStrictEqual} from 'node:util'
import {findPath, valueAt, withoutPassing} from '#runtime/trace/compare.ts'
import {settle, type Settled} from '#runtime/trace/expectation.ts'

type Body = {readonly status: number | undefined; readonly json: unknown}

/** GET and POST ask the same question, so they are answered alike but for request id and time taken. */
export function checkMethodsAgree(get: Body, post: Body): Settled {
  const sides = [get, post].map(({status, json}) => ({status, body: withoutPassing(json)}))
  return settle('GET and POST are answered alike', isDeepStrictEqual(sides[0], sides[1]), sides[0], sides[1])
}

/** What came back through Pub/Sub is what was answered at once: the same status, kind and attributes. */
export function checkPathsAgree(sync: unknown, later: unknown, where: string): Settled {
  const sides = [sync, later].map((body) => ({
    status: valueAt(body, 'status'),
    kind: valueAt(body, 'kind'),
    attributes: valueAt(body, 'attributes'),
  }))
  return settle(`${where} equals the synchronous answer`, isDeepStrictEqual(sides[0], sides[1]), sides[0], sides[1])
}

/** No attribute that is for servers only stands anywhere in an answer to a browser. */
export function checkNothingLeaks(answer: unknown, serverOnly: readonly string[]): Settled {
  const leaks = serverOnly.flatMap((path) => findPath(answer, path) ?? [])
  return settle('no server-only attribute reaches the browser', leaks.length === 0, 'none', leaks.join(', ') || 'none')
}
