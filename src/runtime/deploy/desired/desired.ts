import {ownershipLabels, ownershipText} from '../names.ts'
import type {Binding, GrantSpec, ServiceAccountSpec, Spec} from '../specs.ts'
import {functionSpec} from './function-specs.ts'
import type {DesiredInput} from './input.ts'
import {alertSpecs, imagePolicySpec} from './keeping.ts'
import {queueSpecs} from './queue.ts'
import {nameParts, type Parts} from './parts.ts'

/** APIs that are called, by us or by the functions, with the reason. */
const SERVICES: Readonly<Record<string, string>> = {
  'cloudresourcemanager.googleapis.com': 'roles on the project are read and set',
  'iam.googleapis.com': 'the functions run as service accounts of their own',
  'firestore.googleapis.com': 'documents are read and requests kept',
  'pubsub.googleapis.com': 'asynchronous requests wait in a topic',
  'secretmanager.googleapis.com': 'signing keys and the pepper are kept as secrets',
  'cloudfunctions.googleapis.com': 'the two functions are deployed',
  'run.googleapis.com': 'functions run as Cloud Run services',
  'cloudbuild.googleapis.com': 'functions are built',
  'artifactregistry.googleapis.com': 'built images are kept',
  'logging.googleapis.com': 'the functions write their hops to the log',
}

/** What firebase-tools enables by itself for functions of this kind. */
const FIREBASE_SERVICES: Readonly<Record<string, string>> = {
  'eventarc.googleapis.com': 'firebase-tools wants it enabled',
  'storage.googleapis.com': 'firebase-tools wants it enabled',
}

/**
 * Every resource of a stage, in the order in which they are made; pure. What a resource needs of an earlier one (a
 * function's URL, a secret's version) it names, and finds in the outputs when its turn comes.
 */
export function describeDesired(input: DesiredInput): readonly Spec[] {
  const {settings, target} = input
  const parts = nameParts(input.config, input)
  const alerts = alertSpecs(settings, target, parts)
  return [
    ...Object.entries({
      ...SERVICES,
      ...(input.via === 'firebase' ? FIREBASE_SERVICES : {}),
      ...(alerts.length > 0 ? {'monitoring.googleapis.com': 'an alert tells of dead letters'} : {}),
    }).map(([service, why]): Spec => ({type: 'service', id: `service/${service}`, service, why})),
    ...accountSpecs(input, parts),
    ...storeSpecs(input, parts),
    ...secretSpecs(input, parts),
    projectGrant(input, parts),
    ...queueSpecs(input, parts).topics,
    functionSpec('lookup', input, parts),
    functionSpec('worker', input, parts),
    ...invokerSpecs(input, parts),
    ...queueSpecs(input, parts).subscriptions,
    imagePolicySpec(settings, target, parts),
    ...alerts,
  ]
}

/** Always true; its title tells a stage's binding from all others for the same account. */
function builderMark(stage: string | undefined): NonNullable<Binding['condition']> {
  const expression = 'request.time > timestamp("2020-01-01T00:00:00Z")'
  return {title: `stitch builder ${stage ?? 'default'}`, expression}
}

function accountSpecs({target}: DesiredInput, parts: Parts): ServiceAccountSpec[] {
  const entries = [
    [parts.accounts.lookup, 'Stitch lookup', 'lookup runs as an account that may only read and publish'],
    [parts.accounts.worker, 'Stitch worker', 'worker runs as an account that may read and keep requests'],
    [parts.accounts.push, 'Stitch push', 'Pub/Sub calls worker as an account that may do nothing else'],
  ] as const
  return entries.map(([accountId, displayName, why]) => ({
    type: 'service-account',
    id: `service-account/${accountId}`,
    accountId,
    email: parts.emailOf(accountId),
    displayName,
    description: ownershipText(target.stage),
    why,
  }))
}

