import type {RequestListener} from 'node:http'
import type {RestOptions} from './serve.ts'

/** The REST face, loaded with the first request: an engine that nobody asks in JSON starts without it. */
export function lazyRest(options: RestOptions): RequestListener {
  let loading: Promise<RequestListener> | undefined
  return (request, response) => {
    loading ??= import('./serve.ts').then(({createRest}) => createRest(options))
    loading.then(
      (listener) => listener(request, response),
      (error: unknown) => {
        response.writeHead(500, {'content-type': 'text/plain'}).end(`${String(error)}\n`)
      },
    )
  }
}
