import {describe, expect, test} from 'vitest'
import {condition, encode, logging, makeExport, parameters, serveExport, textFields, tpl} from '../export.ts'

const twoTriggers = [
  {triggerId: '5', name: 'five', type: 'ALWAYS'},
  {triggerId: '6', name: 'six', type: 'ALWAYS', filter: [condition('MATCH_REGEX', '{{_event}}', '.')]},
]

/** Logs its text, and fails where it is told so. */
const outcomeTag = tpl(
  'TAG',
  `require('logToConsole')(require('JSON').stringify({text: data.text}));
   if (data.end === 'fail') data.gtmOnFailure();
   else if (data.end === 'later') require('callLater')(data.gtmOnSuccess);
   else data.gtmOnSuccess();`,
  textFields('text', 'end'),
)
const customTemplate = [{templateId: '4', containerId: '7', name: 'outcome', templateData: outcomeTag}]
const ending = (id: string, end: string, more: Record<string, unknown> = {}) =>
  logging(id, id, {type: 'cvt_7_4', parameter: parameters({text: id, end}), ...more})

async function run(version: Record<string, unknown>, events: readonly Record<string, unknown>[] = [{event_name: 'x'}]) {
  const served = await serveExport(makeExport({customTemplate, trigger: twoTriggers, ...version}))
  const response = await served.send(events)
  const answer = (await response.json()) as {id: string; tags: Record<string, unknown>[]}[]
  return {
    served,
    answer,
    texts: served.texts(),
    outcomes: served.settled('tag.settled').map(({tag, outcome, because}) => [tag, outcome, because]),
  }
}

describe('how often a tag fires', () => {
  test.each([
    ['ONCE_PER_EVENT', ['a', 'a']],
    ['UNLIMITED', ['a', 'a', 'a', 'a']],
    ['ONCE_PER_LOAD', ['a']],
  ])('%s, for two events of one request and two triggers that hold', async (tagFiringOption, expected) => {
    const tag = [logging('1', 'a', {firingTriggerId: ['5', '6'], tagFiringOption})]
    const {served, texts} = await run({tag}, [{event_name: 'x'}, {event_name: 'y'}])
    await using _closing = served
    expect(texts).toEqual(expected)
  })
})

test('tags start by priority, highest first, then in the order of the export', async () => {
  const priority = (value: string) => ({priority: {type: 'INTEGER', value}})
  const tag = [
    logging('1', 'low', priority('-1')),
    logging('2', 'none'),
    logging('3', 'high', priority('10')),
    logging('4', 'none too'),
  ]
  const {served, texts} = await run({tag})
  await using _closing = served
  expect(texts).toEqual(['high', 'none', 'none too', 'low'])
})

test('a paused tag does not fire, nor one without a trigger', async () => {
  const {served, texts, outcomes} = await run({
    tag: [logging('1', 'a', {paused: true}), logging('2', 'b', {firingTriggerId: []})],
  })
  await using _closing = served
  expect(texts).toEqual([])
  expect(outcomes).toEqual([
    ['tag 1', 'paused', 'the tag is paused'],
    ['tag 2', 'not_triggered', 'the tag has no trigger'],
  ])
})

describe('sequences', () => {
  const setup = (tagName: string, stopOnSetupFailure: boolean) => ({setupTag: [{tagName, stopOnSetupFailure}]})
  const teardown = (tagName: string, stopTeardownOnFailure: boolean) => ({
    teardownTag: [{tagName, stopTeardownOnFailure}],
  })
  const silent = {firingTriggerId: []}

  test('the setup tag ends before the tag starts, and the teardown tag comes last', async () => {
    const tag = [
      ending('main', '', {...setup('tag before', true), ...teardown('tag after', true)}),
      ending('before', 'later', silent),
      ending('after', '', silent),
    ]
    const {served, texts, outcomes} = await run({tag})
    await using _closing = served
    expect(texts).toEqual(['before', 'main', 'after'])
    expect(outcomes).toEqual([
      ['tag before', 'fired', 'setup of "tag main"'],
      ['tag main', 'fired', '"2147479574"'],
      ['tag after', 'fired', 'teardown of "tag main"'],
    ])
  })

  test.each([
    ['must succeed', true, ['before']],
    ['may fail', false, ['before', 'main']],
  ])('a setup tag that fails and %s', async (_, stop, expected) => {
    const {served, texts} = await run({
      tag: [ending('main', '', setup('tag before', stop)), ending('before', 'fail', silent)],
    })
    await using _closing = served
    expect(texts).toEqual(expected)
  })

  test.each([
    ['only after success', true, ['main']],
    ['in any case', false, ['main', 'after']],
  ])('a teardown tag that runs %s, after a tag that failed', async (_, stop, expected) => {
    const {served, texts} = await run({
      tag: [ending('main', 'fail', teardown('tag after', stop)), ending('after', '', silent)],
    })
    await using _closing = served
    expect(texts).toEqual(expected)
  })

  test('a tag that is also triggered itself still fires once for an event', async () => {
    const {served, texts} = await run({tag: [ending('main', '', setup('tag before', true)), ending('before', '')]})
    await using _closing = served
    expect(texts).toEqual(['before', 'main'])
  })

  test('tags that name each other come to an end', async () => {
    const tag = [ending('a', '', setup('tag b', true)), ending('b', '', setup('tag a', true))]
    const {served, texts} = await run({tag})
    await using _closing = served
    expect(texts).toEqual(['b', 'a'])
  })

  test('a setup tag that no tag asked for is told as not triggered', async () => {
    const tag = [
      ending('main', '', {...setup('tag before', true), firingTriggerId: ['99']}),
      ending('before', '', silent),
    ]
    const {served, outcomes} = await run({tag})
    await using _closing = served
    expect(outcomes.map(([name, outcome]) => [name, outcome])).toEqual([
      ['tag main', 'not_triggered'],
      ['tag before', 'not_triggered'],
    ])
  })
})

