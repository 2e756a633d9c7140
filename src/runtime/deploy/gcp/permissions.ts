/** What a command does with the project; one command may do several. */
export type Phase = 'plan' | 'apply' | 'rollback' | 'verify' | 'status' | 'logs' | 'destroy'

/**
 * What a command does only where it is wanted. `builder`: finds out who builds, where no account is configured for it.
 * `alerts`: `deploy.alerts` is enabled. `delete-secrets`, `delete-database`: a destroy was asked for these by name.
 */
export type Extra = 'builder' | 'alerts' | 'delete-secrets' | 'delete-database'

export type Permission = {
  readonly permission: string
  /** One plain clause, for the table of the docs. */
  readonly why: string
  readonly phases: readonly Phase[]
  /** Absent: always needed in these phases. */
  readonly only?: Extra
  /** The smallest predefined role that has it. */
  readonly role: string
  /** The role for changing the same things, which has it, too. */
  readonly widerRole: string
}

/** The smallest roles for reading and for changing what is on the left; where a reader's role lacks it, both are one. */
const ROLES = {
  services: {read: 'roles/serviceusage.serviceUsageViewer', write: 'roles/serviceusage.serviceUsageAdmin'},
  policy: {read: 'roles/browser', write: 'roles/resourcemanager.projectIamAdmin'},
  accounts: {read: 'roles/iam.serviceAccountViewer', write: 'roles/iam.serviceAccountAdmin'},
  actAs: {read: 'roles/iam.serviceAccountUser', write: 'roles/iam.serviceAccountUser'},
  database: {read: 'roles/datastore.owner', write: 'roles/datastore.owner'},
  indexes: {read: 'roles/datastore.indexAdmin', write: 'roles/datastore.indexAdmin'},
  secrets: {read: 'roles/secretmanager.viewer', write: 'roles/secretmanager.admin'},
  values: {read: 'roles/secretmanager.secretAccessor', write: 'roles/secretmanager.secretAccessor'},
  pubsub: {read: 'roles/pubsub.viewer', write: 'roles/pubsub.admin'},
  functions: {read: 'roles/cloudfunctions.viewer', write: 'roles/cloudfunctions.admin'},
  callers: {read: 'roles/run.viewer', write: 'roles/cloudfunctions.admin'},
  images: {read: 'roles/artifactregistry.reader', write: 'roles/artifactregistry.admin'},
  metrics: {read: 'roles/logging.viewer', write: 'roles/logging.configWriter'},
  logs: {read: 'roles/logging.viewer', write: 'roles/logging.viewer'},
  alerts: {read: 'roles/monitoring.alertPolicyViewer', write: 'roles/monitoring.alertPolicyEditor'},
  backlog: {read: 'roles/monitoring.viewer', write: 'roles/monitoring.viewer'},
} as const

type Thing = keyof typeof ROLES

const needs = (
  action: 'read' | 'write',
  thing: Thing,
  phases: readonly Phase[],
  permissions: Readonly<Record<string, string>>,
): readonly Permission[] =>
  Object.entries(permissions).map(([permission, why]) => {
    const roles = ROLES[thing]
    return {permission, why, phases, role: roles[action], widerRole: roles.write}
  })

const onlyFor = (only: Extra, permissions: readonly Permission[]): readonly Permission[] =>
  permissions.map((entry) => ({...entry, only}))

/**
 * IAM permissions that the deploying account needs on the project, by what they are for. Names of Firestore's are those
 * it calls `datastore.indexes`, an alias of `datastore.schemas`. Making Pub/Sub's own account takes none, and what is
 * done to a single object may be granted on that object. Sources: the roles and permissions index of Google Cloud's
 * documentation, and each method's reference.
 */
