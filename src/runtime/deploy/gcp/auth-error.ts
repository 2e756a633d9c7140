import {StitchError} from '#runtime/kernel/errors.ts'
import {saidBy} from './meaning.ts'
import {redact} from './redact.ts'
import {codeOf} from './retry.ts'
import type {ClockCheck} from './token-fetch.ts'

const LOGIN = 'gcloud auth application-default login'
/** Google lets a signed key be off by a few minutes and refuses it beyond. */
const SKEW_MS = 5 * 60_000

/** What a token server refused (RFC 6749, 5.2), or what it was not asked because of. */
type Failure = {
  readonly message?: string
  readonly response?: {readonly status?: number; readonly data?: unknown}
}

/**
 * Why there is no token. What the library throws is not kept: it holds keys and refresh tokens, also in its message
 * where a key file is not valid JSON.
 */
export function explainAuth(error: unknown, check: ClockCheck): StitchError {
  if (error instanceof StitchError) return error
  const {message = '', response} = error as Failure
  if (response) return refused(response, check)
  if (/default credentials/i.test(message)) return noCredentials('This machine has no Google Cloud credentials')
  const file = /file at (.+?) does not exist/.exec(message)?.[1]
  if (file !== undefined) return noCredentials(`The credentials file ${file} does not exist`)
  if (isNetwork(error)) {
    return new StitchError(
      `Google could not be asked for a token (${codeOf(error)}), so nothing was read or changed.`,
      {
        code: 'STITCH_CLOUD_UNREACHABLE',
        exit: 'deploy',
        hints: ['curl -sS https://oauth2.googleapis.com/   (shows whether this machine reaches Google)'],
      },
    )
  }
  const isNamed = message.includes('GOOGLE_APPLICATION_CREDENTIALS')
  return noCredentials(
    isNamed
      ? 'The file that GOOGLE_APPLICATION_CREDENTIALS names holds no credentials that could be used'
      : 'The Google Cloud credentials of this machine cannot be used',
  )
}

function noCredentials(what: string): StitchError {
  return new StitchError(`${what}, so nothing was read or changed.`, {
    code: 'STITCH_NO_CREDENTIALS',
    exit: 'deploy',
    hints: [LOGIN, 'export GOOGLE_APPLICATION_CREDENTIALS=/path/to/key.json'],
  })
}

function refused({status, data}: NonNullable<Failure['response']>, {aheadMs}: ClockCheck): StitchError {
  const told = typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {}
  const {error} = told
  if (status === 403 && typeof error === 'object' && error !== null) return mayNotImpersonate(error)
  const code = typeof error === 'string' ? error : undefined
  const description = typeof told['error_description'] === 'string' ? told['error_description'] : ''
  const skewed = Math.abs(aheadMs) > SKEW_MS
  if (skewed || (code === 'invalid_grant' && /reasonable timeframe|\biat\b|\bexp\b/i.test(description))) {
    const off = skewed ? `${Math.round(Math.abs(aheadMs) / 60_000)} minutes ${aheadMs > 0 ? 'fast' : 'slow'}` : 'off'
    return new StitchError(`The clock of this machine is ${off}, so Google accepts no sign-in from it.`, {
      code: 'STITCH_CLOCK_SKEW',
      exit: 'deploy',
      hints: ['sudo timedatectl set-ntp true   (sets the clock by the network)', 'date -u'],
    })
  }
  const detail = [code ?? `HTTP ${status}`, told['error_subtype'], description].filter(Boolean).join(', ')
  return new StitchError(
    `Google does not accept these credentials (${redact(detail)}), so nothing was read or changed.`,
    {
      code: 'STITCH_CREDENTIALS_EXPIRED',
      exit: 'deploy',
      hints: [LOGIN],
    },
  )
}

/** IAM's answer where one account's token is asked for with another's (iamcredentials, generateAccessToken). */
function mayNotImpersonate({message = 'no reason given'}: {readonly message?: string}): StitchError {
  return new StitchError(
    `The account that is signed in may not act as the one that is configured (${saidBy({message})}), so nothing was read or changed.`,
    {
      code: 'STITCH_PERMISSION_MISSING',
      exit: 'deploy',
      hints: [
        'gcloud iam service-accounts add-iam-policy-binding ACCOUNT --member=user:YOUR_ACCOUNT --role=roles/iam.serviceAccountTokenCreator',
      ],
    },
  )
}

function isNetwork(error: unknown): boolean {
  return /^(E[A-Z]{3,}|UND_ERR_|CERT_|SELF_SIGNED_|UNABLE_TO_|DEPTH_ZERO_|ERR_TLS_|ERR_SSL_|TimeoutError)/.test(
    codeOf(error),
  )
}
