import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {describe, expect, test} from 'vitest'
import {startPage} from '#runtime/page/start.ts'
import type {ShopBackend} from '#runtime/page/types.ts'
import {packageRoot} from '../package-root.ts'

const folder = resolve(packageRoot, 'page')
const shop = {
  products: [{id: 'P-1', title: 'Pole'}],
  visitors: [
    {id: 'C-1', title: 'v_a', login: true},
    {id: 'ck_1', title: 'v_a', login: false},
  ],
  serverOnly: ['profitMargin'],
}
const backend: ShopBackend = {
  readShop: async () => shop,
  signId: (id) => `signed ${id}`,
  snippet: 'filled("$&", "NONCE in a setting")',
  containerOrigin: 'http://127.0.0.1:8888',
}

async function openShop(change: Partial<ShopBackend> = {}) {
  const page = await startPage({folder, port: 0})
  page.open({...backend, ...change})
  return page
}

const login = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/login`, {method: 'POST', headers: {'content-type': 'application/json', ...headers}, body})

describe("the shop's page", () => {
  test('holds the very snippet, and lets nothing run or be asked but its own', async () => {
    await using page = await openShop()
    const answer = await fetch(page.url)
    const html = await answer.text()
    expect(html).toContain('filled("$&", "NONCE in a setting")')
    const policy = answer.headers.get('content-security-policy') ?? ''
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none'
    expect(html.split(`nonce="${nonce}"`)).toHaveLength(3)
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self' http://127.0.0.1:8888;")
    expect((await fetch(page.url)).headers.get('content-security-policy')).not.toBe(policy)
  })

  test.each([
    ['/shop.css', 'text/css; charset=utf-8', readFileSync(resolve(folder, 'shop.css'), 'utf8')],
    ['/shop.js', 'text/javascript; charset=utf-8', readFileSync(resolve(folder, 'shop.js'), 'utf8')],
    ['/shop.json?again', 'application/json; charset=utf-8', JSON.stringify(shop)],
  ])('sends %s', async (path, type, body) => {
    await using page = await openShop()
    const answer = await fetch(page.url + path)
    expect({type: answer.headers.get('content-type'), body: await answer.text()}).toEqual({type, body})
  })

  test('vouches for a visitor who logs in, and for nobody else', async () => {
    await using page = await openShop()
    const given = async (body: string) => {
      const answer = await login(page.url, body)
      return [answer.status, await answer.json()]
    }
    expect(await given('{"id":"C-1"}')).toEqual([200, {id: 'C-1', idToken: 'signed C-1'}])
    for (const body of ['{"id":"C-2"}', '{"id":"ck_1"}', '{"id":["C-1"]}', 'null', '{', ''])
      expect(await given(body)).toEqual([404, {error: {message: 'The shop knows no such visitor.'}}])
  })

  test.each([
    {what: "another site's page", headers: {origin: 'https://evil.example'}, status: 403},
    {what: 'its page by address', own: 0, status: 200},
    {what: 'its page by name', own: 1, status: 200},
  ])('answers a login of $what with $status', async ({headers, own, status}) => {
    await using page = await openShop()
    const sent = own === undefined ? headers : {origin: page.origins[own]!}
    expect((await login(page.url, '{"id":"C-1"}', sent)).status).toBe(status)
  })

  test.each([
    {what: 'a file beside its own', path: '/snippet.js', init: {}, status: 404},
    {what: 'a way up', path: '/%2e%2e/package.json', init: {}, status: 404},
    {what: 'another method', path: '/shop.json', init: {method: 'PUT'}, status: 405},
    {what: 'more than an id', path: '/login', init: {method: 'POST', body: 'x'.repeat(5000)}, status: 413},
  ])('refuses $what with $status', async ({path, init, status}) => {
    await using page = await openShop()
    const answer = await fetch(page.url + path, init)
    expect({status: answer.status, cache: answer.headers.get('cache-control')}).toEqual({status, cache: 'no-store'})
  })

  test('refuses to be spoken to by another name', async () => {
    await using page = await openShop()
    const {get} = await import('node:http')
    const status = await new Promise((done) => {
      get(page.url, {headers: {host: 'rebound.example'}}, (answer) => done(answer.statusCode)).end()
    })
    expect(status).toBe(421)
  })

  test('says so where its fixtures are broken, and before it is open', async () => {
    await using page = await startPage({folder, port: 0})
    expect((await fetch(page.url)).status).toBe(503)
    page.open({
      ...backend,
      readShop: async () => {
        throw new Error('line 3')
      },
    })
    const answer = await fetch(`${page.url}/shop.json`)
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('line 3')])
  })
})
