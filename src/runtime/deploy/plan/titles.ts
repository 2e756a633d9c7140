import type {GrantObject, Spec} from '../specs.ts'

/** What a person calls a resource: `topic stitch-requests`. */
export function titleOf(spec: Spec): string {
  switch (spec.type) {
    case 'service':
      return `API ${spec.service}`
    case 'service-account':
      return `service account ${spec.accountId}`
    case 'database':
      return `database ${spec.database}`
    case 'field':
      return spec.setting === 'ttl'
        ? `time to live of ${spec.collection} by ${spec.field}`
        : `no automatic indexes on ${spec.collection}`
    case 'secret':
      return `secret ${spec.secretId}`
    case 'topic':
      return `topic ${spec.topicId}`
    case 'subscription':
      return `subscription ${spec.subscriptionId}`
    case 'function':
      return `function ${spec.functionId}`
    case 'grant':
      return `roles on ${objectTitle(spec.on)}`
    case 'image-policy':
      return `clean-up of images in ${spec.repository}`
    case 'log-metric':
      return `metric ${spec.metricId}`
    case 'alert-policy':
      return `alert ${spec.displayName}`
    default:
      return spec satisfies never
  }
}

/** `the topic stitch-requests was not`, for the end of a sentence. */
export function wasNot(spec: Spec): string {
  return `the ${titleOf(spec)} ${spec.type === 'grant' ? 'were' : 'was'} not`
}

function objectTitle({type, name}: GrantObject): string {
  if (type === 'project') return `project ${name}`
  return `${type === 'run-service' ? 'function' : type} ${name}`
}

/** Under which heading a resource is shown. Roles stand with what they are on. */
export const GROUPS = ['APIs', 'Accounts', 'Firestore', 'Secrets', 'Queue', 'Functions', 'Images', 'Alerts'] as const
export type Group = (typeof GROUPS)[number]

export function groupOf(spec: Spec): Group {
  switch (spec.type) {
    case 'service':
      return 'APIs'
    case 'service-account':
      return 'Accounts'
    case 'database':
    case 'field':
      return 'Firestore'
    case 'secret':
      return 'Secrets'
    case 'topic':
    case 'subscription':
      return 'Queue'
    case 'function':
      return 'Functions'
    case 'image-policy':
      return 'Images'
    case 'log-metric':
    case 'alert-policy':
      return 'Alerts'
    case 'grant':
      return GRANT_GROUPS[spec.on.type]
    default:
      return spec satisfies never
  }
}

const GRANT_GROUPS: Readonly<Record<GrantObject['type'], Group>> = {
  project: 'Accounts',
  secret: 'Secrets',
  topic: 'Queue',
  subscription: 'Queue',
  'run-service': 'Functions',
}

/** The id of the spec whose resource the roles are on. */
export function idOfObject({type, name}: GrantObject): string {
  return `${type === 'run-service' ? 'function' : type}/${name}`
}
