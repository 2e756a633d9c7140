import {readFile} from 'node:fs/promises'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {resolvePort, portTaken} from '#runtime/engine/ports.ts'
import {findAddresses} from '#runtime/export/find-addresses.ts'
import {fillSnippet} from '#runtime/export/snippet.ts'
import {loadFixtures} from '#runtime/fixtures/load.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {startPage} from '#runtime/page/start.ts'
import type {Page, ShopBackend} from '#runtime/page/types.ts'
import {signId} from '#runtime/traffic/sign.ts'
import type {Session} from './open-session.ts'
import {isAskedFor} from './plan-hosts.ts'
import {planShop} from './plan-shop.ts'

/** What a browser is sent comes with stitch. */
export type PageFiles = {
  /** Folder of the shop's page. */
  readonly page: string
  /** The snippet's code. */
  readonly snippet: string
}

const TOKEN_S = 3_600

/** Starts the page at its port, or beside it where nobody named one. Throws STITCH_PORT_TAKEN, STITCH_PORT_DENIED. */
export async function openPage(config: ResolvedConfig, files: PageFiles, emit: Emit): Promise<Page> {
  const explicit = isAskedFor(config, 'page')
  const wish = {port: config.ports.page, explicit, what: 'the page', flag: '--page-port'}
  const port = await resolvePort(wish, (_, text) => emit({type: 'log.line', source: 'page', level: 'warn', text}))
  try {
    return await startPage({folder: files.page, port})
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    // It was free a moment ago.
    if (explicit) throw await portTaken({...wish, port})
    return await startPage({folder: files.page, port: 0})
  }
}

/** The configuration of a session whose container lets the page ask, as a project's own pages are let by `cors.origins`. */
export function allowPage(config: ResolvedConfig, {origins}: Pick<Page, 'origins'>): ResolvedConfig {
  return {...config, cors: {...config.cors, origins: [...config.cors.origins, ...origins]}}
}

/** What is behind the page, once the session runs: its fixtures, its container, and the key that signs for visitors. */
export async function createShopBackend(session: Session, files: PageFiles, clock: Clock): Promise<ShopBackend> {
  const {config, keys, container} = session
  const [key = ''] = Object.values(keys.hmac)
  const {origin} = new URL(container.url)
  const addresses = await findAddresses(config.container, origin)
  const code = await readFile(files.snippet, 'utf8')
  return {
    readShop: async () => planShop(config, await loadFixtures(config.fixtures)),
    signId: (id) => signId({key, id, expires: Math.floor(clock.now() / 1000) + TOKEN_S}),
    snippet: fillSnippet(code, {...addresses, consent: 'analytics_storage'}),
    containerOrigin: origin,
  }
}
