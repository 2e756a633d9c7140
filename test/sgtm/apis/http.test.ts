import {describe, expect, test} from 'vitest'
import {bench} from './bench.ts'

const permissions = {send_http: {allowedUrls: 'any'}, logging: {environments: 'all'}}
const settle = `.then((value) => ({value: value}), (error) => ({reason: error.reason}))`

/** What is sent for a call. */
async function sent(call: string) {
  using place = bench({permissions})
  await place.run(`return require(${call};`)
  return place.sent[0]
}

describe('sendHttpRequest and sendHttpGet', () => {
  test.each<[string, object]>([
    [
      `'sendHttpRequest')('https://a.example/x?y=1')`,
      {method: 'GET', url: 'https://a.example/x?y=1', body: '', headers: {}},
    ],
    [
      `'sendHttpRequest')('https://a.example/', {method: 'POST', headers: {'X-One': 1, gone: undefined, none: null}}, 'body')`,
      {method: 'POST', headers: {'x-one': '1'}, body: 'body'},
    ],
    [`'sendHttpRequest')('https://a.example/', {method: 'put'}, 'b')`, {method: 'PUT'}],
    [`'sendHttpRequest')('https://a.example/', {method: 'DELETE'})`, {method: 'DELETE', body: ''}],
    [`'sendHttpRequest')('https://a.example/', () => {}, {method: 'POST'}, 'b')`, {method: 'POST', body: 'b'}],
    [`'sendHttpRequest')('https://a.example/', {method: 'POST'}, 7)`, {body: '7'}],
    [`'sendHttpGet')('https://a.example/', {headers: {a: 'b'}})`, {method: 'GET', headers: {a: 'b'}}],
    [`'sendHttpGet')('https://a.example/', () => {}, {headers: {a: 'b'}})`, {method: 'GET', headers: {a: 'b'}}],
    [`'sendHttpRequest')('https://a.example/')`, {timeoutMs: 15_000}],
    [`'sendHttpRequest')('https://a.example/', {timeout: 250})`, {timeoutMs: 250}],
    [`'sendHttpRequest')('https://a.example/', {timeout: '250'})`, {timeoutMs: 250}],
    [`'sendHttpRequest')('https://a.example/', {timeout: -1})`, {timeoutMs: 15_000}],
    [`'sendHttpGet')('https://a.example/', {timeout: 'soon'})`, {timeoutMs: 15_000}],
  ])('(%s sends %j', async (call, expected) => {
    expect(await sent(call)).toMatchObject(expected)
  })

  test.each([200, 204, 301, 404, 500])('resolve for the status %s', async (statusCode) => {
    using place = bench({permissions, answer: () => ({statusCode, headers: {a: ['b', 'c']}, body: 'text'})})
    expect(await place.run(`return require('sendHttpGet')('https://a.example/')${settle};`)).toEqual({
      value: {statusCode, headers: {a: ['b', 'c']}, body: 'text'},
    })
  })

  test.each(['failed', 'timed_out'])('reject with the reason %s', async (reason) => {
    using place = bench({permissions, answer: () => Promise.reject(reason)})
    expect(await place.run(`return require('sendHttpGet')('https://a.example/')${settle};`)).toEqual({})
    using other = bench({permissions, answer: () => Promise.reject({reason})})
    expect(await other.run(`return require('sendHttpGet')('https://a.example/')${settle};`)).toEqual({reason})
  })

  test.each<
    [string, () => {statusCode: number; headers: Record<string, string>; body: string} | Promise<never>, string[]]
  >([
    ['an answer', () => ({statusCode: 404, headers: {a: 'b'}, body: 'no'}), ['undefined', '404 b no']],
    ['no answer', () => Promise.reject({reason: 'timed_out'}), ['undefined', '0 undefined ']],
  ])('in their older form give nothing and call back with %s', async (_, answer, logs) => {
    using place = bench({permissions, answer})
    const code = `
      const log = require('logToConsole');
      log(require('sendHttpRequest')('https://a.example/', (status, headers, body) => log(status, headers.a, body)));`
    await place.run(code)
    await expect.poll(() => place.logs).toEqual(logs)
  })

  test('an error in such a callback is logged and goes no further', async () => {
    using place = bench({permissions})
    await place.run("require('sendHttpGet')('https://a.example/', () => { let u; u.x(); });")
    await expect.poll(() => place.logs).toEqual([expect.stringMatching(/sample\.tpl:10:\d+ Cannot read properties/)])
  })

  test.each([
    [
      "require('sendHttpRequest')('https://a.example/', {method: 'HEAD'})",
      /HEAD is not one of GET, POST, PUT, PATCH, DELETE/,
    ],
    ["require('sendHttpGet')('https://a.example/', {method: 'POST'})", /POST is not one of GET/],
  ])('%s is an error', async (code, message) => {
    using place = bench({permissions})
    await expect(place.run(code)).rejects.toThrow(message)
    expect(place.sent).toEqual([])
  })
})
