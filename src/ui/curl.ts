import type {RequestView} from '#runtime/trace/view.ts'

/** Headers that curl or the next request makes itself. */
const OWN = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'accept-encoding', 'traceparent'])

/** One word of a POSIX shell, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** The request that a client sent as a curl command; undefined where its exchange is not known. */
export function curlOf(request: RequestView): string | undefined {
  const root = request.spans.find((span) => span.lane === 'client')
  const sent = (request.exchanges.find(({span}) => span === root?.id) ?? request.exchanges[0])?.exchange.request
  if (!sent) return undefined
  const headers = Object.entries(sent.headers).filter(([name]) => !OWN.has(name.toLowerCase()))
  return [
    'curl',
    ...(sent.method === 'GET' ? [] : ['-X', sent.method]),
    quote(sent.url),
    ...headers.flatMap(([name, value]) => ['-H', quote(`${name}: ${value}`)]),
    ...(sent.body === '' ? [] : ['--data-raw', quote(sent.body)]),
  ].join(' ')
}

/** The escape sequence that asks a terminal to put a text on the clipboard (OSC 52, xterm's control sequences). */
export function copySequence(text: string): string {
  return `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`
}
