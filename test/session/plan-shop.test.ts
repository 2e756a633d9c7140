import {resolve} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {resolveConfig, type ResolvedConfig} from '#runtime/config/resolve.ts'
import {loadFixtures, type Fixtures} from '#runtime/fixtures/load.ts'
import {planShop} from '#runtime/session/plan-shop.ts'
import {packageRoot} from '../package-root.ts'

let config: ResolvedConfig
let fixtures: Fixtures
beforeAll(async () => {
  const demoFile = resolve(packageRoot, 'fixtures/stitch.config.json')
  config = await resolveConfig({cwd: '/nowhere', demoFile, overrides: {}})
  fixtures = await loadFixtures(config.fixtures)
})

describe('the shop of a project', () => {
  test('has what a browser may ask for by id, things with a name first', () => {
    const {products} = planShop(config, fixtures)
    expect(products[0]).toEqual({id: 'P-1001', title: 'Trekking pole Säntis'})
    expect(products.map(({id}) => id)).toEqual(expect.arrayContaining(['P-1004', 'R210319-143855-123']))
    expect(products.map(({id}) => id).filter((id) => /^[ST]-/.test(id))).toEqual([])
  })

  test('shows no name that browsers do not get', () => {
    const browser = {...config.destinations.browser, product: ['price']}
    const {products} = planShop({...config, destinations: {...config.destinations, browser}}, fixtures)
    expect(products.find(({id}) => id === 'P-1001')).toEqual({id: 'P-1001', title: 'product'})
  })

  test('has visitors who log in with ids that a browser may not ask for by itself, and the others without', () => {
    const {visitors} = planShop(config, fixtures)
    expect(visitors).toContainEqual({id: 'C-100042', title: 'v_franz', login: true})
    expect(visitors).toContainEqual({id: 'ck_b04b8dff3003c117a6d9d6bc177ec08b', title: 'v_franz', login: false})
    expect(visitors).toContainEqual({id: 'C-100013', title: 'forgotten', login: true})
  })

  test('knows which names would be a leak wherever they are found', () => {
    const {serverOnly} = planShop(config, fixtures)
    expect(serverOnly).toEqual(expect.arrayContaining(['profitMargin', 'cost', 'crm.creditLimit', 'email']))
    for (const path of Object.values(config.destinations.browser).flat()) expect(serverOnly).not.toContain(path)
  })

  test('has nothing on the shelf where browsers may ask for nothing', () => {
    const kinds = {customer: {match: '^C', collection: 'visitors'}}
    expect(planShop({...config, kinds, sensitive: {}}, fixtures)).toEqual({products: [], visitors: [], serverOnly: []})
  })
})
