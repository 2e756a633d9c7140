import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {LiveSubscription} from '#runtime/deploy/kinds/subscription-settings.ts'
import {subscriptionKind} from '#runtime/deploy/kinds/subscription.ts'
import {topicKind} from '#runtime/deploy/kinds/topic.ts'
import type {SubscriptionSpec, TopicSpec} from '#runtime/deploy/specs.ts'
import {adopted, applying, comparing, expectValid, otherStage, ours, reasonsOf, workerUrl} from './contexts.ts'

const why = 'it is needed'
const pushAccount = 'stitch-push@acme-tagging.iam.gserviceaccount.com'

describe('a topic', () => {
  const spec: TopicSpec = {type: 'topic', id: 'topic/stitch-requests', topicId: 'stitch-requests', labels: ours, why}
  const path = '/v1/projects/acme-tagging/topics/stitch-requests'
  const name = path.slice('/v1/'.length)

  test.each([
    [undefined, {verdict: 'create'}],
    [{labels: ours}, {verdict: 'same'}],
    [{labels: {...ours, team: 'web'}}, {verdict: 'same'}],
    [{}, {verdict: 'foreign', adopt: true}],
    [{labels: otherStage}, {verdict: 'foreign', adopt: false}],
  ])('%j is judged', (live, expected) => {
    expect(topicKind.compare(spec, live, comparing())).toMatchObject(expected)
  })

  test('is made, adopted and given back with the labels of others kept', async () => {
    const context = applying()
    await topicKind.apply(spec, undefined, context)
    await topicKind.apply(spec, {labels: {team: 'web'}}, context)
    await topicKind.remove!(spec, {labels: {...adopted, team: 'web'}}, context)
    await topicKind.remove!(spec, {labels: ours}, context)
    await topicKind.remove!(spec, {labels: otherStage}, context)
    expect(context.api.requests.map(({method, body}) => [method, body])).toEqual([
      ['PUT', {name, labels: ours}],
      ['PATCH', {topic: {name, labels: {team: 'web', ...adopted}}, updateMask: 'labels'}],
      ['PATCH', {topic: {name, labels: {team: 'web'}}, updateMask: 'labels'}],
      ['DELETE', undefined],
    ])
    expectValid(context.api)
  })
})

