import {StitchError} from '#runtime/kernel/errors.ts'
import type {Api, ApiRequest, Target} from '../types.ts'
import {ApiError} from './api-error.ts'
import {findBuilder} from './builder.ts'
import {billingOff, projectNotFound} from './explain.ts'
import {ACT_AS, grantCommand} from './explain-permission.ts'
import {whois, type Meaning} from './meaning.ts'
import {permissionsFor, rolesFor, type Extra, type Permission, type Phase} from './permissions.ts'

/** More of them do not make a sentence. */
const FEW = 6

/** Whose project is looked at, and what is not done where something is missing. */
export type Looking = {
  readonly target: Target
  /** E-mail, or `unknown`. */
  readonly account: string
  /** `nothing was planned or changed`. */
  readonly doing: string
}

/** What a command needs of the project. */
export type Needs = {
  readonly phases: readonly Phase[]
  readonly extras: readonly Extra[]
  /** E-mails of accounts on which `iam.serviceAccounts.actAs` may be granted instead of on the project. */
  readonly actAs?: readonly string[]
}

/**
 * Finds the project and throws a StitchError for what would stop the command later; what the account may not do is told
 * before anything that it may not do is tried. Only reads, and asks for the builder and for billing only where something
 * is built.
 */
export async function preflight(
  api: Api,
  looking: Looking,
  needs: Needs,
): Promise<{readonly projectNumber: string; readonly builder: string | undefined}> {
  const projectNumber = await findProject(api, looking)
  await checkPermissions(api, looking, needs)
  const builds = needs.phases.includes('apply') || needs.phases.includes('rollback')
  const [builder] = await Promise.all([
    needs.extras.includes('builder') ? findBuilder(api, looking.target, projectNumber) : undefined,
    builds ? checkBilling(api, looking) : undefined,
  ])
  return {projectNumber, builder}
}

/**
 * The project's number, as digits. Throws STITCH_PROJECT_NOT_FOUND, also for one that is being deleted. Service Usage is
 * asked where Resource Manager is not enabled, as in new projects.
 */
async function findProject(api: Api, looking: Looking): Promise<string> {
  const {project} = looking.target
  try {
    const request: ApiRequest = {api: 'cloudresourcemanager', method: 'GET', path: `/v3/projects/${project}`}
    const {name = '', state} = await api.call<{readonly name?: string; readonly state?: string}>(request)
    const number = numberIn(name)
    if (number !== undefined && state !== 'DELETE_REQUESTED') return number
  } catch (error) {
    // The project is there, but nobody without that permission can say anything of it.
    if (!isRefused(error) || error.reason === 'USER_PROJECT_DENIED') throw error
    const number = await numberByServices(api, project)
    if (number !== undefined) return number
  }
  throw toError(projectNotFound(looking), looking)
}

async function numberByServices(api: Api, project: string): Promise<string | undefined> {
  const path = `/v1/projects/${project}/services/cloudresourcemanager.googleapis.com`
  try {
    const {name = '', parent = ''} = await api.call<{readonly name?: string; readonly parent?: string}>({
      api: 'serviceusage',
      method: 'GET',
      path,
    })
    return numberIn(name) ?? numberIn(parent)
  } catch (error) {
    if (isRefused(error)) return undefined
    throw error
  }
}

function numberIn(name: string): string | undefined {
  return /^projects\/(\d+)/.exec(name)?.[1]
}

/**
 * Asks in one call which permissions of these phases the account lacks on the project; a read. Throws
 * STITCH_PERMISSION_MISSING that names all, with one command per role. Where Resource Manager is not enabled nobody can
 * tell, and each call is left to say it.
 */
async function checkPermissions(api: Api, looking: Looking, {phases, extras, actAs = []}: Needs): Promise<void> {
  const needed = permissionsFor(phases, extras)
  const answer = await api.find<{readonly permissions?: readonly string[]}>({
    api: 'cloudresourcemanager',
    method: 'POST',
    path: `/v3/projects/${looking.target.project}:testIamPermissions`,
    body: {permissions: needed.map(({permission}) => permission)},
    readOnly: true,
  })
  if (!answer) return
  const held = new Set(answer.permissions)
  let missing = needed.filter(({permission}) => !held.has(permission))
  const isActAs = ({permission}: Permission): boolean => permission === ACT_AS
  if (missing.some(isActAs) && actAs.length > 0) {
    const mayAct = await Promise.all(actAs.map(async (email) => await mayActAs(api, looking.target, email)))
    if (mayAct.every(Boolean)) missing = missing.filter((entry) => !isActAs(entry))
  }
  if (missing.length > 0) throw toError(missingPermissions(missing, looking), looking)
}

/** Granted on one account, as is advised, it does not show on the project. */
async function mayActAs(api: Api, {project}: Target, email: string): Promise<boolean> {
  const answer = await api.find<{readonly permissions?: readonly string[]}>({
    api: 'iam',
    method: 'POST',
    path: `/v1/projects/${project}/serviceAccounts/${email}:testIamPermissions`,
    body: {permissions: [ACT_AS]},
    readOnly: true,
  })
  return answer?.permissions?.includes(ACT_AS) ?? false
}

function missingPermissions(missing: readonly Permission[], {account, target}: Looking): Meaning {
  const names = missing.map(({permission}) => permission)
  const isShort = names.length <= FEW
  return {
    code: 'STITCH_PERMISSION_MISSING',
    is: `${whois(account)} lacks ${isShort ? names.join(', ') : `${names.length} permissions`} in ${target.project}`,
    hints: [
      ...rolesFor(missing).map((role) => grantCommand(target.project, account, role)),
      ...(isShort ? [] : [`missing: ${names.join(', ')}`]),
    ],
  }
}

/**
 * Throws STITCH_BILLING_OFF where the project has no active billing account. Who may not see that, or has the billing
 * API not enabled, learns it from the first API that refuses.
 */
async function checkBilling(api: Api, looking: Looking): Promise<void> {
  const {project} = looking.target
  const request: ApiRequest = {api: 'cloudbilling', method: 'GET', path: `/v1/projects/${project}/billingInfo`}
  let info: {readonly billingEnabled?: boolean} | undefined
  try {
    info = await api.find(request)
  } catch (error) {
    if (!isRefused(error)) throw error
  }
  // Absent is false, as everywhere in these answers; an empty answer tells nothing.
  if (info && Object.keys(info).length > 0 && info.billingEnabled !== true) throw toError(billingOff(project), looking)
}

/** 403 and 404: not there, or not for us. */
function isRefused(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 403 || error.status === 404)
}

function toError({code, is, hints}: Meaning, {doing}: Looking): StitchError {
  return new StitchError(`${is}, so ${doing}.`, {code, exit: 'deploy', hints})
}
