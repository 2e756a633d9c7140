import {createHash} from 'node:crypto'
import {describe, expect, test} from 'vitest'
import {bench} from './bench.ts'

async function give(code: string, options: Parameters<typeof bench>[0] = {}): Promise<unknown> {
  using place = bench(options)
  return await place.run(`return ${code};`)
}

describe('hashes', () => {
  test.each<[string, string, 'base64' | 'hex']>([
    ["'abc'", 'abc', 'base64'],
    ["'abc', {}", 'abc', 'base64'],
    ["'abc', {outputEncoding: 'hex'}", 'abc', 'hex'],
    ["'é'", 'é', 'base64'],
    ['12', '12', 'base64'],
    ["'', {outputEncoding: 'hex'}", '', 'hex'],
  ])('sha256Sync(%s) is that of %j in %s', async (args, text, encoding) => {
    const hash = createHash('sha256').update(text).digest()
    expect(await give(`require('sha256Sync')(${args})`)).toBe(hash.toString(encoding))
  })

  test('sha256 calls back after the current code', async () => {
    using place = bench({permissions: {logging: {environments: 'all'}}})
    const code = `
      const log = require('logToConsole');
      require('sha256')('abc', (digest) => log(digest), {outputEncoding: 'hex'});
      log('first');`
    await place.run(code)
    await expect.poll(() => place.logs).toEqual(['first', expect.stringMatching(/^ba7816bf/)])
  })

  test('sha256 without a callback is an error', async () => {
    await expect(give("require('sha256')('abc')")).rejects.toThrow(/needs a callback/)
  })
})

describe('hmacSha256', () => {
  // RFC 4231, test case 2: the key is "Jefe".
  const options = {keys: {jefe: 'SmVmZQ=='}, permissions: {use_custom_private_keys: {keyIds: ['jefe', 'gone']}}}
  const hex = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  const call = (rest: string): string => `require('hmacSha256')('what do ya want for nothing?', ${rest})`

  test.each([
    ["'jefe', {outputEncoding: 'hex'}", hex],
    ["'jefe', {outputEncoding: 'base64'}", Buffer.from(hex, 'hex').toString('base64')],
    ["'jefe', {outputEncoding: 'base64url'}", Buffer.from(hex, 'hex').toString('base64url')],
    ["'jefe'", Buffer.from(hex, 'hex').toString('base64url')],
  ])('with (%s) is %s', async (rest, expected) => {
    expect(await give(call(rest), options)).toBe(expected)
  })

  test('with a key that nobody has is an error', async () => {
    await expect(give(call("'gone'"), options)).rejects.toThrow(/there is no key "gone"/)
    await expect(give(call("'constructor'"), options)).rejects.toThrow(/was denied/)
  })
})

describe('base64', () => {
  test.each([
    ["require('toBase64')('a?>é')", 'YT8+w6k='],
    ["require('toBase64')('a?>é', {urlEncoding: true})", 'YT8-w6k'],
    ["require('toBase64')('')", ''],
    ["require('fromBase64')('YT8+w6k=')", 'a?>é'],
    ["require('fromBase64')('YT8-w6k')", 'a?>é'],
    ["require('fromBase64')('')", ''],
    ["require('fromBase64')('no base64')", undefined],
    ["require('fromBase64')('YT8+w')", undefined],
    ["require('fromBase64')('=YQ')", undefined],
  ])('%s is %j', async (code, expected) => {
    expect(await give(code)).toBe(expected)
  })
})

describe('parseUrl', () => {
  test('gives every part', async () => {
    expect(await give("require('parseUrl')('https://u:p@a.example:8443/x/y?a=1&b=%20&a=2&c#h')")).toEqual({
      href: 'https://u:p@a.example:8443/x/y?a=1&b=%20&a=2&c#h',
      origin: 'https://a.example:8443',
      protocol: 'https:',
      username: 'u',
      password: 'p',
      host: 'a.example:8443',
      hostname: 'a.example',
      port: '8443',
      pathname: '/x/y',
      search: '?a=1&b=%20&a=2&c',
      searchParams: {a: ['1', '2'], b: ' ', c: ''},
      hash: '#h',
    })
  })

  test('leaves what is not there empty', async () => {
    expect(await give("require('parseUrl')('https://a.example')")).toMatchObject({
      pathname: '/',
      port: '',
      search: '',
      searchParams: {},
      hash: '',
      username: '',
    })
  })

  test.each(["'a.example/x'", "''", 'undefined', 'null', '{}'])('gives undefined for %s', async (url) => {
    expect(await give(`require('parseUrl')(${url})`)).toBeUndefined()
  })
})

describe('values', () => {
  test.each<[string, unknown]>([
    ["require('encodeUri')('https://a/é b?c=d&e')", 'https://a/%C3%A9%20b?c=d&e'],
    ["require('encodeUriComponent')('a b&c')", 'a%20b%26c'],
    ["require('decodeUri')('%C3%A9%20%26')", 'é %26'],
    ["require('decodeUriComponent')('a%20b%26')", 'a b&'],
    ["require('decodeUri')('%')", undefined],
    ["require('decodeUriComponent')('%E0%A4')", undefined],
    ["require('getType')([])", 'array'],
    ["require('getType')(null)", 'null'],
    ["require('getType')(undefined)", 'undefined'],
    ["require('getType')(() => 1)", 'function'],
    ["require('makeNumber')('1.5')", 1.5],
    ["require('makeNumber')('x')", NaN],
    ["require('makeString')(1.5)", '1.5'],
    ["require('JSON').parse('{')", undefined],
    ["require('JSON').parse('[1]')", [1]],
    ["require('JSON').stringify({a: undefined, b: [undefined]})", '{"b":[null]}'],
    ["require('Object').keys({a: 1, b: 2})", ['a', 'b']],
    ["require('Object').values({a: 1})", [1]],
    ["require('Object').entries({a: 1})", [['a', 1]]],
    ["require('Object').delete({a: 1}, 'a')", true],
    ["require('Object').delete(require('Object').freeze({a: 1}), 'a')", false],
    ["require('Math').pow(2, 3) + require('Math').sqrt(9) + require('Math').round(1.5)", 13],
    ["require('Math').max(1, 3, 2) - require('Math').min(1, 3, 2)", 2],
    ["require('makeTableMap')([{k: 'a', v: 1}, {k: 'b', v: 2}], 'k', 'v')", {a: 1, b: 2}],
    ["require('makeTableMap')([], 'k', 'v')", null],
    ["require('makeTableMap')(undefined, 'k', 'v')", null],
    ["require('getTimestampMillis')()", 1_700_000_000_000],
    ["require('getTimestamp')()", 1_700_000_000_000],
  ])('%s is %j', async (code, expected) => {
    expect(await give(code)).toEqual(expected)
  })
})
