import type {Target} from '../types.ts'
import type {ApiError} from './api-error.ts'
import {redact} from './redact.ts'

/** What was attempted, by whom and where. */
export type Attempted = {
  /** What did not happen: `the topic stitch-requests was not created`. */
  readonly doing: string
  /** E-mail, or `unknown`. */
  readonly account: string
  readonly target: Target
}

/** What a refusal means. `is` is a clause that states the case, without a full stop. */
export type Meaning = {
  readonly code: `STITCH_${string}`
  readonly is: string
  readonly hints: readonly string[]
}

/** Longer messages are lists of links. */
const LONGEST = 300

/** The API's own words on one line, without what could be a secret. */
export function saidBy({message}: Pick<ApiError, 'message'>): string {
  const line = redact(message)
    .replaceAll(/\s+/g, ' ')
    .replace(/[.\s]+$/, '')
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line
}

/** `user:…` or `serviceAccount:…`, as commands take it. */
export function memberOf(account: string): string {
  if (account === 'unknown') return 'user:YOUR_ACCOUNT'
  return `${account.endsWith('.gserviceaccount.com') ? 'serviceAccount' : 'user'}:${account}`
}

/** Whoever is signed in, as a sentence begins with. */
export function whois(account: string): string {
  return account === 'unknown' ? 'The account that is signed in' : account
}
