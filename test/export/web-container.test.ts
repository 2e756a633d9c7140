import {beforeAll, describe, expect, test} from 'vitest'
import {resolveConfig, type ResolvedConfig} from '#runtime/config/resolve.ts'
import {exportWebContainer} from '#runtime/export/export-container.ts'
import {resolve} from 'node:path'
import {packageRoot} from '../package-root.ts'
import {ExportFile} from './export-format.ts'
import {snippetCode} from './snippet-code.ts'

let config: ResolvedConfig
beforeAll(async () => {
  const demoFile = resolve(packageRoot, 'fixtures/stitch.config.json')
  config = await resolveConfig({cwd: '/nowhere', demoFile, overrides: {}})
})

async function make({consent = 'analytics_storage', idCookie}: {consent?: string; idCookie?: string} = {}) {
  const options = {sgtmUrl: 'https://sgtm.example.com/', consent, code: snippetCode, idCookie}
  const {text, todo} = await exportWebContainer(config, options)
  return {text, todo, ...ExportFile.parse(JSON.parse(text)).containerVersion}
}

describe('a web container', () => {
  test('has the form of what Tag Manager exports, and the same bytes every time', async () => {
    const {text, container, client, customTemplate} = await make()
    expect((await make()).text).toBe(text)
    expect({usage: container.usageContext, client, customTemplate}).toEqual({usage: ['WEB']})
  })

  test('asks on every page and when told to, once GTM has the consent', async () => {
    const {tag = [], trigger = []} = await make()
    const ask = trigger.find(({name}) => name === 'stitch ask')
    expect(tag.map(({type, firingTriggerId}) => ({type, firingTriggerId}))).toEqual([
      {type: 'html', firingTriggerId: ['2147479553', ask?.triggerId]},
    ])
    expect(tag[0]?.consentSettings).toEqual({
      consentStatus: 'NEEDED',
      consentType: {type: 'LIST', list: [{type: 'TEMPLATE', value: 'analytics_storage'}]},
    })
    expect((await make({consent: ''})).tag?.[0]?.consentSettings).toEqual({consentStatus: 'NOT_NEEDED'})
  })

  test('holds a snippet that leaves consent to GTM, with one variable in it and the address of the endpoint', async () => {
    const {tag = []} = await make()
    const html = tag[0]?.parameter?.find(({key}) => key === 'html')?.value ?? ''
    expect(html.match(/\{\{.*?\}\}/g)).toEqual(['{{stitch request}}'])
    expect(html).toContain(
      '"url":"https://sgtm.example.com/stitch","resultUrl":"https://sgtm.example.com/stitch/result"',
    )
    expect(html).toContain('"consent":""')
    expect(html).not.toMatch(/src=|import|https?:\/\/(?!sgtm\.example\.com\/)/)
  })

  test('takes the request from the data layer, or the id from a cookie', async () => {
    const request = async (options: {idCookie?: string}) => {
      const {variable = [], todo} = await make(options)
      const found = variable.find(({name}) => name === 'stitch request')
      return {type: found?.type, name: found?.parameter?.find(({key}) => key === 'name')?.value, todo: todo.length}
    }
    expect(await request({})).toEqual({type: 'v', name: 'stitchRequest', todo: 1})
    expect(await request({idCookie: 'shop_visitor'})).toEqual({type: 'k', name: 'shop_visitor', todo: 0})
  })

  test('has a data layer variable for what browsers may see, and none for what is for servers', async () => {
    const {variable = []} = await make()
    const names = variable.map(({name}) => name)
    const wanted = Object.values(config.destinations.browser).flat()
    expect(names).toEqual(expect.arrayContaining(wanted.map((path) => `stitch.attributes.${path}`)))
    expect(names.filter((name) => /profitMargin|cost|creditLimit|lifetimeRevenue/.test(name))).toEqual([])
  })
})
