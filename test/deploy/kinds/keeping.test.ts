import {describe, expect, test} from 'vitest'
import {alertPolicyKind} from '#runtime/deploy/kinds/alert-policy.ts'
import {imagePolicyKind} from '#runtime/deploy/kinds/image-policy.ts'
import {logMetricKind} from '#runtime/deploy/kinds/log-metric.ts'
import type {AlertPolicySpec, ImagePolicySpec, LogMetricSpec} from '#runtime/deploy/specs.ts'
import {applying, comparing, expectValid, ours, otherStage, reasonsOf} from './contexts.ts'
import {createRecordingApi} from './recording-api.ts'

const why = 'it is needed'

describe('clean-up of images', () => {
  const spec: ImagePolicySpec = {
    type: 'image-policy',
    id: 'image-policy/gcf-artifacts',
    repository: 'gcf-artifacts',
    prefix: 'stitch',
    packages: ['b', 'a'],
    keep: 5,
    deleteAfterDays: 30,
    why,
  }
  const path = '/v1/projects/acme-tagging/locations/us-central1/repositories/gcf-artifacts'
  const own = {
    'stitch-keep': {
      id: 'stitch-keep',
      action: 'KEEP',
      mostRecentVersions: {keepCount: 5, packageNamePrefixes: ['b', 'a']},
    },
    'stitch-delete': {
      id: 'stitch-delete',
      action: 'DELETE',
      condition: {olderThan: '2592000s', packageNamePrefixes: ['b', 'a'], tagState: 'ANY'},
    },
  }
  const theirs = {'firebase-functions-cleanup': {id: 'firebase-functions-cleanup', action: 'DELETE'}}
  const describedOtherwise = {
    ...own,
    'stitch-delete': {action: 'DELETE', condition: {olderThan: '2592000.0s', packageNamePrefixes: ['a', 'b']}},
  }

  test.each<[string, Parameters<typeof imagePolicyKind.compare>[1], string, readonly string[]]>([
    ['before the first build', undefined, 'create', []],
    ['that nobody has set', {}, 'create', []],
    ['of others', {cleanupPolicies: theirs}, 'create', []],
    ['as it was set', {cleanupPolicies: {...theirs, ...own}}, 'same', []],
    ['as it was set, in another form', {cleanupPolicies: describedOtherwise}, 'same', []],
    [
      'that keeps fewer',
      {
        cleanupPolicies: {
          ...own,
          'stitch-keep': {...own['stitch-keep'], mostRecentVersions: {keepCount: 2, packageNamePrefixes: ['a', 'b']}},
        },
      },
      'update',
      ['stitch-keep KEEP 2 newest of a b -> KEEP 5 newest of a b'],
    ],
    [
      'of which a half is missing',
      {cleanupPolicies: {'stitch-keep': own['stitch-keep']}},
      'update',
      ['stitch-delete none -> DELETE older than 30 days, ANY of a b'],
    ],
    ['that is a dry run', {cleanupPolicies: own, cleanupPolicyDryRun: true}, 'update', ['clean-up is a dry run']],
    [
      'that is a dry run for others as well',
      {cleanupPolicies: {...own, ...theirs}, cleanupPolicyDryRun: true},
      'same',
      [],
    ],
  ])('%s', (_, live, verdict, reasons) => {
    const found = imagePolicyKind.compare(spec, live, comparing())
    expect(found.verdict).toBe(verdict)
    if (found.verdict === 'update') expect(found.reasons).toEqual(reasons)
  })

  test('is set beside what others have set since it was read', async () => {
    const context = applying(createRecordingApi({[`GET ${path}`]: {cleanupPolicies: theirs}}))
    await imagePolicyKind.apply(spec, {}, context)
    expect(context.api.requests.at(-1)).toMatchObject({
      query: {updateMask: 'cleanupPolicies'},
      body: {cleanupPolicies: {...theirs, ...own}},
    })
    expectValid(context.api)
  })

  test('ends a dry run that holds back nobody else', async () => {
    const context = applying(createRecordingApi({[`GET ${path}`]: {cleanupPolicyDryRun: true}}))
    await imagePolicyKind.apply(spec, {}, context)
    expect(context.api.bodies(`PATCH ${path}`)).toEqual([{cleanupPolicies: own, cleanupPolicyDryRun: false}])
    expectValid(context.api)
  })

  test('cannot be set where there is no repository', async () => {
    await expect(imagePolicyKind.apply(spec, undefined, applying())).rejects.toMatchObject({
      code: 'STITCH_IMAGES_MISSING',
    })
  })

  test('is taken out without the policies of others', async () => {
    const context = applying(createRecordingApi({[`GET ${path}`]: {cleanupPolicies: {...own, ...theirs}}}))
    await imagePolicyKind.remove!(spec, {}, context)
    expect(context.api.bodies(`PATCH ${path}`)).toEqual([{cleanupPolicies: theirs}])
    const none = applying(createRecordingApi({[`GET ${path}`]: {cleanupPolicies: theirs}}))
    await imagePolicyKind.remove!(spec, {}, none)
    expect(none.api.writes()).toEqual([])
    expectValid(context.api)
  })
})

