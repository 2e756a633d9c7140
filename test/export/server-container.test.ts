import {resolve} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {resolveConfig, type ResolvedConfig} from '#runtime/config/resolve.ts'
import {exportServerContainer} from '#runtime/export/export-container.ts'
import {narrowSendHttp} from '#runtime/export/narrow-permissions.ts'
import {parseTemplate} from '#runtime/sgtm/tpl/parse-template.ts'
import {packageRoot} from '../package-root.ts'
import {ExportFile} from './export-format.ts'

const demoFile = resolve(packageRoot, 'fixtures/stitch.config.json')
const lookupUrl = 'https://stitch-lookup-abc-uc.a.run.app'
let config: ResolvedConfig
beforeAll(async () => {
  config = await resolveConfig({cwd: '/nowhere', demoFile, overrides: {}})
})

async function make(change: Partial<ResolvedConfig> = {}, url: string | undefined = lookupUrl) {
  const {text, todo} = await exportServerContainer({...config, ...change}, {lookupUrl: url, keyId: 'k1'})
  return {text, todo, ...ExportFile.parse(JSON.parse(text)).containerVersion}
}

describe('a server container', () => {
  test('has the form of what Tag Manager exports, and the same bytes every time', async () => {
    const {text, container} = await make()
    expect((await make()).text).toBe(text)
    expect(container.usageContext).toEqual(['SERVER'])
  })

  test('has the client with what the configuration says, and the address and key id as constants', async () => {
    const {client = [], variable = []} = await make({cors: {origins: ['https://shop.example', 'https://b.example']}})
    expect(client.map(({name, priority}) => ({name, priority}))).toEqual([{name: 'Stitcher', priority: 100}])
    expect(client[0]?.parameter).toEqual(
      expect.arrayContaining([
        {type: 'TEMPLATE', key: 'functionUrl', value: '{{stitch lookup URL}}'},
        {type: 'TEMPLATE', key: 'keyId', value: '{{stitch key id}}'},
        {type: 'LIST', key: 'serverKeyIds', list: [{type: 'TEMPLATE', value: '{{stitch key id}}'}]},
        {type: 'TEMPLATE', key: 'requestPath', value: '/stitch'},
        {type: 'TEMPLATE', key: 'timeoutMs', value: '1500'},
        {type: 'BOOLEAN', key: 'runContainer', value: 'true'},
        {type: 'BOOLEAN', key: 'waitForTags', value: 'false'},
        {
          type: 'LIST',
          key: 'allowedOrigins',
          list: [
            {type: 'TEMPLATE', value: 'https://shop.example'},
            {type: 'TEMPLATE', value: 'https://b.example'},
          ],
        },
      ]),
    )
    const constants = variable.filter(({type}) => type === 'c')
    expect(constants.map(({name, parameter}) => [name, parameter?.[0]?.value])).toEqual([
      ['stitch lookup URL', lookupUrl],
      ['stitch key id', 'k1'],
    ])
  })

  test('has the tag with its table, fired by the trigger on the event of the client', async () => {
    const {tag = [], trigger = []} = await make()
    expect(trigger.map(({name, type, customEventFilter}) => ({name, type, customEventFilter}))).toEqual([
      {
        name: 'stitch result',
        type: 'CUSTOM_EVENT',
        customEventFilter: [
          {
            type: 'EQUALS',
            parameter: [
              {type: 'TEMPLATE', key: 'arg0', value: '{{_event}}'},
              {type: 'TEMPLATE', key: 'arg1', value: 'stitch_result'},
            ],
          },
        ],
      },
    ])
    expect(tag[0]?.firingTriggerId).toEqual([trigger[0]?.triggerId])
    expect(tag[0]?.monitoringMetadata).toEqual({
      type: 'MAP',
      map: [{type: 'TEMPLATE', key: 'name', value: 'vendor sample'}],
    })
    expect(tag[0]?.parameter?.find(({key}) => key === 'attributes')?.list).toContainEqual({
      type: 'MAP',
      map: [{type: 'TEMPLATE', key: 'attribute', value: 'profitMargin'}],
    })
  })

  test('has one variable for each attribute that servers may see of any kind, and says which kind has none', async () => {
    const {variable = [], todo} = await make()
    const paths = variable.filter(({type}) => type === 'ed').map(({name}) => name)
    const {specimen: _, ...named} = config.destinations.server
    const wanted = new Set(Object.values(named).flatMap((list) => list.map((path) => `stitch.${path}`)))
    expect(paths.filter((name) => name.startsWith('stitch.')).sort()).toEqual([...wanted].sort())
    expect(paths).toContain('stitch.crm.segment')
    expect(paths).toContain('x-stitch-status')
    expect(variable.find(({name}) => name === 'stitch.profitMargin')?.parameter).toEqual([
      {type: 'BOOLEAN', key: 'setDefaultValue', value: 'false'},
      {type: 'TEMPLATE', key: 'keyPath', value: 'stitch.profitMargin'},
    ])
    expect(todo.filter((line) => line.includes('specimen'))).toHaveLength(1)
  })

  test('has templates that stitch itself reads, the client with leave to call the function and nobody else', async () => {
    const {customTemplate = []} = await make()
    const read = customTemplate.map(({templateData}) => parseTemplate('in the export', templateData))
    const permissions = read.map((parsed) =>
      parsed.ok ? parsed.template.permissions.find(({publicId}) => publicId === 'send_http')?.params['urls'] : parsed,
    )
    expect(permissions).toEqual([[`${lookupUrl}/v1/*`], ['https://vendor.example/']])
  })

  test('says what is missing where the address is not known and no origin is listed', async () => {
    const {todo, text} = await exportServerContainer(config, {lookupUrl: undefined, keyId: 'k1'})
    expect(text).toContain('https://lookup-function.invalid')
    expect(todo.join('\n')).toMatch(/--lookup-url.*\n.*cors\.origins is empty/)
  })
})

describe('narrowing a permission', () => {
  const template = (section: string) => `___INFO___\n\n{}\n${section}___NOTES___\n\nKeep $& this.\n`

  test('changes that section and nothing else', () => {
    const permission = {instance: {key: {publicId: 'send_http', versionId: '1'}, param: []}, isRequired: true}
    const before = template(`___SERVER_PERMISSIONS___\n\n${JSON.stringify([permission])}\n\n`)
    const after = narrowSendHttp(before, ['https://a.example/$&/*'])
    expect(after).toMatch(/^___INFO___\n\n\{\}\n___SERVER_PERMISSIONS___\n/)
    expect(after).toMatch(/"https:\/\/a\.example\/\$&\/\*"/)
    expect(after).toMatch(/___NOTES___\n\nKeep \$& this\.\n$/)
  })

  test.each([
    ['without permissions', template('')],
    ['without that permission', template('___SERVER_PERMISSIONS___\n\n[]\n\n')],
  ])('leaves a template %s as it is', (_, text) => {
    expect(narrowSendHttp(text, ['https://a.example/'])).toBe(text)
  })
})
