import {expect, test} from 'vitest'
import {ALERT_PERMISSIONS, PERMISSIONS, roleFor, rolesFor, type Phase} from '#runtime/deploy/gcp/permissions.ts'
import {permissionsFor} from '#runtime/deploy/gcp/preflight.ts'

const everything = [...PERMISSIONS, ...ALERT_PERMISSIONS]

test('every permission is listed once, with a reason and a role', () => {
  const names = everything.map(({permission}) => permission)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  for (const {permission, why, phases, role} of everything) {
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
    cloudbuild.builds.get
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
    resourcemanager.projects.get
    resourcemanager.projects.getIamPolicy
    resourcemanager.projects.setIamPolicy
    run.services.setIamPolicy
    secretmanager.secrets.create
    secretmanager.secrets.setIamPolicy
    secretmanager.secrets.update
    secretmanager.versions.add
    serviceusage.operations.get
    serviceusage.services.enable
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
    cloudfunctions.operations.get
    datastore.databases.getMetadata
    datastore.indexes.get
    datastore.indexes.update
    datastore.operations.get
    iam.serviceAccounts.delete
    iam.serviceAccounts.get
    iam.serviceAccounts.list
    logging.logMetrics.get
    logging.logMetrics.list
    monitoring.alertPolicies.list
    pubsub.subscriptions.delete
    pubsub.subscriptions.get
    pubsub.subscriptions.getIamPolicy
    pubsub.subscriptions.list
    pubsub.subscriptions.setIamPolicy
    pubsub.topics.delete
    pubsub.topics.get
    pubsub.topics.getIamPolicy
    pubsub.topics.list
    pubsub.topics.setIamPolicy
    resourcemanager.projects.get
    resourcemanager.projects.getIamPolicy
    resourcemanager.projects.setIamPolicy
    run.services.get
    run.services.getIamPolicy
    run.services.setIamPolicy
    secretmanager.secrets.delete
    secretmanager.secrets.get
    secretmanager.secrets.getIamPolicy
    secretmanager.secrets.list
    secretmanager.secrets.setIamPolicy
    secretmanager.versions.list
  `,
}

test.each(Object.entries(EXPECTED) as [Phase, string][])('%s needs these permissions and no others', (phase, names) => {
  const permissions = permissionsFor([phase], false).map(({permission}) => permission)
  expect(permissions.toSorted()).toEqual(names.trim().split(/\s+/))
})

test('planning needs nothing that could change the project', () => {
  const changing = permissionsFor(['plan', 'status', 'logs'], true).filter(({permission}) =>
    /\.(create|update|delete|set\w+|add|enable|disable|actAs|attach\w+|generate\w+|access)$/.test(permission),
  )
  expect(changing).toEqual([])
})

test('alerts need more only where they are enabled', () => {
  const more =
    permissionsFor(['plan', 'apply', 'destroy'], true).length -
    permissionsFor(['plan', 'apply', 'destroy'], false).length
  expect(more).toBe(ALERT_PERMISSIONS.length)
})

test('who may change a thing needs no second role for reading it', () => {
  const of = (...names: string[]) => rolesFor(everything.filter(({permission}) => names.includes(permission)))
  expect(of('pubsub.topics.get')).toEqual(['roles/pubsub.viewer'])
  expect(of('pubsub.topics.get', 'pubsub.topics.create')).toEqual(['roles/pubsub.admin'])
  expect(of('logging.logMetrics.get', 'logging.logMetrics.create', 'logging.logEntries.list')).toEqual([
    'roles/logging.configWriter',
    'roles/logging.viewer',
  ])
})
