import {once} from 'node:events'
import {createServer, request as send} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect, test} from 'vitest'
import type {HttpRequest} from '#runtime/handlers/http.ts'
import {serveHttp} from '#runtime/handlers/serve-http.ts'

test('a handler gets the raw body and the path of the request line, and no header that came twice', async () => {
  const seen: HttpRequest[] = []
  const serve = serveHttp(async (request) => {
    seen.push(request)
    return seen.length === 1 ? {status: 202, headers: {'x-a': 'b'}, body: '"é"'} : {status: 204, headers: {}, body: ''}
  })
  const raw = Buffer.from('{ "id": 1 }')
  const server = createServer((request, response) => {
    void serve(Object.assign(request, {rawBody: raw, originalUrl: '/v1/stitch?id=1', url: '/'}), response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const {port} = server.address() as AddressInfo
  const headers = ['Host', 'x', 'X-Stitch-Key', 'one', 'X-Stitch-Key', 'two', 'X-Stitch-Ts', '5', 'Connection', 'close']
  const answers: string[] = []
  for (let turn = 0; turn < 2; turn++) {
    const outgoing = send({port, method: 'POST', headers: headers as never}).end()
    const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage]
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk)
    answers.push(`${response.statusCode} ${response.headers['content-length']} ${text}`)
  }
  server.close()
  expect(answers).toEqual(['202 4 "é"', '204 undefined '])
  expect(seen[0]).toMatchObject({method: 'POST', path: '/v1/stitch?id=1', body: raw})
  expect(seen[0]?.headers['x-stitch-ts']).toBe('5')
  expect(seen[0]?.headers['x-stitch-key']).toBeUndefined()
})
