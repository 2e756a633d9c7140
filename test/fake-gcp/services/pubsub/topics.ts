import {fail, type Cloud, type FakeCall, type Json, type Route} from '../../service.ts'
import {policyRoutes} from '../../policies.ts'
import {applyMask, readMask} from '../field-mask.ts'
import {checkLabels} from '../labels.ts'
import {below, pageOf} from '../pages.ts'

const host = 'pubsub.googleapis.com'
const path = '/v1/projects/:project/topics/:topic'
export const TOPICS = 'pubsub.topics'
/** Where a subscription's topic was deleted. */
const DELETED = '_deleted-topic_'

const MUTABLE = new Set([
  'labels',
  'messageStoragePolicy',
  'kmsKeyName',
  'schemaSettings',
  'messageRetentionDuration',
  'ingestionDataSourceSettings',
  'messageTransforms',
])

/** 404 as Pub/Sub says it, with the last part of the name. */
export function missingTopic(name: string): never {
  return fail(404, 'NOT_FOUND', `Resource not found (resource=${name.split('/').at(-1)}).`)
}

/** Throws 400 unless it is a name that Pub/Sub takes. */
export function checkName(id: string): void {
  if (!/^[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$/.test(id) || id.toLowerCase().startsWith('goog')) {
    fail(400, 'INVALID_ARGUMENT', `Invalid resource name given (name=${id}).`)
  }
}

/** The topic of the path, or 404. */
function topicOf(call: FakeCall, cloud: Cloud): Json {
  return cloud.table(TOPICS).get(nameOf(call)) ?? missingTopic(nameOf(call))
}

function nameOf({params}: FakeCall): string {
  return `projects/${params['project']}/topics/${params['topic']}`
}

export const topicRoutes: readonly Route[] = [
  {
    method: 'PUT',
    host,
    path,
    permission: 'pubsub.topics.create',
    handle: (call, cloud) => {
      const name = nameOf(call)
      checkName(call.params['topic'] ?? '')
      const {state: _, ...wanted} = call.body ?? {}
      checkLabels(wanted.labels)
      if (cloud.table(TOPICS).has(name)) {
        fail(409, 'ALREADY_EXISTS', `Resource already exists in the project (resource=${call.params['topic']}).`)
      }
      return cloud.create(TOPICS, name, {...wanted, name})
    },
  },
  {method: 'GET', host, path, permission: 'pubsub.topics.get', on: nameOf, handle: topicOf},
  {
    method: 'GET',
    host,
    path: '/v1/projects/:project/topics',
    permission: 'pubsub.topics.list',
    handle: (call, cloud) =>
      pageOf(call, 'topics', below(cloud.table(TOPICS), `projects/${call.params['project']}/topics/`)),
  },
  {
    method: 'PATCH',
    host,
    path,
    permission: 'pubsub.topics.update',
    on: nameOf,
    handle: (call, cloud) => {
      const paths = readMutableMask(call.body.updateMask, MUTABLE, 'Topic')
      const topic = applyMask(topicOf(call, cloud), call.body.topic, paths)
      checkLabels(topic['labels'])
      cloud.table(TOPICS).set(nameOf(call), topic)
      return topic
    },
  },
  {
    method: 'DELETE',
    host,
    path,
    permission: 'pubsub.topics.delete',
    on: nameOf,
    handle: (call, cloud) => {
      topicOf(call, cloud)
      const name = nameOf(call)
      cloud.table(TOPICS).delete(name)
      cloud.dropPolicies(name)
      const subscriptions = cloud.table('pubsub.subscriptions')
      for (const [key, value] of subscriptions) {
        if (value.topic === name) subscriptions.set(key, {...value, topic: DELETED})
      }
      return {}
    },
  },
  {
    method: 'GET',
    host,
    path: `${path}/subscriptions`,
    permission: 'pubsub.topics.get',
    on: nameOf,
    handle: (call, cloud) => {
      topicOf(call, cloud)
      const attached = [...cloud.table('pubsub.subscriptions').values()].filter(({topic}) => topic === nameOf(call))
      return pageOf(
        call,
        'subscriptions',
        attached.map(({name}) => name),
      )
    },
  },
  ...policyRoutes({
    host,
    path,
    read: 'GET',
    permissions: {get: 'pubsub.topics.getIamPolicy', set: 'pubsub.topics.setIamPolicy'},
    check: topicOf,
    product: 'pubsub',
  }),
]

/** The paths of a mask that must be there and name only what can be changed. */
export function readMutableMask(
  mask: string | undefined,
  mutable: ReadonlySet<string>,
  type: 'Topic' | 'Subscription',
): readonly (readonly string[])[] {
  const paths = readMask(mask)
  if (paths.length === 0) {
    fail(
      400,
      'INVALID_ARGUMENT',
      `The update_mask in the Update${type}Request must be set, and must contain a non-empty paths list.`,
    )
  }
  const fixed = paths.find(([first]) => !mutable.has(first ?? ''))
  if (fixed) {
    fail(
      400,
      'INVALID_ARGUMENT',
      `Invalid update_mask provided in the Update${type}Request: the '${fixed.join('.')}' field in the ${type} is not mutable.`,
    )
  }
  return paths
}
