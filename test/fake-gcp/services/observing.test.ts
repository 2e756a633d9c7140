import {expect, test} from 'vitest'
import {createClient} from './client.ts'
import {seedFirebase} from './firebase.ts'
import {writeLogEntry} from './logging/entries.ts'
import {writeSeries} from './monitoring/time-series.ts'
import {seedService} from './run/deploy-service.ts'

const logging = 'logging.googleapis.com/v2'
const metrics = `${logging}/projects/stitch-test/metrics`
const policies = 'monitoring.googleapis.com/v3/projects/stitch-test/alertPolicies'

test('a metric is made, replaced as a whole, and deleted once', async () => {
  const {call, fake} = createClient()
  const metric = {name: 'stitch-errors', filter: 'resource.type="cloud_run_revision" AND severity>=ERROR'}
  expect((await call('POST', metrics, metric)).json).toMatchObject({...metric, metricDescriptor: {unit: '1'}})
  expect((await call('POST', metrics, metric)).status).toBe(409)
  expect((await call('POST', metrics, {...metric, name: 'x', filter: 'severity>='})).status).toBe(400)
  const described = {...metric, description: 'Errors.'}
  expect((await call('PUT', `${metrics}/stitch-errors`, described)).json.description).toBe('Errors.')
  expect((await call('GET', metrics)).json.metrics).toHaveLength(1)
  expect((await call('DELETE', `${metrics}/stitch-errors`)).status).toBe(200)
  expect((await call('DELETE', `${metrics}/stitch-errors`)).status).toBe(404)
  fake.assertValid()
})

test('log entries are read in order, page by page', async () => {
  const {call, cloud, fake} = createClient()
  for (const text of ['one', 'two', 'three']) {
    cloud.clock.advance(1000)
    writeLogEntry(cloud, {textPayload: text, severity: 'INFO'})
  }
  const list = async (body: object) =>
    (await call('POST', `${logging}/entries:list`, {resourceNames: ['projects/stitch-test'], ...body})).json
  const texts = (answer: {entries: {textPayload: string}[]}) => answer.entries.map(({textPayload}) => textPayload)
  expect(texts(await list({}))).toEqual(['one', 'two', 'three'])
  const first = await list({orderBy: 'timestamp desc', pageSize: 2})
  expect(texts(first)).toEqual(['three', 'two'])
  const {nextPageToken: pageToken} = first
  expect(texts(await list({orderBy: 'timestamp desc', pageSize: 2, pageToken}))).toEqual(['one'])
  expect((await list({filter: 'severity=INFO', pageToken})).error.code).toBe(400)
  expect((await list({resourceNames: ['projects/other']})).error.code).toBe(404)
  expect(await list({filter: 'severity>=ERROR'})).toEqual({})
  fake.assertValid()
})

test('an alert policy is found by its labels, patched by a mask, and deleted', async () => {
  const {call, fake} = createClient()
  const conditionThreshold = {
    filter: 'resource.type = "pubsub_subscription" AND metric.type = "pubsub.googleapis.com/subscription/x"',
    comparison: 'COMPARISON_GT',
    duration: '0s',
  }
  const policy = {
    displayName: 'stitch dead letters',
    combiner: 'OR',
    conditions: [{displayName: 'waiting', conditionThreshold}],
    userLabels: {'managed-by': 'stitch'},
  }
  const {json} = await call('POST', policies, policy)
  expect(json).toMatchObject({
    name: expect.stringMatching(/^projects\/stitch-test\/alertPolicies\/\d+$/),
    enabled: true,
  })
  const find = async (filter: string) => (await call('GET', `${policies}?filter=${encodeURIComponent(filter)}`)).json
  expect((await find('user_labels.managed-by="stitch"')).alertPolicies).toHaveLength(1)
  expect((await find('display_name="stitch dead letters"')).alertPolicies).toHaveLength(1)
  expect(await find('user_labels.managed-by="other"')).toEqual({totalSize: 0})
  const url = `monitoring.googleapis.com/v3/${json.name}`
  expect((await call('PATCH', `${url}?updateMask=displayName`, {displayName: 'other'})).json).toMatchObject({
    displayName: 'other',
    combiner: 'OR',
  })
  expect((await call('POST', policies, {...policy, conditions: []})).status).toBe(400)
  expect((await call('DELETE', url)).status).toBe(200)
  expect((await call('GET', url)).status).toBe(404)
  fake.assertValid()
})