export const PERMISSIONS: readonly Permission[] = [
  ...needs('read', 'services', ['plan', 'destroy'], {'serviceusage.services.get': 'sees which APIs are enabled'}),
  ...needs('write', 'services', ['apply'], {
    'serviceusage.services.enable': 'enables the APIs that the functions use',
    'serviceusage.operations.get': 'waits until an API is enabled',
  }),
  ...needs('read', 'policy', ['plan', 'rollback', 'destroy'], {
    'resourcemanager.projects.get': 'finds the project and its number, and whether somebody pays for it',
  }),
  ...needs('read', 'policy', ['plan', 'destroy'], {
    'resourcemanager.projects.getIamPolicy': 'reads the roles on the project',
  }),
  ...needs('write', 'policy', ['apply', 'destroy'], {
    'resourcemanager.projects.setIamPolicy': 'gives the functions Firestore, narrowed to one database',
  }),
  ...needs('read', 'accounts', ['plan', 'destroy'], {
    'iam.serviceAccounts.get': 'reads the three service accounts',
    'iam.serviceAccounts.list': 'finds accounts that an earlier configuration left',
  }),
  ...needs('write', 'accounts', ['apply'], {
    'iam.serviceAccounts.create': 'makes the three service accounts',
    'iam.serviceAccounts.enable': 'enables one that somebody has disabled',
  }),
  // Here and below: a destroy takes our mark off what was adopted.
  ...needs('write', 'accounts', ['apply', 'destroy'], {
    'iam.serviceAccounts.update': 'keeps their names and descriptions',
  }),
  ...needs('write', 'accounts', ['destroy'], {'iam.serviceAccounts.delete': 'removes the three service accounts'}),
  ...needs('write', 'actAs', ['apply', 'rollback'], {
    'iam.serviceAccounts.actAs': 'lets the functions and the push subscription run as these accounts',
  }),
  ...needs('read', 'indexes', ['plan', 'destroy'], {
    'datastore.databases.getMetadata': "reads the database's mode and location",
    'datastore.indexes.get': "reads the fields' settings",
  }),
  ...needs('write', 'database', ['apply'], {'datastore.databases.create': 'makes the database where there is none'}),
  ...onlyFor(
    'delete-database',
    needs('write', 'database', ['destroy'], {'datastore.databases.delete': 'removes the database with all documents'}),
  ),
  ...needs('write', 'indexes', ['apply', 'destroy'], {
    'datastore.indexes.update': 'sets times to live and exempts fields from indexes',
    'datastore.operations.get': 'waits for the database and its fields',
  }),
  ...needs('read', 'secrets', ['plan', 'destroy'], {
    'secretmanager.secrets.get': 'reads the two secrets, without their values',
    'secretmanager.secrets.list': 'finds secrets that an earlier configuration left',
    'secretmanager.secrets.getIamPolicy': 'reads who may use them',
    'secretmanager.versions.list': 'finds a version that is enabled where the newest is not',
  }),
  ...needs('read', 'secrets', ['plan', 'destroy', 'status'], {
    'secretmanager.versions.get': 'finds the newest version, which is pinned',
  }),
  ...needs('write', 'secrets', ['apply', 'destroy'], {
    'secretmanager.secrets.setIamPolicy': 'lets the functions, and nobody else, use the secrets',
    'secretmanager.secrets.update': 'keeps their labels',
  }),
  ...needs('write', 'secrets', ['apply'], {
    'secretmanager.secrets.create': 'makes the two secrets',
    'secretmanager.versions.add': 'stores the first value of each',
  }),
  ...onlyFor(
    'delete-secrets',
    needs('write', 'secrets', ['destroy'], {'secretmanager.secrets.delete': 'removes the two secrets'}),
  ),
  ...needs('read', 'values', ['verify'], {
    'secretmanager.versions.access': 'signs test requests as the container does',
  }),
  ...needs('read', 'pubsub', ['plan', 'destroy'], {
    'pubsub.topics.get': 'reads the two topics',
    'pubsub.topics.list': 'finds topics that an earlier configuration left',
    'pubsub.subscriptions.list': 'finds subscriptions that an earlier configuration left',
  }),
  ...needs('read', 'pubsub', ['plan', 'destroy', 'status'], {
    'pubsub.subscriptions.get': 'reads the two subscriptions',
  }),
  // The viewer's role has all but these.
  ...needs('write', 'pubsub', ['plan', 'destroy'], {
    'pubsub.topics.getIamPolicy': 'reads who may publish',
    'pubsub.subscriptions.getIamPolicy': 'reads who may consume',
  }),
  ...needs('write', 'pubsub', ['apply'], {
    'pubsub.topics.create': 'makes the two topics',
    'pubsub.topics.attachSubscription': 'attaches the subscriptions to them',
    'pubsub.subscriptions.create': 'makes the two subscriptions',
  }),
  ...needs('write', 'pubsub', ['apply', 'destroy'], {
    'pubsub.topics.update': 'keeps their labels',
    'pubsub.subscriptions.update': 'keeps their settings',
    'pubsub.topics.setIamPolicy': 'lets lookup publish, and Pub/Sub move dead letters',
    'pubsub.subscriptions.setIamPolicy': 'lets Pub/Sub take dead letters off',
  }),
  ...needs('write', 'pubsub', ['destroy'], {
    'pubsub.topics.delete': 'removes the two topics',
    'pubsub.subscriptions.delete': 'removes the two subscriptions',
  }),
  ...needs('read', 'functions', ['plan', 'destroy'], {
    'cloudfunctions.functions.list': 'finds functions that an earlier configuration left',
  }),
  ...needs('read', 'functions', ['plan', 'rollback', 'destroy', 'verify', 'status'], {
    'cloudfunctions.functions.get': 'reads the two functions',
  }),
  ...needs('read', 'callers', ['plan', 'destroy'], {'run.services.get': 'reads the services they run as'}),
  ...needs('read', 'callers', ['plan', 'destroy', 'status'], {'run.services.getIamPolicy': 'reads who may call them'}),
  ...onlyFor(
    'builder',
    needs('read', 'functions', ['plan'], {'cloudbuild.builds.get': 'finds the account that builds run as'}),
  ),
  ...needs('write', 'functions', ['apply'], {'cloudfunctions.functions.create': 'makes the two functions'}),
  ...needs('write', 'functions', ['apply', 'rollback'], {
    'cloudfunctions.functions.generateUploadUrl': 'uploads the bundle',
  }),
  ...needs('write', 'functions', ['apply', 'rollback', 'destroy'], {
    'cloudfunctions.functions.update': 'deploys a new bundle or new settings',
    'cloudfunctions.operations.get': 'waits for builds and removals',
  }),
  ...needs('write', 'functions', ['apply', 'destroy'], {'run.services.setIamPolicy': 'lets the right callers in'}),
  ...needs('write', 'functions', ['destroy'], {'cloudfunctions.functions.delete': 'removes the two functions'}),
  ...needs('read', 'images', ['plan', 'destroy'], {
    'artifactregistry.repositories.get': 'reads the clean-up policies of the images',
  }),
  ...needs('write', 'images', ['apply', 'destroy'], {
    'artifactregistry.repositories.update': 'keeps enough old images to go back, and no more',
  }),
  ...needs('read', 'metrics', ['plan', 'destroy'], {
    'logging.logMetrics.get': 'reads the metric that counts errors',
    'logging.logMetrics.list': 'finds metrics that an earlier configuration left',
  }),
  ...needs('read', 'alerts', ['plan', 'destroy'], {
    'monitoring.alertPolicies.list': 'finds the alert on dead letters',
  }),
  ...needs('read', 'logs', ['verify', 'logs'], {'logging.logEntries.list': "reads the functions' log"}),
  ...needs('read', 'backlog', ['status'], {'monitoring.timeSeries.list': 'counts what waits in the subscriptions'}),
  ...onlyFor('alerts', [
    ...needs('write', 'metrics', ['apply', 'destroy'], {
      'logging.logMetrics.create': 'makes the metric that counts errors',
      'logging.logMetrics.update': 'keeps its filter',
    }),
    ...needs('write', 'metrics', ['destroy'], {'logging.logMetrics.delete': 'removes it'}),
    ...needs('write', 'alerts', ['apply'], {
      'monitoring.alertPolicies.create': 'makes the alert on dead letters',
      'monitoring.alertPolicies.update': 'keeps its settings',
    }),
    ...needs('write', 'alerts', ['destroy'], {'monitoring.alertPolicies.delete': 'removes it'}),
  ]),
]

/** Every permission that a command with these phases needs, each once. */
export function permissionsFor(phases: readonly Phase[], extras: readonly Extra[]): readonly Permission[] {
  return PERMISSIONS.filter(
    (entry) =>
      entry.phases.some((phase) => phases.includes(phase)) && (entry.only === undefined || extras.includes(entry.only)),
  )
}

/** Needed by a person whose calls count on the project of the deployment. */
const QUOTA: Permission = {
  permission: 'serviceusage.services.use',
  why: 'lets calls count on the project',
  phases: ['plan'],
  role: 'roles/serviceusage.serviceUsageConsumer',
  widerRole: 'roles/serviceusage.serviceUsageAdmin',
}

/** The smallest predefined role with a permission, as far as we ever need it. */
export function roleFor(permission: string): string | undefined {
  return [...PERMISSIONS, QUOTA].find((entry) => entry.permission === permission)?.role
}

/** The fewest roles that have all of these permissions: who may change a thing may read it. */
export function rolesFor(permissions: readonly Permission[]): readonly string[] {
  const roles = new Set(permissions.map(({role}) => role))
  return [...new Set(permissions.map(({role, widerRole}) => (roles.has(widerRole) ? widerRole : role)))]
}
