import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {describeContainer} from '#cli/run-container-check.ts'
import {checkContainer} from '#runtime/session/check-container.ts'
import type {CheckedContainer} from '#runtime/session/check-container.ts'
import {condition, encode, logging, makeExport, parameters, serveExport, tpl} from '../export.ts'

async function check(version: Record<string, unknown>): Promise<CheckedContainer> {
  const folder = await mkdtemp(join(tmpdir(), 'stitch-check-'))
  const file = join(folder, 'server.json')
  await writeFile(file, JSON.stringify(makeExport(version)))
  try {
    return await checkContainer(file)
  } finally {
    await rm(folder, {recursive: true})
  }
}

async function reasonsFor(version: Record<string, unknown>, name: string) {
  const {parts} = await check(version)
  const part = parts.find((one) => one.name === name)
  return [part?.verdict, ...(part?.reasons ?? [])]
}

const trigger = (type: string, ...filter: unknown[]) => [{triggerId: '5', name: 'T', type, filter}]
const on = {firingTriggerId: ['5']}

test('a container of custom templates runs', async () => {
  const {id, version, parts} = await check({
    trigger: trigger('ALWAYS', condition('MATCH_REGEX', '{{_event}}', '^a')),
    tag: [logging('1', '{{V}}', on)],
    variable: [{variableId: '1', name: 'V', type: 'c', parameter: parameters({value: 'x'})}],
  })
  expect([id, version]).toEqual(['GTM-SHOP1', '12'])
  expect(parts.map(({kind, name, verdict}) => [kind, name, verdict])).toEqual([
    ['client', 'events', 'runs'],
    ['tag', 'tag 1', 'runs'],
    ['trigger', 'T', 'runs'],
    ['variable', 'V', 'runs'],
  ])
})

