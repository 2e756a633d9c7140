import type {RequestListener} from 'node:http'
import type {PushTokens} from './push-token.ts'

/**
 * Where the keys of push tokens are read: as JSON Web Keys and as PEM, on the paths under which Google serves its own
 * (https://www.googleapis.com/oauth2/v3/certs and …/v1/certs) and on the well-known one.
 */
export function pushTokenPages(tokens: PushTokens): RequestListener {
  const pages = new Map<string, () => Promise<object>>([
    ['/.well-known/jwks.json', tokens.jwks],
    ['/oauth2/v3/certs', tokens.jwks],
    ['/oauth2/v1/certs', tokens.pems],
  ])
  return (request, response) => {
    const page = pages.get((request.url ?? '').split('?')[0]!)
    const answer = (status: number, content: object) => {
      response.writeHead(status, {'content-type': 'application/json', 'cache-control': 'public, max-age=60'})
      response.end(request.method === 'HEAD' ? undefined : JSON.stringify(content))
    }
    const refuse = (status: number, message: string) => answer(status, {error: {code: status, message}})
    if (!page) {
      refuse(404, 'Not found.')
      return
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(405, 'Only GET is served here.')
      return
    }
    page().then(
      (content) => answer(200, content),
      () => refuse(500, 'The keys could not be made.'),
    )
  }
}
