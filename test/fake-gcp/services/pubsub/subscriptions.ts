import {fail, type Cloud, type FakeCall, type Json, type Route} from '../../service.ts'
import {policyRoutes} from '../../policies.ts'
import {applyMask} from '../field-mask.ts'
import {below, pageOf} from '../pages.ts'
import {completeSubscription} from './complete-subscription.ts'
import {checkName, missingTopic, readMutableMask, TOPICS} from './topics.ts'

const host = 'pubsub.googleapis.com'
const path = '/v1/projects/:project/subscriptions/:subscription'
const SUBSCRIPTIONS = 'pubsub.subscriptions'

const MUTABLE = new Set([
  'ackDeadlineSeconds',
  'pushConfig',
  'retainAckedMessages',
  'messageRetentionDuration',
  'labels',
  'deadLetterPolicy',
  'retryPolicy',
  'expirationPolicy',
  'enableExactlyOnceDelivery',
  'bigqueryConfig',
  'cloudStorageConfig',
  'messageTransforms',
])

function nameOf({params}: FakeCall): string {
  return `projects/${params['project']}/subscriptions/${params['subscription']}`
}

function subscriptionOf(call: FakeCall, cloud: Cloud): Json {
  return (
    cloud.table(SUBSCRIPTIONS).get(nameOf(call)) ??
    fail(404, 'NOT_FOUND', `Resource not found (resource=${call.params['subscription']}).`)
  )
}

function replace(call: FakeCall, cloud: Cloud, wanted: Json, fields: readonly string[]): Json {
  const subscription = structuredClone(completeSubscription(wanted, cloud, (field) => fields.includes(field)))
  cloud.table(SUBSCRIPTIONS).set(nameOf(call), withoutAbsent(subscription))
  return withoutAbsent(subscription)
}

function withoutAbsent(value: Json): Json {
  return Object.fromEntries(Object.entries(value as object).filter(([, one]) => one !== undefined))
}

export const subscriptionRoutes: readonly Route[] = [
  {
    method: 'PUT',
    host,
    path,
    permission: 'pubsub.subscriptions.create',
    handle: (call, cloud) => {
      const name = nameOf(call)
      checkName(call.params['subscription'] ?? '')
      if (cloud.table(SUBSCRIPTIONS).has(name)) {
        fail(409, 'ALREADY_EXISTS', `Resource already exists in the project (resource=${call.params['subscription']}).`)
      }
      const topic: unknown = call.body?.topic
      if (typeof topic !== 'string' || !/^projects\/[^/]+\/topics\/[^/]+$/.test(topic)) {
        return fail(400, 'INVALID_ARGUMENT', 'The topic of a subscription must be projects/{project}/topics/{topic}.')
      }
      if (!cloud.table(TOPICS).has(topic)) missingTopic(topic)
      cloud.require('pubsub.topics.attachSubscription', topic)
      return cloud.create(
        SUBSCRIPTIONS,
        name,
        withoutAbsent(completeSubscription({...call.body, name}, cloud, () => true)),
      )
    },
  },
  {method: 'GET', host, path, permission: 'pubsub.subscriptions.get', on: nameOf, handle: subscriptionOf},
  {
    method: 'GET',
    host,
    path: '/v1/projects/:project/subscriptions',
    permission: 'pubsub.subscriptions.list',
    handle: (call, cloud) =>
      pageOf(
        call,
        'subscriptions',
        below(cloud.table(SUBSCRIPTIONS), `projects/${call.params['project']}/subscriptions/`),
      ),
  },
  {
    method: 'PATCH',
    host,
    path,
    permission: 'pubsub.subscriptions.update',
    on: nameOf,
    handle: (call, cloud) => {
      const old = subscriptionOf(call, cloud)
      const {updateMask, subscription} = call.body
      if (subscription?.name !== undefined && subscription.name !== nameOf(call)) {
        fail(400, 'INVALID_ARGUMENT', 'The name of the subscription is not the one of the path.')
      }
      const paths = readMutableMask(updateMask, MUTABLE, 'Subscription')
      const fields = paths.map(([field]) => field ?? '')
      return replace(call, cloud, applyMask(old, subscription ?? {}, paths), fields)
    },
  },
  {
    method: 'POST',
    host,
    path: `${path}:modifyPushConfig`,
    permission: 'pubsub.subscriptions.update',
    on: nameOf,
    handle: (call, cloud) => {
      replace(call, cloud, {...subscriptionOf(call, cloud), pushConfig: call.body.pushConfig}, ['pushConfig'])
      return {}
    },
  },
  {
    method: 'DELETE',
    host,
    path,
    permission: 'pubsub.subscriptions.delete',
    on: nameOf,
    handle: (call, cloud) => {
      subscriptionOf(call, cloud)
      cloud.table(SUBSCRIPTIONS).delete(nameOf(call))
      cloud.dropPolicies(nameOf(call))
      return {}
    },
  },
  ...policyRoutes({
    host,
    path,
    read: 'GET',
    permissions: {get: 'pubsub.subscriptions.getIamPolicy', set: 'pubsub.subscriptions.setIamPolicy'},
    check: subscriptionOf,
    product: 'pubsub',
  }),
]