describe('what is said', () => {
  const client = (type: string, values = {}) => ({
    client: [{clientId: '1', name: 'X', type, parameter: parameters(values)}],
  })
  const tag = (more: Record<string, unknown>) => ({
    trigger: trigger('ALWAYS'),
    tag: [logging('1', '', {name: 'X', ...on, ...more})],
  })
  const variable = (type: string, values = {}) => ({
    variable: [{variableId: '1', name: 'X', type, parameter: parameters(values)}],
  })
  const held = (...conditions: unknown[]) => ({
    trigger: [{triggerId: '5', name: 'X', type: 'ALWAYS', filter: conditions}],
  })
  test.each([
    ['the GA4 client', client('gaaw_client'), ['runs']],
    [
      'its cookies',
      client('gaaw_client', {cookieManagement: 'server'}),
      ['approximated', expect.stringContaining('FPLC')],
    ],
    [
      'its script',
      client('gaaw_client', {activateGtagSupport: true}),
      ['approximated', expect.stringContaining('gtag.js')],
    ],
    ['the client of web containers', client('gtm_client'), ['approximated', expect.stringContaining('gtm.js')]],
    ['the client of Universal Analytics', client('ua_client'), ['runs']],
    [
      'its cookies',
      client('ua_client', {cookieManagement: 'server'}),
      ['approximated', expect.stringContaining('no cookie')],
    ],
    ['another client of Google', client('app_client'), ['missing', expect.stringContaining('claims no request')]],
    [
      'a template that is not in the file',
      client('cvt_7_99'),
      ['missing', 'its template cvt_7_99 is not in the export'],
    ],
    ['the GA4 tag', tag({type: 'sgtmgaaw'}), ['runs']],
    [
      'its choice of parameters',
      tag({type: 'sgtmgaaw', parameter: parameters({epToIncludeDropdown: 'some'})}),
      ['approximated', 'event parameters are all sent, not only those chosen'],
    ],
    ['another tag of Google', tag({type: 'sgtmadsct'}), ['approximated', expect.stringContaining('is captured')]],
    [
      'a trigger of GTM itself',
      tag({firingTriggerId: ['2147479574']}),
      ['approximated', expect.stringContaining('2147479574')],
    ],
    [
      'a trigger that does not exist',
      tag({firingTriggerId: ['99']}),
      ['missing', 'it names the trigger 99, which does not exist'],
    ],
    [
      'a sequence of tags that do not exist',
      tag({setupTag: [{tagName: 'nobody'}]}),
      ['missing', expect.stringContaining('"nobody"')],
    ],
    [
      'a consent that events do not tell',
      tag({consentSettings: {consentStatus: 'NEEDED', consentType: encode(['ad_storage', 'ad_user_data'])}}),
      ['approximated', expect.stringContaining('ad_user_data')],
    ],
    [
      'a firing option',
      tag({tagFiringOption: 'ONCE_PER_LOAD'}),
      ['approximated', expect.stringContaining('once per request')],
    ],
    [
      'a name that nothing has',
      tag({parameter: parameters({text: '{{nobody}}'})}),
      ['missing', 'it names the variable "nobody", which does not exist'],
    ],
    [
      'the visitor region',
      {builtInVariable: [{type: 'VISITOR_REGION', name: 'X'}]},
      ['approximated', expect.stringContaining('load balancers')],
    ],
    ['an unknown variable', variable('jsm'), ['missing', expect.stringContaining('not known here')]],
    [
      'a trigger of web containers',
      {trigger: [{triggerId: '5', name: 'X', type: 'PAGEVIEW'}]},
      ['missing', expect.stringContaining('never holds')],
    ],
    [
      'a condition of web containers',
      held(condition('CSS_SELECTOR', '{{_event}}', '.a')),
      ['missing', expect.stringContaining('CSS_SELECTOR')],
    ],
    [
      'a pattern that RE2 refuses',
      held(condition('MATCH_REGEX', '{{_event}}', '(?!a)')),
      ['missing', 'RE2 refuses the pattern (?!a)'],
    ],
    [
      'an unknown transformation',
      {transformation: [{name: 'X', type: 'tf_new', parameter: []}]},
      ['missing', expect.stringContaining('changes nothing')],
    ],
  ])('about %s', async (_, version, expected) => {
    expect(await reasonsFor(version, 'X')).toEqual(expected)
  })

  test('about a template that is refused, with its place', async () => {
    const broken = {templateId: '9', containerId: '7', name: 'broken', templateData: tpl('TAG', 'new Thing();')}
    const found = await reasonsFor({customTemplate: [broken], ...tag({type: 'cvt_7_9'})}, 'X')
    expect(found[0]).toBe('missing')
    expect(found[1]).toMatch(/server\.json#broken:\d+:\d+ SANDBOXED_JS_FOR_SERVER: `new` is not part/)
  })
})

test('a container that starts says at once what does not run, and one that runs whole says nothing', async () => {
  const client = [{clientId: '1', name: 'App', type: 'app_client'}]
  await using poor = await serveExport(makeExport({client, tag: [logging('1', '', {type: 'sgtmadsct'})]}))
  expect(poor.logs()).toEqual([
    'GTM-SHOP1: missing: client "App"; approximated: tag "tag 1". stitch container check says why.',
  ])
  await using good = await serveExport(makeExport())
  expect(good.logs()).toEqual([])
})

describe('the report', () => {
  const version = {
    client: [
      {clientId: '1', name: 'Web container', type: 'app_client'},
      {clientId: '2', name: 'events', type: 'cvt_7_2'},
    ],
    tag: [
      logging('1', '', {name: 'Conversion', type: 'sgtmadsct'}),
      logging('2', '{{nobody}} {{_event}}', {
        name: 'A tag with a long name that says what it is for, at length and in detail, for all to know',
      }),
    ],
  }

  test('is as recorded, and fits into 80 columns', async () => {
    const text = describeContainer(await check(version), {color: false, columns: 80})
    await expect(text).toMatchFileSnapshot('../../goldens/container-check.txt')
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })
})

test.each([
  [{exportFormatVersion: 1}, 'only exports of format 2 can be read'],
  [
    {exportFormatVersion: 2, containerVersion: {container: {usageContext: ['WEB']}}},
    'this is no export of a server container',
  ],
])('%j is refused with its reason', async (exported, reason) => {
  const folder = await mkdtemp(join(tmpdir(), 'stitch-check-'))
  const file = join(folder, 'server.json')
  await writeFile(file, JSON.stringify(exported))
  const refused = expect(checkContainer(file)).rejects.toMatchObject({
    code: 'STITCH_CONTAINER_INVALID',
    exit: 'config',
    hints: expect.arrayContaining([expect.stringContaining(reason)]),
  })
  await refused
  await rm(folder, {recursive: true})
})