test('a project is one of Firebase only when somebody made it one', async () => {
  const {call, cloud} = createClient()
  const url = 'firebase.googleapis.com/v1beta1/projects/stitch-test/adminSdkConfig'
  expect((await call('GET', url)).json.error).toEqual({
    code: 404,
    message: 'Requested entity was not found.',
    status: 'NOT_FOUND',
  })
  seedFirebase(cloud)
  expect((await call('GET', url)).json).toMatchObject({projectId: 'stitch-test'})
  expect((await call('GET', 'runtimeconfig.googleapis.com/v1beta1/projects/stitch-test/configs')).json).toEqual({})
})

test('both versions of Cloud Run show the same service and policy', async () => {
  const {call, cloud, fake} = createClient()
  seedService(cloud, {id: 'hello', region: 'us-central1'})
  const v1 = 'run.googleapis.com/v1/projects/stitch-test/locations/us-central1/services/hello'
  const v2 = 'run.googleapis.com/v2/projects/stitch-test/locations/us-central1/services/hello'
  const old = (await call('GET', v1)).json
  expect(old).toMatchObject({
    metadata: {namespace: '123456789012'},
    status: {conditions: [{type: 'Ready', status: 'True'}, {status: 'True'}, {status: 'True'}]},
  })
  expect((await call('GET', v2)).json.uri).toBe(old.status.url)
  const bindings = [{role: 'roles/run.invoker', members: ['allUsers']}]
  expect((await call('POST', `${v1}:setIamPolicy`, {policy: {bindings, etag: ''}})).status).toBe(200)
  expect((await call('GET', `${v2}:getIamPolicy`)).json.bindings).toEqual(bindings)
  expect((await call('GET', `${v2}/revisions`)).json.revisions).toHaveLength(1)
  expect((await call('GET', v2.replace('hello', 'other'))).status).toBe(404)
  fake.assertValid()
})

test('where members are restricted nobody can make a service public', async () => {
  const {call, cloud} = createClient({membersRestricted: true})
  seedService(cloud, {id: 'hello', region: 'us-central1'})
  const refused = await call(
    'POST',
    'run.googleapis.com/v2/projects/stitch-test/locations/us-central1/services/hello:setIamPolicy',
    {
      policy: {bindings: [{role: 'roles/run.invoker', members: ['allUsers']}]},
    },
  )
  expect(refused.json.error).toMatchObject({code: 400, status: 'FAILED_PRECONDITION'})
  expect(refused.json.error.message).toContain('do not belong to a permitted customer')
})

test('a figure is told while its time is within the interval', async () => {
  const {call, cloud, fake} = createClient()
  const metric = 'pubsub.googleapis.com/subscription/num_undelivered_messages'
  const resource = {type: 'pubsub_subscription', labels: {subscription_id: 'hold'}}
  writeSeries(cloud, {metric, resource, value: 3})
  const list = async (id: string) => {
    const query = new URLSearchParams({
      filter: `metric.type="${metric}" AND resource.labels.subscription_id="${id}"`,
      'interval.startTime': cloud.time(-600_000),
      'interval.endTime': cloud.time(),
    })
    const url = `monitoring.googleapis.com/v3/projects/stitch-test/timeSeries?${query.toString()}`
    return (await call('GET', url)).json
  }
  expect(await list('hold')).toMatchObject({timeSeries: [{points: [{value: {int64Value: '3'}}]}]})
  expect(await list('other')).toEqual({})
  cloud.clock.advance(1_200_000)
  expect(await list('hold')).toEqual({})
  fake.assertValid()
})
