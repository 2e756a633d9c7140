import type {Api, Target} from '../types.ts'
import {ApiError} from './api-error.ts'

type Policy = {
  readonly bindings?: readonly {
    readonly role: string
    readonly members?: readonly string[]
    readonly condition?: unknown
  }[]
}

/** Any of these lets an account build functions. */
const ENOUGH = new Set(['roles/cloudbuild.builds.builder', 'roles/editor', 'roles/owner'])

/**
 * E-mail of the account that the project's builds run as, where it has no role for that; undefined where it has one.
 * Since 2024 that is the default compute account, which organisations often leave without any role, so that first
 * builds fail. Only unconditional roles count: a conditional one may be ours, and goes on being wanted.
 */
export async function findBuilder(api: Api, target: Target, projectNumber: string): Promise<string | undefined> {
  const email = await defaultAccount(api, target, projectNumber)
  if (email === undefined) return undefined
  const policy = await api.find<Policy>({
    api: 'cloudresourcemanager',
    method: 'POST',
    path: `/v3/projects/${target.project}:getIamPolicy`,
    body: {options: {requestedPolicyVersion: 3}},
    readOnly: true,
  })
  const member = `serviceAccount:${email}`
  const isBuilder = policy?.bindings?.some(
    ({role, members, condition}) => ENOUGH.has(role) && condition === undefined && members?.includes(member),
  )
  return isBuilder ? undefined : email
}

/** undefined where the project has none, so that only a configured account can build. */
async function defaultAccount(api: Api, target: Target, projectNumber: string): Promise<string | undefined> {
  const usual = `${projectNumber}-compute@developer.gserviceaccount.com`
  try {
    const found = await api.find<{readonly serviceAccountEmail?: string}>({
      api: 'cloudbuild',
      method: 'GET',
      path: `/v1/projects/${target.project}/locations/${target.region}/defaultServiceAccount`,
    })
    if (!found) return usual
    // It is given as `projects/P/serviceAccounts/E`.
    return found.serviceAccountEmail?.split('/').at(-1) || undefined
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return usual
    throw error
  }
}
