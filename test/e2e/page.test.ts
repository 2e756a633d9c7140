import {existsSync, readFileSync} from 'node:fs'
import type {BrowserContext} from 'playwright-core'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {chromiumPath, openBrowser, openWatched, serveSite, type Site, whyNoBrowser, type Watched} from './browser.ts'
import {
  copyPatientDemo,
  editFile,
  makeFolder,
  readEvents,
  runStitch,
  startStitch,
  until,
  type Running,
} from './run-stitch.ts'

type Env = {readonly STITCH_PAGE_URL: string; readonly STITCH_SGTM_URL: string}
type Result = {
  readonly status: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly requestId?: string
}

describe.skipIf(!chromiumPath)(`the page of stitch dev, in a real browser${whyNoBrowser}`, () => {
  const folder = makeFolder()
  let dev: Running
  let env: Env
  let context: BrowserContext
  /** A site of the project's own, whose origin the configuration lists. */
  let listed: Site

  beforeAll(async () => {
    copyPatientDemo(folder.path)
    listed = await serveSite()
    const origins = `"cors": {"origins": ["${listed.origin}"]}, "destinations": {`
    editFile(folder.file('stitch.config.json'), '"destinations": {', origins)
    dev = startStitch(folder.path, ['dev', '--no-ui', '--ready-file', 'ready.json', '--events', 'run.ndjson'])
    const ready = await until(
      () => existsSync(folder.file('ready.json')) && readFileSync(folder.file('ready.json'), 'utf8'),
    )
    env = (JSON.parse(ready) as {env: Env}).env
    context = await openBrowser(folder.path)
  })
  afterAll(async () => {
    await context?.close()
    dev?.child.kill('SIGINT')
    await dev?.finished
    await listed?.[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  /** The shop, with the visitor's yes. */
  async function openShop({agrees = true, url = env.STITCH_PAGE_URL} = {}): Promise<Watched> {
    const watched = await openWatched(context, url)
    await watched.page.waitForSelector('body[data-ready]')
    if (agrees) await watched.page.click('[data-consent=granted]')
    return watched
  }

  async function choose({page}: Watched, id: string): Promise<void> {
    const label = await page.locator('#who option', {hasText: id}).textContent()
    await page.selectOption('#who', {label: label ?? ''})
  }

  /** Presses a button until an answer came in time, which on a busy machine takes some; the status that is shown then. */
  async function press({page}: Watched, button: string, status: string): Promise<string> {
    for (let tries = 0; ; tries++) {
      await page.click(button)
      await page.waitForSelector(`${status}[data-status]`)
      const shown = (await page.getAttribute(status, 'data-status')) ?? ''
      if (shown !== 'degraded' || tries === 5) return shown
    }
  }

  /** Has the visitor come; returns what the page shows then. */
  async function enter(shop: Watched): Promise<{status: string; attributes: string[]}> {
    const status = await press(shop, '#enter', '#visitor-status')
    return {status, attributes: await shop.page.locator('#attributes dt').allTextContents()}
  }

  async function look(shop: Watched, id: string): Promise<string> {
    const card = `li[data-id="${id}"]`
    await press(shop, `${card} button`, `${card} .status`)
    return (await shop.page.textContent(card)) ?? ''
  }

  // What runs in the page is text: there are no types of a browser here.
  const layerOf = async ({page}: Watched) =>
    JSON.parse(await page.evaluate<string>('JSON.stringify(dataLayer)')) as {event?: string; stitch: Result}[]
  const results = async (watched: Watched) =>
    (await layerOf(watched)).filter(({event}) => event === 'stitch').map(({stitch}) => stitch)
  /** The same without what did not come in time. */
  const found = async (watched: Watched) => (await results(watched)).filter(({status}) => status !== 'degraded')
  const toContainer = ({requests}: Watched) => requests.filter((each) => each.includes(env.STITCH_SGTM_URL))
  const eventsOf = (type: string) => readEvents(folder.file('run.ndjson')).filter((event) => event.type === type)

  const preflights = () => eventsOf('request.started').filter((event) => event['method'] === 'OPTIONS').length

  test('asks nothing before the visitor agrees, and then what was asked', async () => {
    const shop = await openShop({agrees: false})
    await shop.page.click('li[data-id="P-1001"] button')
    await shop.page.click('[data-consent=denied]')
    expect(await shop.page.textContent('li[data-id="P-1001"] .status')).toBe('Waits for your yes.')
    expect([toContainer(shop), await results(shop)]).toEqual([[], []])
    await shop.page.click('[data-consent=granted]')
    await shop.page.waitForSelector('li[data-id="P-1001"] .status[data-status]')
    expect(toContainer(shop)).toEqual([`POST ${env.STITCH_SGTM_URL}/stitch`])
  })

  test('brings the attributes of a visitor who logs in to the page and into the data layer', async () => {
    const shop = await openShop()
    await choose(shop, 'C-100042')
    expect(await shop.page.textContent('#enter')).toBe('Log in')
    const wanted = ['gender', 'purchases', 'deviceTypes', 'visits', 'lastNps', 'favoriteBrand', 'badges']
    expect(await enter(shop)).toEqual({status: 'found', attributes: wanted})
    const [result] = await found(shop)
    expect(Object.keys(result?.attributes ?? {})).toEqual(wanted)
    expect(result).toMatchObject({status: 'found', kind: 'visitor', attributes: {purchases: 23, gender: 'm'}})
    expect(await shop.page.getAttribute('#kept', 'data-found')).toBe('0')
    // One round trip: what the snippet sends needs no preflight, which would be on the log before it.
    expect(new Set(toContainer(shop))).toEqual(new Set([`POST ${env.STITCH_SGTM_URL}/stitch`]))
    await until(() => readFileSync(folder.file('run.ndjson'), 'utf8').includes(result?.requestId ?? 'none'))
    expect(preflights()).toBe(0)
  })

  test('knows a visitor by the cookie alone, and tells forgotten from unknown to nobody', async () => {
    const shop = await openShop()
    await choose(shop, 'ck_b04b8dff3003c117a6d9d6bc177ec08b')
    expect(await shop.page.textContent('#enter')).toBe('Come back')
    expect((await enter(shop)).status).toBe('found')
    expect(shop.requests.filter((each) => each.endsWith('/login'))).toEqual([])
    const again = await openShop()
    await choose(again, 'C-100013')
    expect(await enter(again)).toEqual({status: 'not_found', attributes: []})
  })

  test('never gets a margin, which the vendor of the same request gets', async () => {
    const shop = await openShop()
    expect(await look(shop, 'P-1001')).toContain('89.9')
    await shop.page.check('input[value=async]')
    expect(await look(shop, 'P-1003')).toContain('24.5')
    const everything = [await shop.page.content(), JSON.stringify(await results(shop)), ...shop.answers].join('\n')
    // The names of what is kept are in the shop's own list; what they hold is nowhere.
    const data = everything.replaceAll(/"serverOnly":\[[^\]]*\]|<p id="names">[^<]*<\/p>/g, '')
    expect(data).toContain('Trekking pole Säntis')
    expect(data).not.toMatch(/profitMargin|0\.43|-0\.14|51\.25|27\.9/)
    const vendor = await until(() => {
      const sent = eventsOf('http.exchanged').map((event) => JSON.stringify(event['exchange']))
      const bodies = sent.filter((text) => text.includes('vendor.example'))
      return bodies.some((text) => text.includes('0.43')) && bodies.some((text) => text.includes('-0.14')) && bodies
    })
    expect(vendor.length).toBeGreaterThanOrEqual(2)
  })

  test('picks up what goes through Pub/Sub, and its secret is nowhere on the page', async () => {
    const shop = await openShop()
    await shop.page.check('input[value=async]')
    await choose(shop, 'C-100042')
    expect((await enter(shop)).status).toBe('found')
    expect(await shop.page.textContent('#visitor-status')).toMatch(/^found, through Pub\/Sub, after \d+ ms$/)
    const sent = toContainer(shop)
    expect(sent[0]).toBe(`POST ${env.STITCH_SGTM_URL}/stitch`)
    const pickup = new URL(sent[1]?.replace('GET ', '') ?? '').searchParams.get('pickup') ?? ''
    expect(pickup).toMatch(/^[\w-]{20,}$/)
    const layer = JSON.stringify(await layerOf(shop))
    expect(`${layer} ${await shop.page.content()}`).not.toContain(pickup)
    expect(await found(shop)).toMatchObject([{status: 'found', attributes: {purchases: 23}}])
  })

  test('goes on after two seconds without an answer', async () => {
    const shop = await openShop()
    await shop.page.route(`${env.STITCH_SGTM_URL}/**`, () => undefined)
    await shop.page.click('li[data-id="P-1001"] button')
    await shop.page.waitForSelector('li[data-id="P-1001"] .status[data-status=degraded]')
    expect(await results(shop)).toEqual([{status: 'degraded', attributes: {}}])
    await shop.page.unrouteAll({behavior: 'ignoreErrors'})
  })

  test('talks to its own server and the container, and to nobody else', async () => {
    const shop = await openShop({url: env.STITCH_PAGE_URL.replace('127.0.0.1', 'localhost')})
    expect(await look(shop, 'P-1002')).toContain('189')
    const origins = new Set(shop.requests.map((each) => new URL(each.replace(/^\w+ /, '')).origin))
    expect([...origins].sort()).toEqual(
      [env.STITCH_SGTM_URL, env.STITCH_PAGE_URL.replace('127.0.0.1', 'localhost')].sort(),
    )
    expect(shop.complaints).toEqual([])
  })

  test.each([360, 768, 1200])('fits a screen of %i pixels', async (width) => {
    const shop = await openShop()
    await shop.page.setViewportSize({width, height: 800})
    await look(shop, 'P-1001')
    await enter(shop)
    expect(await shop.page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  })

  test('may send what needs a preflight, and another site may send nothing', async () => {
    const ask = async ({page}: Watched, type: string): Promise<unknown> =>
      await page.evaluate(
        async ([url, contentType]) => {
          const init = {method: 'POST', headers: {'content-type': contentType}, body: '{"id":"P-1001"}'}
          try {
            return ((await (await fetch(url, init)).json()) as {status: string}).status
          } catch (error) {
            return (error as Error).name
          }
        },
        [`${env.STITCH_SGTM_URL}/stitch`, type] as const,
      )
    const url = `${env.STITCH_SGTM_URL}/stitch`
    const shop = await openShop()
    expect(await ask(shop, 'application/json')).toBe('found')
    expect(toContainer(shop)).toEqual([`POST ${url}`])
    expect(await until(preflights)).toBe(1)

    await using site = await serveSite('<title>another site</title>')
    const foreign = await openWatched(context, site.origin)
    expect(await ask(foreign, 'application/json')).toBe('TypeError')
    expect(await ask(foreign, 'text/plain')).toBe('TypeError')
    await until(() => preflights() === 2)
    expect(foreign.complaints.join('\n')).toContain('blocked by CORS policy')
    // Both were refused before the function was asked.
    const refused = await until(() => {
      const ended = eventsOf('request.ended').filter((event) => event['status'] === 403)
      return ended.length === 2 && ended.map((event) => event['trace'])
    })
    const lanes = eventsOf('span.started').filter((event) => refused.includes(event['trace']))
    expect(new Set(lanes.map((event) => event['lane']))).toEqual(new Set(['sgtm']))
  })

  test('asks from a tag of the web container, on a site that the configuration lists', async () => {
    const args = ['container', 'export', '--web', '--sgtm-url', env.STITCH_SGTM_URL, '--json']
    const {content} = JSON.parse((await runStitch(folder.path, args)).stdout) as {content: string}
    const {containerVersion} = JSON.parse(content) as {
      containerVersion: {tag: {parameter: {key: string; value: string}[]}[]}
    }
    const html = containerVersion.tag[0]?.parameter.find(({key}) => key === 'html')?.value ?? ''
    // GTM puts an expression in the place of a variable; here it is what the variable is set to read.
    const tag = html.replace('{{stitch request}}', 'dataLayer[0].stitchRequest')
    listed.html = `<script>dataLayer = [{stitchRequest: {id: 'P-1002'}}]</script>${tag}`
    const told = await until(async () => {
      const site = await openWatched(context, listed.origin)
      await site.page.waitForFunction("dataLayer.some(({event}) => event === 'stitch')")
      const answers = await found(site)
      return answers.length > 0 && {answers, layer: JSON.stringify(await layerOf(site))}
    })
    expect(told.answers).toMatchObject([{status: 'found', kind: 'product', attributes: {price: 189}}])
    expect(told.layer).not.toContain('profitMargin')
  })

  test('leaves a page of another site in peace where the snippet is refused there', async () => {
    const args = ['container', 'export', '--snippet', '--consent', 'none', '--sgtm-url', env.STITCH_SGTM_URL]
    const made = await runStitch(folder.path, args)
    await using site = await serveSite(`<title>another site</title>${made.stdout}`)
    const foreign = await openWatched(context, site.origin)
    await foreign.page.evaluate("stitch('P-1001')")
    const told = await until(async () => {
      const found = await results(foreign)
      return found.length > 0 && found
    })
    expect(told).toEqual([{status: 'degraded', attributes: {}}])
    expect(foreign.complaints.filter((text) => !/CORS policy|Failed to load resource/.test(text))).toEqual([])
  })
})