describe('a subscription', () => {
  const spec: SubscriptionSpec = {
    type: 'subscription',
    id: 'subscription/stitch-worker',
    subscriptionId: 'stitch-worker',
    topicId: 'stitch-requests',
    labels: ours,
    ackDeadlineSeconds: 20,
    messageRetentionSeconds: 86_400,
    retry: {minSeconds: 1, maxSeconds: 60},
    deadLetter: {topicId: 'stitch-dead', attempts: 8},
    push: {functionId: 'stitch-worker', serviceAccount: pushAccount},
    why,
  }
  const path = '/v1/projects/acme-tagging/subscriptions/stitch-worker'
  const name = path.slice('/v1/'.length)
  const live: LiveSubscription = {
    topic: 'projects/acme-tagging/topics/stitch-requests',
    labels: ours,
    ackDeadlineSeconds: 20,
    messageRetentionDuration: '86400s',
    retryPolicy: {minimumBackoff: '1s', maximumBackoff: '60s'},
    deadLetterPolicy: {deadLetterTopic: 'projects/acme-tagging/topics/stitch-dead', maxDeliveryAttempts: 8},
    expirationPolicy: {},
    pushConfig: {pushEndpoint: workerUrl, oidcToken: {serviceAccountEmail: pushAccount, audience: workerUrl}},
  }
  const {retryPolicy: _, ...noRetry} = live
  const {expirationPolicy: __, ...expiring} = live
  const push = `${workerUrl} as ${pushAccount} for ${workerUrl}`

  test.each<[string, LiveSubscription, readonly string[]]>([
    ['as it was made', live, []],
    ['with durations in another form', {...live, messageRetentionDuration: '86400.0s'}, []],
    ['with another deadline', {...live, ackDeadlineSeconds: 10}, ['ackDeadlineSeconds 10 -> 20']],
    ['without back-off', noRetry, ['retryPolicy none -> 1s to 60s']],
    ['with the default back-off', {...live, retryPolicy: {}}, ['retryPolicy 10s to 600s -> 1s to 60s']],
    ['that expires by default', expiring, ['expirationPolicy 31 days -> never']],
    ['that expires', {...live, expirationPolicy: {ttl: '86400s'}}, ['expirationPolicy 86400s -> never']],
    [
      'whose dead letters went to a deleted topic',
      {...live, deadLetterPolicy: {deadLetterTopic: '_deleted-topic_', maxDeliveryAttempts: 8}},
      [
        'deadLetterPolicy _deleted-topic_ after 8 attempts -> projects/acme-tagging/topics/stitch-dead after 8 attempts',
      ],
    ],
    ['that is pulled', {...live, pushConfig: {}}, [`pushConfig none -> ${push}`]],
    [
      'that pushes without a token',
      {...live, pushConfig: {pushEndpoint: workerUrl}},
      [`pushConfig ${workerUrl} without a token -> ${push}`],
    ],
    ['that transforms', {...live, messageTransforms: [{}]}, ['messageTransforms 1 -> none']],
    ['whose topic was deleted', {...live, topic: '_deleted-topic_'}, ['its topic was deleted, so it is made again']],
    [
      'of another topic',
      {...live, topic: 'projects/acme-tagging/topics/x'},
      ['topic projects/acme-tagging/topics/x -> projects/acme-tagging/topics/stitch-requests, so it is made again'],
    ],
    ['with a filter', {...live, filter: 'attributes:x'}, ['it has a filter, so it is made again']],
    ['that is detached', {...live, detached: true}, ['it is detached from its topic, so it is made again']],
  ])('%s: what differs', (_, found, reasons) => {
    expect(reasonsOf(subscriptionKind.compare(spec, found, comparing()))).toEqual(reasons)
  })

  test('of others stands in the way', () => {
    expect(subscriptionKind.compare(spec, {...live, labels: {}}, comparing())).toMatchObject({adopt: true})
    expect(subscriptionKind.compare(spec, {...live, labels: otherStage}, comparing())).toMatchObject({adopt: false})
  })

  test('whose function is not there yet says so, and is not made', async () => {
    const unknown = {functionUrls: {}}
    expect(subscriptionKind.compare(spec, undefined, comparing([], unknown))).toEqual({
      verdict: 'create',
      notes: [{kind: 'wait', text: 'its address is known once stitch-worker is there'}],
    })
    expect(reasonsOf(subscriptionKind.compare(spec, live, comparing([], unknown)))).toEqual([
      'its address is known once stitch-worker is there',
    ])
    const context = applying(undefined, unknown)
    await expect(subscriptionKind.apply(spec, undefined, context)).rejects.toThrow('has no address yet')
    expect(context.api.requests).toEqual([])
  })

  test('is patched by a mask of what differs, and nothing else', async () => {
    const context = applying()
    await subscriptionKind.apply(spec, {...noRetry, ackDeadlineSeconds: 10}, context)
    await subscriptionKind.apply({...spec, retry: undefined}, live, context)
    await subscriptionKind.apply(spec, live, context)
    expect(context.api.bodies(`PATCH ${path}`)).toEqual([
      {
        subscription: {name, ackDeadlineSeconds: 20, retryPolicy: {minimumBackoff: '1s', maximumBackoff: '60s'}},
        updateMask: 'ackDeadlineSeconds,retryPolicy',
      },
      {subscription: {name}, updateMask: 'retryPolicy'},
    ])
    expectValid(context.api)
  })

  test('is made again where it cannot be changed', async () => {
    const context = applying()
    await subscriptionKind.apply(spec, {...live, topic: '_deleted-topic_'}, context)
    expect(context.api.writes()).toEqual([`DELETE ${path}`, `PUT ${path}`])
    expectValid(context.api)
  })

  test('is deleted if it was made, and given back if it was adopted', async () => {
    const context = applying()
    await subscriptionKind.remove!(spec, {...live, labels: adopted}, context)
    expect(context.api.bodies(`PATCH ${path}`)).toEqual([{subscription: {name, labels: {}}, updateMask: 'labels'}])
    await subscriptionKind.remove!(spec, live, context)
    expect(context.api.writes().at(-1)).toBe(`DELETE ${path}`)
    expectValid(context.api)
  })

  test('is the same once it is as it was sent', async () => {
    const specs = fc.record({
      ackDeadlineSeconds: fc.integer({min: 10, max: 600}),
      messageRetentionSeconds: fc.integer({min: 600, max: 604_800}),
      retry: fc.option(fc.record({minSeconds: fc.nat(600), maxSeconds: fc.nat(600)}), {nil: undefined}),
      deadLetter: fc.option(
        fc.record({topicId: fc.constant('stitch-dead'), attempts: fc.integer({min: 5, max: 100})}),
        {
          nil: undefined,
        },
      ),
      push: fc.option(fc.constant(spec.push), {nil: undefined}),
    })
    await fc.assert(
      fc.asyncProperty(specs, async (settings) => {
        const wanted = {...spec, ...settings}
        const context = applying()
        await subscriptionKind.apply(wanted, undefined, context)
        const [made] = context.api.bodies(`PUT ${path}`) as [LiveSubscription]
        expect(subscriptionKind.compare(wanted, made, comparing())).toEqual({verdict: 'same'})
        expectValid(context.api)
      }),
      {numRuns: 50},
    )
  })
})
