import {describe, expect, test} from 'vitest'
import {bench} from './bench.ts'

const any = {
  access_response: {writeResponseAccess: 'any'},
  return_response: {},
  read_request: {requestAccess: 'any'},
  get_cookies: {cookieAccess: 'any'},
  set_cookies: {allowedCookies: [{name: '*', domain: '*', path: '*', secure: 'any', session: 'any'}]},
  send_pixel_from_browser: {allowedUrls: 'any'},
}

describe('setCookie', () => {
  const cookie = async (args: string, headers: Record<string, string> = {}): Promise<string | undefined> => {
    using place = bench({permissions: any, request: {headers}})
    await place.run(`require('setCookie')(${args});`)
    return place.exchange.response.cookies[0]
  }

  test.each([
    ['its site', {host: 'sgtm.shop.example.com:8080'}, 'Domain=example.com'],
    ['the site below a suffix of two labels', {host: 'sgtm.shop.co.uk'}, 'Domain=shop.co.uk'],
    ['the host below a private suffix', {host: 'a-b-ew.a.run.app'}, 'Domain=a-b-ew.a.run.app'],
    [
      'the forwarded host first',
      {forwarded: 'for=1.2.3.4;host="www.a.com"', 'x-forwarded-host': 'www.b.com', host: 'c.com'},
      'Domain=a.com',
    ],
    ['then that of the proxy', {'x-forwarded-host': 'www.b.com, inner.c.com', host: 'www.c.com'}, 'Domain=b.com'],
  ])('with the domain "auto" is for %s', async (_, headers, attribute) => {
    expect(await cookie("'id', '1', {domain: 'auto', path: '/'}", headers)).toBe(`id=1; ${attribute}; Path=/`)
  })

  test.each([{host: 'localhost:8888'}, {host: '127.0.0.1'}, {host: '[::1]:80'}, {host: 'co.uk'}, {}])(
    'with the domain "auto" is for the host alone at %j, or for the fallback',
    async (headers) => {
      expect(await cookie("'id', '1', {domain: 'auto'}", headers as Record<string, string>)).toBe('id=1')
      expect(
        await cookie("'id', '1', {domain: 'auto', fallbackDomain: 'x.example'}", headers as Record<string, string>),
      ).toBe('id=1; Domain=x.example')
    },
  )

  test.each([
    ["'a', 'b c'", 'a=b%20c'],
    ["'a', 'b%20c', {}, true", 'a=b%20c'],
    ["'a', '', {'max-age': 0}", 'a=; Max-Age=0'],
    ["'a', 'b', {'max-age': 60.7, expires: 'x'}", 'a=b; Max-Age=60'],
    ["'a', 'b', {expires: 'Wed, 21 Oct 2026 07:28:00 GMT'}", 'a=b; Expires=Wed, 21 Oct 2026 07:28:00 GMT'],
    ["'a', 'b', {sameSite: 'none', secure: true, httpOnly: true}", 'a=b; SameSite=None; Secure; HttpOnly'],
  ])('(%s) is sent as %s', async (args, expected) => {
    expect(await cookie(args)).toBe(expected)
  })

  test.each(["'a b', 'c'", "'a', 'c;d', {}, true", "'a', 'b', {path: '/;x'}", "'a', 'b\\nc', {}, true"])(
    '(%s) is refused',
    async (args) => {
      await expect(cookie(args)).rejects.toThrow(/characters that no cookie may have/)
    },
  )
})

describe('sendPixelFromBrowser', () => {
  const code = `
    const gave = require('sendPixelFromBrowser')('https://pixel.example/?a=1');
    require('setResponseBody')(gave ? 'yes' : 'no');
    require('setResponseStatus')(202);
    require('returnResponse')();`

  test('reaches a sender that takes commands, with the answer behind it', async () => {
    using place = bench({permissions: any, request: {query: 'v=2&tid=G-1&richsstsse'}})
    await place.run(code)
    const {status, headers, body} = await place.exchange.answered
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream'])
    expect(body.toString()).toBe(
      'event: message\ndata: {"send_pixel":["https://pixel.example/?a=1"]}\n\n' +
        'event: message\ndata: {"response":{"status_code":202,"body":"yes"}}\n\n',
    )
  })

  test('gives false for any other sender', async () => {
    using place = bench({permissions: any, request: {query: 'v=2&tid=G-1'}})
    await place.run(code)
    const {status, body} = await place.exchange.answered
    expect([status, body.toString()]).toEqual([202, 'no'])
  })

  test('gives false after the answer', async () => {
    using place = bench({permissions: any, request: {query: 'richsstsse'}})
    const late = "require('returnResponse')(); return require('sendPixelFromBrowser')('https://pixel.example/');"
    expect(await place.run(late)).toBe(false)
  })

  test('is denied for an address that is not declared', async () => {
    using place = bench({
      permissions: {send_pixel_from_browser: {allowedUrls: 'specific', urls: ['https://a.example/']}},
    })
    await expect(place.run(code)).rejects.toThrow(/sendPixelFromBrowser was denied/)
  })
})

describe('getRemoteAddress', () => {
  test.each<[Record<string, string>, string]>([
    [{}, '192.0.2.1'],
    [{'x-forwarded-for': '198.51.100.1, 10.0.0.1'}, '198.51.100.1'],
    [{'x-forwarded-for': '198.51.100.1:4711'}, '198.51.100.1'],
    [{forwarded: 'for=198.51.100.2;proto=https, for=x', 'x-forwarded-for': '198.51.100.1'}, '198.51.100.2'],
    [{forwarded: 'proto=https;For="[2001:db8::1]:4711"'}, '2001:db8::1'],
    [{forwarded: 'for=unknown', 'x-forwarded-for': '198.51.100.1'}, '198.51.100.1'],
    [{forwarded: 'for=_hidden'}, '192.0.2.1'],
  ])('from %j: %s', async (headers, address) => {
    using place = bench({permissions: any, request: {headers}})
    expect(await place.run("return require('getRemoteAddress')();")).toBe(address)
  })
})
