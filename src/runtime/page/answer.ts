import {randomBytes} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {ShopBackend} from './types.ts'

export type PageRequest = {
  readonly method: string
  readonly path: string
  readonly origin: string | undefined
  readonly body: string
}

export type PageAnswer = {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Files that are sent as they are. */
const FILES: Readonly<Record<string, string>> = {'/shop.css': 'text/css', '/shop.js': 'text/javascript'}

/**
 * What the shop's server answers: the page with the snippet in it, its files, what is on the shelf, and for a visitor
 * who logs in the signature under the id.
 * @param folder of the page's files
 */
export async function answerPage(
  {method, path, origin, body}: PageRequest,
  {
    folder,
    backend,
    origins,
  }: {readonly folder: string; readonly backend: ShopBackend; readonly origins: readonly string[]},
): Promise<PageAnswer> {
  if (method === 'POST' && path === '/login') {
    // Another site's page must not log a visitor in.
    if (origin !== undefined && !origins.includes(origin)) return refuse(403, 'Only the shop itself logs in.')
    return await logIn(body, backend)
  }
  if (method !== 'GET') return refuse(405, 'The shop takes GET, and POST to /login.')
  if (path === '/') return await sendPage(folder, backend)
  if (path === '/shop.json') return sendJson(await backend.readShop())
  const type = FILES[path]
  if (type === undefined) return refuse(404, 'The shop has no such page.')
  return {status: 200, type, body: await readFile(join(folder, path), 'utf8')}
}

/** Nothing but the page's own scripts runs, and nobody but its server and the container is asked. */
async function sendPage(folder: string, {snippet, containerOrigin}: ShopBackend): Promise<PageAnswer> {
  const nonce = randomBytes(16).toString('base64')
  const html = await readFile(join(folder, 'shop.html'), 'utf8')
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self'",
    'img-src data:',
    `connect-src 'self' ${containerOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return {
    status: 200,
    type: 'text/html',
    body: html.replaceAll('NONCE', nonce).replace('SNIPPET', () => snippet),
    headers: {'content-security-policy': policy},
  }
}

/** A real shop asks for a password first; this one vouches for whoever its fixtures have. */
async function logIn(body: string, {readShop, signId}: ShopBackend): Promise<PageAnswer> {
  const {visitors} = await readShop()
  const id = readId(body)
  const visitor = visitors.find((each) => each.login && each.id === id)
  if (!visitor) return refuse(404, 'The shop knows no such visitor.')
  return sendJson({id: visitor.id, idToken: signId(visitor.id)})
}

function readId(body: string): unknown {
  try {
    return (JSON.parse(body) as {id?: unknown} | null)?.id
  } catch {
    return undefined
  }
}

function sendJson(value: unknown): PageAnswer {
  return {status: 200, type: 'application/json', body: JSON.stringify(value)}
}

export function refuse(status: number, message: string): PageAnswer {
  return {status, type: 'application/json', body: JSON.stringify({error: {message}})}
}