describe('a metric of the log', () => {
  const mark = 'Managed by stitch, stage default.'
  const spec: LogMetricSpec = {
    type: 'log-metric',
    id: 'log-metric/stitch-errors',
    metricId: 'stitch-errors',
    description: `Errors. ${mark}`,
    filter: 'severity>=ERROR',
    why,
  }
  const live = {description: spec.description, filter: spec.filter}
  const path = '/v2/projects/acme-tagging/metrics/stitch-errors'

  test.each([
    ['as it was made', live, []],
    ['with another filter', {...live, filter: 'x'}, ['filter x -> severity>=ERROR']],
    ['disabled', {...live, disabled: true}, ['is disabled']],
    ['of values', {...live, valueExtractor: 'EXTRACT(x)'}, ['takes a value out of entries instead of counting them']],
    ['adopted', {...live, description: `Theirs ${mark} It was there before.`}, []],
  ])('%s: what differs', (_, found, reasons) => {
    expect(reasonsOf(logMetricKind.compare(spec, found, comparing()))).toEqual(reasons)
  })

  test('of others stands in the way', () => {
    const found = {description: 'Theirs', filter: 'x'}
    expect(logMetricKind.compare(spec, found, comparing())).toMatchObject({verdict: 'foreign', adopt: true})
    expect(reasonsOf(logMetricKind.compare(spec, found, comparing([spec.id])))[0]).toBe('is taken over')
  })

  test('is made, written whole, and removed or given back', async () => {
    const context = applying()
    await logMetricKind.apply(spec, undefined, context)
    await logMetricKind.apply(spec, {...live, filter: 'x'}, context)
    await logMetricKind.apply(spec, {description: 'Theirs', filter: 'x'}, context)
    await logMetricKind.remove!(spec, {description: `Theirs ${mark} It was there before.`, filter: 'x'}, context)
    await logMetricKind.remove!(spec, live, context)
    await logMetricKind.remove!(spec, {description: 'Theirs'}, context)
    const body = {name: 'stitch-errors', description: spec.description, filter: spec.filter}
    expect(context.api.requests.map(({method, body}) => [method, body])).toEqual([
      ['POST', body],
      ['PUT', body],
      ['PUT', {...body, description: `Theirs ${mark} It was there before.`}],
      ['PUT', {name: 'stitch-errors', description: 'Theirs', filter: 'x'}],
      ['DELETE', undefined],
    ])
    expect(context.api.requests.at(-1)!.path).toBe(path)
    expectValid(context.api)
  })
})

describe('an alert', () => {
  const spec: AlertPolicySpec = {
    type: 'alert-policy',
    id: 'alert-policy/stitch-dead-letters',
    displayName: 'stitch-dead-letters',
    labels: ours,
    filter: 'resource.type = "pubsub_subscription"',
    documentation: 'They wait.',
    channels: ['projects/acme-tagging/notificationChannels/1'],
    why,
  }
  const parent = '/v3/projects/acme-tagging/alertPolicies'
  type Live = NonNullable<Parameters<typeof alertPolicyKind.compare>[1]>

  async function created(): Promise<Live> {
    const context = applying()
    await alertPolicyKind.apply(spec, undefined, context)
    expectValid(context.api)
    const [body] = context.api.bodies(`POST ${parent}`) as [Omit<Live['first'], 'name'>]
    return {first: {...body, name: 'projects/acme-tagging/alertPolicies/7'}, others: []}
  }

  test('is the same once it is as it was sent', async () => {
    const live = await created()
    expect(alertPolicyKind.compare(spec, live, comparing())).toEqual({verdict: 'same'})
    expect(live.first).toMatchObject({
      conditions: [{conditionThreshold: {comparison: 'COMPARISON_GT', thresholdValue: 0, duration: '300s'}}],
    })
  })

  test('is written by a mask of what differs', async () => {
    const live = await created()
    const found = {
      ...live,
      first: {...live.first, enabled: false, notificationChannels: [], userLabels: {...ours, a: 'b'}},
    }
    expect(reasonsOf(alertPolicyKind.compare(spec, found, comparing()))).toEqual([
      'enabled false -> true',
      'notificationChannels none -> projects/acme-tagging/notificationChannels/1',
    ])
    const context = applying()
    await alertPolicyKind.apply(spec, found, context)
    expect(context.api.requests).toMatchObject([
      {
        method: 'PATCH',
        path: `${parent}/7`,
        query: {updateMask: 'enabled,notificationChannels'},
        body: {name: live.first.name, enabled: true, notificationChannels: spec.channels},
      },
    ])
    expectValid(context.api)
  })

  test('is found by its name and labels among those of others, and there once', async () => {
    const {first} = await created()
    const all = [
      {...first, name: `${first.name}1`},
      {...first, name: 'projects/acme-tagging/alertPolicies/2', userLabels: otherStage},
      {...first, name: 'projects/acme-tagging/alertPolicies/3', displayName: 'x'},
      first,
    ]
    const context = applying(createRecordingApi({[`GET ${parent}`]: {alertPolicies: all}}))
    const live = (await alertPolicyKind.read(spec, context))!
    expect(live.others.map(({name}) => name)).toEqual([`${first.name}1`])
    expect(reasonsOf(alertPolicyKind.compare(spec, live, comparing()))).toEqual(['is there 2 times'])
    await alertPolicyKind.apply(spec, live, context)
    expect(context.api.writes()).toEqual([`DELETE ${parent}/71`])
    await alertPolicyKind.remove!(spec, {first, others: []}, context)
    expect(context.api.writes().at(-1)).toBe(`DELETE ${parent}/7`)
    expectValid(context.api)
  })
})
