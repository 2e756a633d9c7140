import type {ApiError} from './api-error.ts'
import {memberOf, saidBy, whois, type Attempted, type Meaning} from './meaning.ts'
import {roleFor} from './permissions.ts'

export const ACT_AS = 'iam.serviceAccounts.actAs'
const USE_QUOTA = 'serviceusage.services.use'

/** A permission that the deploying account lacks, with the smallest predefined role that has it. */
export function explainPermission(error: ApiError, {account, target}: Attempted): Meaning | undefined {
  const permission = error.permission ?? (error.reason === 'USER_PROJECT_DENIED' ? USE_QUOTA : undefined)
  const isDenied = error.status === 403 || error.reason === 'PERMISSION_DENIED'
  if (permission === undefined && !isDenied) return undefined
  const code = 'STITCH_PERMISSION_MISSING'
  const {project} = target
  if (permission === undefined) {
    return {
      code,
      is: `${whois(account)} may not do this in ${project}, says ${error.host} ("${saidBy(error)}")`,
      hints: [
        `gcloud projects get-iam-policy ${project} --flatten=bindings --filter="bindings.members:${memberOf(account)}"`,
      ],
    }
  }
  if (permission === ACT_AS) {
    const acted = actedAccount(error.message)
    return {
      code,
      is: `${whois(account)} lacks ${ACT_AS}${acted === undefined ? '' : ` on ${acted}`}`,
      hints: [
        acted === undefined
          ? grantCommand(project, account, 'roles/iam.serviceAccountUser')
          : `gcloud iam service-accounts add-iam-policy-binding ${acted} --project=${project} --member=${memberOf(account)} --role=roles/iam.serviceAccountUser`,
      ],
    }
  }
  const role = roleFor(permission)
  // Google refuses so, too, where there is no such project.
  const otherwise = error.permission === undefined ? ', or there is no such project' : ''
  return {
    code,
    is: `${whois(account)} lacks ${permission} in ${project}${otherwise}`,
    hints: role === undefined ? [] : [grantCommand(project, account, role)],
  }
}

/** The command that gives an account a role on the project. */
export function grantCommand(project: string, account: string, role: string): string {
  // Without the condition, gcloud asks where a policy has conditions already.
  return `gcloud projects add-iam-policy-binding ${project} --member=${memberOf(account)} --role=${role} --condition=None`
}

function actedAccount(message: string): string | undefined {
  return /[\w.-]+@[\w.-]+\.gserviceaccount\.com/.exec(message)?.[0]
}
