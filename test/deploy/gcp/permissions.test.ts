import {expect, test} from 'vitest'
import {
  PERMISSIONS,
  permissionsFor,
  roleFor,
  rolesFor,
  type Extra,
  type Phase,
} from '#runtime/deploy/gcp/permissions.ts'

test('every permission is listed once, with a reason and a role', () => {
  const names = PERMISSIONS.map(({permission}) => permission)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  for (const {permission, why, phases, role} of PERMISSIONS) {
    expect(permission).toMatch(/^[a-z]+\.[a-zA-Z]+\.[a-zA-Z]+$/)
    expect(why).toMatch(/^[a-z].*[^.]$/)
    expect(phases.length).toBeGreaterThan(0)
    expect(role).toMatch(/^roles\/(?!owner|editor|viewer)/)
    expect(roleFor(permission)).toBe(role)
  }
})

/** Whoever adds a permission must say here that the deployer needs it. */
const EXPECTED: Readonly<Record<Phase, string>> = {
  plan: `
    artifactregistry.repositories.get
    cloudfunctions.functions.get
    cloudfunctions.functions.list
    datastore.databases.getMetadata
    datastore.indexes.get
    iam.serviceAccounts.get
    iam.serviceAccounts.list
    logging.logMetrics.get
    logging.logMetrics.list
    monitoring.alertPolicies.list
    pubsub.subscriptions.get
    pubsub.subscriptions.getIamPolicy
    pubsub.subscriptions.list
    pubsub.topics.get
    pubsub.topics.getIamPolicy
    pubsub.topics.list
    resourcemanager.projects.get
    resourcemanager.projects.getIamPolicy
    run.services.get
    run.services.getIamPolicy
    secretmanager.secrets.get
    secretmanager.secrets.getIamPolicy
    secretmanager.secrets.list
    secretmanager.versions.get
    secretmanager.versions.list
    serviceusage.services.get
  `,
  apply: `
    artifactregistry.repositories.update
    cloudfunctions.functions.create
    cloudfunctions.functions.generateUploadUrl
    cloudfunctions.functions.update
    cloudfunctions.operations.get
    datastore.databases.create
    datastore.indexes.update
    datastore.operations.get
    iam.serviceAccounts.actAs
    iam.serviceAccounts.create
    iam.serviceAccounts.enable
    iam.serviceAccounts.update
    pubsub.subscriptions.create
    pubsub.subscriptions.setIamPolicy
    pubsub.subscriptions.update
    pubsub.topics.attachSubscription
    pubsub.topics.create
    pubsub.topics.setIamPolicy
    pubsub.topics.update
    resourcemanager.projects.setIamPolicy
    run.services.setIamPolicy
    secretmanager.secrets.create
    secretmanager.secrets.setIamPolicy
    secretmanager.secrets.update
    secretmanager.versions.add
    serviceusage.operations.get
    serviceusage.services.enable
  `,
  rollback: `
    cloudfunctions.functions.generateUploadUrl
    cloudfunctions.functions.get
    cloudfunctions.functions.update
    cloudfunctions.operations.get
    iam.serviceAccounts.actAs
    resourcemanager.projects.get
  `,
  verify: `
    cloudfunctions.functions.get
    logging.logEntries.list
    secretmanager.versions.access
  `,
  status: `
    cloudfunctions.functions.get
    monitoring.timeSeries.list
    pubsub.subscriptions.get
    run.services.getIamPolicy
    secretmanager.versions.get
  `,
  logs: `
    logging.logEntries.list
  `,
  destroy: `
    artifactregistry.repositories.get
    artifactregistry.repositories.update
    cloudfunctions.functions.delete
    cloudfunctions.functions.get
    cloudfunctions.functions.list
    cloudfunctions.functions.update
    cloudfunctions.operations.get
    datastore.databases.getMetadata
    datastore.indexes.get
    datastore.indexes.update
    datastore.operations.get
    iam.serviceAccounts.delete
    iam.serviceAccounts.get
    iam.serviceAccounts.list
    iam.serviceAccounts.update
    logging.logMetrics.get
    logging.logMetrics.list
    monitoring.alertPolicies.list
    pubsub.subscriptions.delete
    pubsub.subscriptions.get
    pubsub.subscriptions.getIamPolicy
    pubsub.subscriptions.list
    pubsub.subscriptions.setIamPolicy
    pubsub.subscriptions.update
    pubsub.topics.delete
    pubsub.topics.get
    pubsub.topics.getIamPolicy
    pubsub.topics.list
    pubsub.topics.setIamPolicy
    pubsub.topics.update
    resourcemanager.projects.get
    resourcemanager.projects.getIamPolicy
    resourcemanager.projects.setIamPolicy
    run.services.get
    run.services.getIamPolicy
    run.services.setIamPolicy
    secretmanager.secrets.get
    secretmanager.secrets.getIamPolicy
    secretmanager.secrets.list
    secretmanager.secrets.setIamPolicy
    secretmanager.secrets.update
    secretmanager.versions.get
    secretmanager.versions.list
    serviceusage.services.get
  `,
}

test.each(Object.entries(EXPECTED) as [Phase, string][])('%s needs these permissions and no others', (phase, names) => {
  const permissions = permissionsFor([phase], []).map(({permission}) => permission)
  expect(permissions.toSorted()).toEqual(names.trim().split(/\s+/))
})

/** More, where it is wanted. */
const EXPECTED_BESIDES: Readonly<Record<Extra, readonly string[]>> = {
  builder: ['plan cloudbuild.builds.get'],
  alerts: [
    'apply destroy logging.logMetrics.create',
    'apply destroy logging.logMetrics.update',
    'apply monitoring.alertPolicies.create',
    'apply monitoring.alertPolicies.update',
    'destroy logging.logMetrics.delete',
    'destroy monitoring.alertPolicies.delete',
  ],
  'delete-secrets': ['destroy secretmanager.secrets.delete'],
  'delete-database': ['destroy datastore.databases.delete'],
}

test.each(Object.entries(EXPECTED_BESIDES))('%s needs these besides and no others', (extra, expected) => {
  const more = PERMISSIONS.filter(({only}) => only === extra)
  expect(more.map(({phases, permission}) => `${phases.join(' ')} ${permission}`).toSorted()).toEqual(expected)
  const phases = more.flatMap((entry) => entry.phases)
  const usual = permissionsFor(phases, [])
  expect(permissionsFor(phases, [extra as Extra]).filter((entry) => !usual.includes(entry))).toEqual(more)
})

test('planning needs nothing that could change the project', () => {
  const everything = ['builder', 'alerts', 'delete-secrets', 'delete-database'] as const
  const changing = permissionsFor(['plan', 'status', 'logs'], everything).filter(({permission}) =>
    /\.(create|update|delete|set\w+|add|enable|disable|actAs|attach\w+|generate\w+|access)$/.test(permission),
  )
  expect(changing).toEqual([])
})

test('who may change a thing needs no second role for reading it', () => {
  const of = (...names: string[]) => rolesFor(PERMISSIONS.filter(({permission}) => names.includes(permission)))
  expect(of('pubsub.topics.get')).toEqual(['roles/pubsub.viewer'])
  expect(of('pubsub.topics.get', 'pubsub.topics.create')).toEqual(['roles/pubsub.admin'])
  expect(of('logging.logMetrics.get', 'logging.logMetrics.create', 'logging.logEntries.list')).toEqual([
    'roles/logging.configWriter',
    'roles/logging.viewer',
  ])
})
