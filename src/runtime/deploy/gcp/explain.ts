import {StitchError} from '#runtime/kernel/errors.ts'
import {ApiError} from './api-error.ts'
import {explainBuild} from './explain-build.ts'
import {explainPermission} from './explain-permission.ts'
import {saidBy, type Attempted, type Meaning} from './meaning.ts'
import {errorInfo} from './read-error.ts'

/**
 * Says what an API's refusal means and what to do about it. Passes on what is explained already. What is no refusal is
 * a bug or an interruption, and is thrown as it is.
 */
export function explain(error: unknown, attempted: Attempted): StitchError {
  if (error instanceof StitchError) return error
  if (!(error instanceof ApiError)) throw error
  const {code, is, hints} = meaningOf(error, attempted)
  const unclear = error.isUnclear
    ? ['It may have been done all the same; the next run looks before it does anything.']
    : []
  return new StitchError(`${upperFirst(is)}, so ${attempted.doing}.`, {
    code,
    exit: 'deploy',
    hints: [...hints, ...unclear],
    cause: error,
  })
}

/** The first that recognises the error; what is more particular comes first. */
function meaningOf(error: ApiError, attempted: Attempted): Meaning {
  const readers = [
    unreachable,
    billing,
    explainBuild,
    orgPolicy,
    disabled,
    signIn,
    region,
    project,
    quota,
    explainPermission,
  ]
  for (const read of readers) {
    const meaning = read(error, attempted)
    if (meaning) return meaning
  }
  const did = error.status >= 500 ? `failed (${error.status})` : 'refused'
  return {code: 'STITCH_CLOUD_REFUSED', is: `${error.host} ${did} with "${saidBy(error)}"`, hints: []}
}

function unreachable(error: ApiError): Meaning | undefined {
  if (error.status !== 0 && error.reason !== 'NOT_JSON') return undefined
  const code = error.reason
  const certificate = /CERT|SIGNED|UNABLE_TO_|SSL|TLS/.test(code)
  return {
    code: 'STITCH_CLOUD_UNREACHABLE',
    is:
      code === 'NOT_JSON'
        ? `${error.host} gave an answer that is not Google's`
        : `${error.host} gave no answer (${code})`,
    hints: certificate
      ? ['export NODE_EXTRA_CA_CERTS=/path/to/proxy-ca.pem   (where a proxy signs its own certificates)']
      : [
          `curl -sS https://${error.host}/   (shows whether this machine reaches Google)`,
          'export HTTPS_PROXY=http://proxy.example:3128   (where a proxy is needed)',
        ],
  }
}

function billing(error: ApiError, {target}: Attempted): Meaning | undefined {
  const told =
    error.reason === 'BILLING_DISABLED' || errorInfo(error.details).reason === 'UREQ_PROJECT_BILLING_NOT_FOUND'
  const worded =
    /billing (?:account|must be|to be enabled|is (?:not|disabled))|requires billing|billing[- ](?:enabled|disabled)/i
  if (!told && !(error.status >= 400 && error.status < 500 && worded.test(error.message))) return undefined
  return billingOff(target.project)
}

/** Also for what the billing API says before anything is tried. */
export function billingOff(project: string): Meaning {
  return {
    code: 'STITCH_BILLING_OFF',
    is: `The project ${project} has no active billing account`,
    hints: ['gcloud billing accounts list', `gcloud billing projects link ${project} --billing-account=ACCOUNT_ID`],
  }
}

function orgPolicy(error: ApiError, {target}: Attempted): Meaning | undefined {
  const {message} = error
  const constraint = /constraints\/[\w.]+/.exec(`${message} ${JSON.stringify(error.details)}`)?.[0]
  const members = /permitted customer|allowedPolicyMember|domain restricted/i.test(message)
  if (!members && constraint === undefined && !/org(?:anization)? policy/i.test(message)) return undefined
  const named = constraint ?? (members ? 'constraints/iam.allowedPolicyMemberDomains' : undefined)
  const isPublic = members || /allowedPolicyMember/.test(named ?? '')
  const describe = `gcloud org-policies describe ${(named ?? 'constraints/CONSTRAINT').replace('constraints/', '')} --project=${target.project} --effective`
  return {
    code: 'STITCH_ORG_POLICY',
    is: isPublic
      ? 'A policy of the organisation forbids functions that everybody may call'
      : `A policy of the organisation forbids it${named === undefined ? '' : ` (${named})`}`,
    hints: [
      ...(isPublic
        ? [
            '"deploy": {"access": "iam", "invokers": ["serviceAccount:CONTAINER_ACCOUNT"]}   (in stitch.config.json: only these may call lookup)',
          ]
        : []),
      describe,
    ],
  }
}

