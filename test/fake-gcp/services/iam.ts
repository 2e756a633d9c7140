import {policyRoutes} from '../policies.ts'
import {fail, type Cloud, type FakeCall, type Json, type Route} from '../service.ts'
import {applyMask, readMask} from './field-mask.ts'
import {pageOf} from './pages.ts'

const host = 'iam.googleapis.com'
const TABLE = 'iam.serviceAccounts'
const one = '/v1/projects/:project/serviceAccounts/:account'
const on = (call: FakeCall): string => nameOf(call)

/** Service accounts and who may act as them. `projects/-/…` finds an account of any project. */
export const routes: readonly Route[] = [
  {
    method: 'POST',
    host,
    path: '/v1/projects/:project/serviceAccounts',
    permission: 'iam.serviceAccounts.create',
    handle: create,
  },
  {
    method: 'GET',
    host,
    path: '/v1/projects/:project/serviceAccounts',
    permission: 'iam.serviceAccounts.list',
    handle: (call, cloud) => {
      const all = [...cloud.table(TABLE)].filter(([name]) => name.startsWith(`projects/${call.params['project']}/`))
      return pageOf(
        call,
        'accounts',
        all.map(([, account]) => account),
      )
    },
  },
  {
    method: 'GET',
    host,
    path: one,
    permission: 'iam.serviceAccounts.get',
    on,
    handle: (call, cloud) => find(call, cloud),
  },
  {
    method: 'PATCH',
    host,
    path: one,
    permission: 'iam.serviceAccounts.update',
    on,
    handle: (call, cloud) => {
      const account = find(call, cloud)
      const paths = readMask(call.body?.updateMask)
      const wrong = paths.find(([field]) => !['displayName', 'description'].includes(field ?? ''))
      if (wrong || paths.length === 0)
        fail(400, 'INVALID_ARGUMENT', 'Only display_name and description can be updated.')
      const changed = {...applyMask(account, call.body?.serviceAccount ?? {}, paths), etag: cloud.etag()}
      cloud.table(TABLE).set(account.name, changed)
      return changed
    },
  },
  {
    method: 'DELETE',
    host,
    path: one,
    permission: 'iam.serviceAccounts.delete',
    on,
    handle: (call, cloud) => {
      const {name, email, uniqueId} = find(call, cloud)
      cloud.table(TABLE).delete(name)
      cloud.dropPolicies(name)
      orphanMembers(cloud, email, uniqueId)
      return {}
    },
  },
  ...(['enable', 'disable'] as const).map((verb): Route => ({
    method: 'POST',
    host,
    path: `${one}:${verb}`,
    permission: `iam.serviceAccounts.${verb}`,
    on,
    handle: (call, cloud) => {
      const {disabled: _disabled, ...account} = find(call, cloud)
      cloud.table(TABLE).set(account.name, {...account, ...(verb === 'disable' ? {disabled: true} : {})})
      return {}
    },
  })),
  ...policyRoutes({
    host,
    path: one,
    read: 'POST',
    permissions: {get: 'iam.serviceAccounts.getIamPolicy', set: 'iam.serviceAccounts.setIamPolicy'},
    check: (call, cloud) => void find(call, cloud),
    resource: (call) => nameOf(call),
    product: 'iam',
  }),
]

function nameOf({params}: FakeCall): string {
  return `projects/${params['project']}/serviceAccounts/${params['account']}`
}

function find(call: FakeCall, cloud: Cloud): Json {
  const account = call.params['account'] ?? ''
  const projectId = call.params['project'] === '-' ? cloud.project.id : call.params['project']
  const byName = cloud.table(TABLE).get(`projects/${projectId}/serviceAccounts/${account}`)
  const found = byName ?? [...cloud.table(TABLE).values()].find(({uniqueId}) => uniqueId === account)
  return found ?? fail(404, 'NOT_FOUND', 'Unknown service account')
}

function create(call: FakeCall, cloud: Cloud): Json {
  const {accountId, serviceAccount = {}} = call.body ?? {}
  if (!/^[a-z][-a-z0-9]{4,28}[a-z0-9]$/.test(accountId ?? '')) {
    fail(
      400,
      'INVALID_ARGUMENT',
      `Account ID ${accountId} is not valid: 6 to 30 lower-case letters, digits or hyphens.`,
    )
  }
  if ((serviceAccount.description ?? '').length > 256) fail(400, 'INVALID_ARGUMENT', 'The description is too long.')
  const projectId = call.params['project'] ?? ''
  const email = `${accountId}@${projectId}.iam.gserviceaccount.com`
  const name = `projects/${projectId}/serviceAccounts/${email}`
  if (cloud.table(TABLE).has(name)) {
    fail(409, 'ALREADY_EXISTS', `Service account ${accountId} already exists within project projects/${projectId}.`)
  }
  const {displayName, description} = serviceAccount
  const uniqueId = cloud.id()
  cloud.propagate(`account:${email}`)
  return cloud.create(TABLE, name, {
    name,
    projectId,
    uniqueId,
    email,
    ...(displayName ? {displayName} : {}),
    ...(description ? {description} : {}),
    etag: cloud.etag(),
    oauth2ClientId: uniqueId,
  })
}

/** Bindings outlive their account, under a name that no new account of the same e-mail address answers to. */
function orphanMembers(cloud: Cloud, email: string, uniqueId: string): void {
  for (const {bindings} of cloud.policies.values()) {
    for (const binding of bindings) {
      binding.members = binding.members.map((member) =>
        member === `serviceAccount:${email}` ? `deleted:serviceAccount:${email}?uid=${uniqueId}` : member,
      )
    }
  }
}