test('addEventCallback gets the status, and the metadata with variables and the name in them', async () => {
  const monitoringMetadata = {...encode({exclude: 'false', event: 'on {{_event}}'}), key: undefined}
  const tag = [
    ending('1', 'fail', {monitoringMetadata, monitoringMetadataTagNameKey: 'name'}),
    logging('2', '', {monitoringMetadata: {type: 'MAP'}}),
  ]
  const {served, answer} = await run({tag})
  await using _closing = served
  expect(answer).toEqual([
    {
      id: 'GTM-SHOP1',
      tags: [
        {id: '1', status: 'failure', executionTime: expect.any(Number), exclude: 'false', event: 'on x', name: 'tag 1'},
        {id: '2', status: 'success', executionTime: expect.any(Number)},
      ],
    },
  ])
})

test.each([
  ['G110', ['analytics', 'both', 'ads', 'free'].filter((name) => name === 'ads' || name === 'free')],
  ['G101', ['analytics', 'free']],
  ['G111', ['analytics', 'both', 'ads', 'free']],
  [undefined, ['analytics', 'both', 'ads', 'free']],
])('consent %s lets %j fire', async (state, expected) => {
  const needs = (...kinds: string[]) => ({
    consentSettings: {consentStatus: 'NEEDED', consentType: encode(kinds)},
  })
  const tag = [
    logging('1', 'analytics', needs('analytics_storage')),
    logging('2', 'both', needs('analytics_storage', 'ad_storage')),
    logging('3', 'ads', needs('ad_storage')),
    logging('4', 'free', {consentSettings: {consentStatus: 'NOT_NEEDED'}}),
  ]
  const {served, texts} = await run({tag}, [{event_name: 'x', 'x-ga-gcs': state}])
  await using _closing = served
  expect(texts).toEqual(expected)
})

test('a tag of a type that only Google has is captured with what it was given, and told as standing in', async () => {
  const tag = [logging('1', '', {type: 'sgtmadsct', parameter: parameters({conversionId: '{{_event}}'})})]
  const {served, answer} = await run({tag}, [{event_name: 'buy', value: 3}])
  await using _closing = served
  expect(answer[0]?.tags).toMatchObject([{id: '1', status: 'success'}])
  const [captured] = served.container.captured()
  expect([captured?.by, captured?.url]).toEqual(['tag 1', 'https://placeholder.invalid/sgtmadsct'])
  expect(JSON.parse(captured?.body ?? '')).toEqual({
    parameters: {conversionId: 'buy'},
    event: {event_name: 'buy', value: 3},
  })
  expect(served.settled('tag.settled')).toMatchObject([{outcome: 'fired', status: 'success', placeholder: true}])
})

test('a template of an export that cannot be compiled costs its own tags only', async () => {
  const broken = [
    ...customTemplate,
    {templateId: '9', containerId: '7', name: 'broken', templateData: tpl('TAG', 'new Thing();')},
  ]
  const {served, texts, answer} = await run({
    tag: [logging('1', 'a'), logging('2', '', {type: 'cvt_7_9'})],
    customTemplate: broken,
  })
  await using _closing = served
  expect(texts).toEqual(['a'])
  expect(answer[0]?.tags).toMatchObject([
    {id: '1', status: 'success'},
    {id: '2', status: 'exception'},
  ])
  expect(served.logs()).toContainEqual(expect.stringMatching(/GTM-SHOP1_v12\.json#broken:\d+:\d+ .*`new`/))
})
