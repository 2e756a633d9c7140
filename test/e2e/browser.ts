import {createServer} from 'node:http'
import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {chromium, type BrowserContext, type Page} from 'playwright-core'
import {findProgram} from './run-stitch.ts'

/** Debian's Chromium, or the one that a person names. */
export const chromiumPath = process.env['STITCH_CHROMIUM'] ?? findProgram('chromium')
export const whyNoBrowser = chromiumPath ? '' : ' (skipped: no chromium here)'

const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser that nobody has used before. @param folder for the user's data */
export async function openBrowser(folder: string): Promise<BrowserContext & AsyncDisposable> {
  return await chromium.launchPersistentContext(join(folder, 'browser'), {
    executablePath: chromiumPath ?? '',
    args: QUIET,
    viewport: {width: 1200, height: 900},
  })
}

/** What a page was sent and complained about since it was opened. */
export type Watched = {
  readonly page: Page
  /** `POST http://127.0.0.1:8888/stitch`; preflights are the browser's own affair and not among them. */
  readonly requests: string[]
  /** Bodies of all answers. */
  readonly answers: string[]
  readonly complaints: string[]
}

/** A new page that is watched from its first request on. */
export async function openWatched(context: BrowserContext, url: string): Promise<Watched> {
  const page = await context.newPage()
  const watched: Watched = {page, requests: [], answers: [], complaints: []}
  page.on('request', (request) => watched.requests.push(`${request.method()} ${request.url()}`))
  page.on('response', (response) => {
    response.text().then(
      (text) => watched.answers.push(text),
      () => undefined,
    )
  })
  page.on('console', (message) => {
    if (message.type() !== 'log') watched.complaints.push(message.text())
  })
  page.on('pageerror', (error) => watched.complaints.push(error.message))
  await page.goto(url)
  return watched
}

/** A site of one page, which may be told later. */
export type Site = AsyncDisposable & {readonly origin: string; html: string}

/** Serves another site than the shop. */
export async function serveSite(html = ''): Promise<Site> {
  const server = createServer((_, response) => {
    response.writeHead(200, {'content-type': 'text/html; charset=utf-8'}).end(`<!doctype html>${site.html}`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const site: Site = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    html,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
  return site
}