function disabled(error: ApiError, {target}: Attempted): Meaning | undefined {
  if (error.reason !== 'SERVICE_DISABLED') return undefined
  const {service = error.host, consumer} = errorInfo(error.details).metadata ?? {}
  const number = consumer?.replace('projects/', '')
  return {
    code: 'STITCH_API_DISABLED',
    is: `The API ${service} is not enabled in the project ${number ?? target.project}`,
    hints: [`gcloud services enable ${service} --project=${number ?? target.project}`],
  }
}

function signIn(error: ApiError, {account}: Attempted): Meaning | undefined {
  const scope = error.reason === 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'
  if (error.status !== 401 && !scope) return undefined
  return {
    code: 'STITCH_CREDENTIALS_EXPIRED',
    is: scope
      ? `The sign-in of ${whose(account)} does not cover ${error.host}`
      : `Google no longer accepts the sign-in of ${whose(account)}`,
    hints: ['gcloud auth application-default login'],
  }
}

function region(error: ApiError, {target}: Attempted): Meaning | undefined {
  const {message, status} = error
  const place = String.raw`(?:locations?|regions?)(?:Ids?)?`
  const wrong = new RegExp(
    String.raw`${place}\b[^.]*\b(?:not found|not valid|invalid|unsupported|not supported|does not exist|may not exist|unknown)|(?:invalid|unsupported|unknown|unrecognized)[^.]*\b${place}\b|denied on 'locations/`,
    'i',
  )
  if (error.permission !== undefined || !wrong.test(message)) return undefined
  if (status !== 400 && status !== 403 && status !== 404) return undefined
  // Where the message names an object inside a region, it is the object that is missing.
  if (/\/(?:functions|services|operations|repositories)\/[\w-]/.test(message)) return undefined
  const isDatabase = error.request.api === 'firestore'
  return {
    code: 'STITCH_REGION_UNKNOWN',
    is: isDatabase
      ? `Firestore does not know the location ("${saidBy(error)}")`
      : `The region ${target.region} is not one that ${error.host} knows`,
    hints: isDatabase
      ? [`gcloud firestore locations list --project=${target.project}`]
      : [`gcloud functions regions list --project=${target.project}`, 'stitch deploy --region us-central1'],
  }
}

function project(error: ApiError, attempted: Attempted): Meaning | undefined {
  const {message, reason, status} = error
  const gone =
    /project\b[^.]*\b(?:not found|has been deleted|was deleted|does not exist|may not exist|pending delet)|denied on resource project|invalid project/i
  if (reason !== 'CONSUMER_INVALID' && !((status === 403 || status === 404) && gone.test(message))) return undefined
  // Some name the project in every refusal; the permission says more.
  return error.permission !== undefined && reason !== 'CONSUMER_INVALID' ? undefined : projectNotFound(attempted)
}

/** Google says the same of both, so that nobody learns which projects there are. */
export function projectNotFound({account, target}: Pick<Attempted, 'account' | 'target'>): Meaning {
  return {
    code: 'STITCH_PROJECT_NOT_FOUND',
    is: `There is no project ${target.project}, or ${whose(account)} may not see it`,
    hints: [
      'gcloud projects list   (shows the ids of the projects that you may see)',
      'stitch deploy --project PROJECT_ID',
    ],
  }
}

function quota(error: ApiError, {target}: Attempted): Meaning | undefined {
  if (error.status !== 429 && !/quota exceeded|exceeded .*quota/i.test(error.message)) return undefined
  return {
    code: 'STITCH_QUOTA_EXHAUSTED',
    is: `A quota of ${error.host} is used up (${saidBy(error)})`,
    hints: [`https://console.cloud.google.com/iam-admin/quotas?project=${target.project}`],
  }
}

function whose(account: string): string {
  return account === 'unknown' ? 'this account' : account
}

function upperFirst(text: string): string {
  // Hosts and e-mail addresses keep their small letters.
  return /^[\w-]+[.@]/.test(text) ? text : text.slice(0, 1).toUpperCase() + text.slice(1)
}