function storeSpecs({config, settings, target}: DesiredInput, {database}: Parts): Spec[] {
  const field = (collection: string, name: string, setting: 'ttl' | 'unindexed', why: string): Spec => ({
    type: 'field',
    id: `field/${database}/${collection}/${name}`,
    database,
    collection,
    field: name,
    setting,
    why,
  })
  const {identities, requests} = config
  return [
    {
      type: 'database',
      id: `database/${database}`,
      database,
      location: settings.firestore.location ?? target.region,
      why: 'visitors, identities and requests are kept there',
    },
    field(requests.collection, 'expireAt', 'ttl', 'answers of asynchronous requests go when their time has passed'),
    field(identities.collection, 'expireAt', 'ttl', 'identities go when their time has passed'),
    field(
      requests.collection,
      '*',
      'unindexed',
      'requests are read by id only, and indexes would cost with every write',
    ),
    field(
      identities.collection,
      '*',
      'unindexed',
      'identities are read by id only, and indexes would cost with every write',
    ),
  ]
}

function secretSpecs({target}: DesiredInput, {secrets, accounts, emailOf}: Parts): Spec[] {
  const labels = ownershipLabels(target.stage)
  const readers = [accounts.lookup, accounts.worker].map((account) => ({
    role: 'roles/secretmanager.secretAccessor',
    member: `serviceAccount:${emailOf(account)}`,
  }))
  return [
    {
      content: 'hmac-keys' as const,
      secretId: secrets.hmacKeys,
      why: 'the container and the functions sign with these keys',
    },
    {content: 'pepper' as const, secretId: secrets.pepper, why: 'ids of identity documents are made with it'},
  ].flatMap(({content, secretId, why}): Spec[] => [
    {type: 'secret', id: `secret/${secretId}`, secretId, labels, content, why},
    {
      type: 'grant',
      id: `grant/secret/${secretId}`,
      on: {type: 'secret', name: secretId},
      bindings: readers,
      exact: false,
      why: 'both functions read this secret and no other',
    },
  ])
}

/** What the API grants on the project only; narrowed to one database by a condition. */
function projectGrant({target, settings, builder}: DesiredInput, {database, accounts, emailOf}: Parts): GrantSpec {
  const condition = {
    title: `stitch ${database}`,
    expression: `resource.name == "projects/${target.project}/databases/${database}"`,
  }
  const member = (account: string) => `serviceAccount:${emailOf(account)}`
  const builds = settings.buildServiceAccount ?? builder
  return {
    type: 'grant',
    id: 'grant/project',
    on: {type: 'project', name: target.project},
    bindings: [
      {role: 'roles/datastore.viewer', member: member(accounts.lookup), condition},
      {role: 'roles/datastore.user', member: member(accounts.worker), condition},
      ...settings.roles.lookup.map((role) => ({role, member: member(accounts.lookup)})),
      ...settings.roles.worker.map((role) => ({role, member: member(accounts.worker)})),
      ...(builds === undefined
        ? []
        : [
            {
              role: 'roles/cloudbuild.builds.builder',
              member: `serviceAccount:${builds}`,
              condition: builderMark(target.stage),
            },
          ]),
    ],
    exact: false,
    marks: [builderMark(target.stage).title],
    why: 'Firestore grants roles on the project only; a condition narrows them to the one database',
  }
}

function invokerSpecs({settings}: DesiredInput, {functions, accounts, emailOf}: Parts): GrantSpec[] {
  const role = 'roles/run.invoker'
  const callers = settings.access === 'hmac' ? ['allUsers'] : settings.invokers
  return [
    {
      type: 'grant',
      id: `grant/run-service/${functions.lookup}`,
      on: {type: 'run-service', name: functions.lookup},
      bindings: callers.map((member) => ({role, member})),
      exact: true,
      why:
        settings.access === 'hmac'
          ? 'the server container has no identity to show; it signs every call instead'
          : 'only the configured members may call lookup',
    },
    {
      type: 'grant',
      id: `grant/run-service/${functions.worker}`,
      on: {type: 'run-service', name: functions.worker},
      bindings: [{role, member: `serviceAccount:${emailOf(accounts.push)}`}],
      exact: true,
      why: 'worker can be called by the push account and by nobody else',
    },
  ]
}
