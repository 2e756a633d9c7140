import type {FunctionsConfig} from './config.ts'
import {createIdentityKey} from './identity-key.ts'
import {isIdTokenValid} from './id-token.ts'
import {isValidId} from './ids.ts'
import type {DocumentRef} from './ports.ts'
import type {StitchRequest} from './request.ts'
import type {Rules} from './rules.ts'
import type {HmacKeys} from './signature.ts'

/** What is to be done for one id. */
export type Target =
  /** The id itself is wrong, whatever is stored. */
  | {
      readonly type: 'refused'
      readonly kind: string | null
      readonly code: 'invalid_id' | 'unknown_kind' | 'blocked_id'
    }
  /** Answered as not found, without a read; the reason goes to the log only. */
  | {readonly type: 'denied'; readonly kind: string; readonly reason: 'blocked_id' | 'browser_lookup'}
  /** `identity` leads to the document; without it `document` is known. `forBrowser` is false for lookups it may not do. */
  | {
      readonly type: 'read'
      readonly kind: string
      readonly collection: string
      readonly forBrowser: boolean
      readonly first: DocumentRef
      readonly graph: boolean
      /** The project's own logic is asked, for the id of `first`. */
      readonly resolver: boolean
    }

export type TargetDeps = {
  readonly config: FunctionsConfig
  readonly rules: Rules
  readonly keys: HmacKeys
  readonly pepper: Uint8Array
}

/**
 * Decides for each id, without reading anything. A browser may look up only what is flagged `browserLookup` or signed
 * by the site's backend for this id. `now` is milliseconds since the Unix epoch.
 */
export function planTargets(request: StitchRequest, deps: TargetDeps, now: number): readonly Target[] {
  return request.ids.map((id) => planTarget(id, request, deps, now))
}

function planTarget(
  id: string,
  request: StitchRequest,
  {config, rules, keys, pepper}: TargetDeps,
  now: number,
): Target {
  if (!isValidId(id, config.limits.idBytes)) return {type: 'refused', kind: request.kind ?? null, code: 'invalid_id'}
  const isBrowser = request.destination === 'browser'
  const route = rules.route(id, request.kind)
  const isBlocked = rules.isBlocked(id)
  if (isBlocked && (!isBrowser || !route)) return {type: 'refused', kind: route?.kind ?? null, code: 'blocked_id'}
  if (!route) return {type: 'refused', kind: request.kind ?? null, code: 'unknown_kind'}
  const {kind, collection, identity, resolver} = route
  if (isBlocked) return {type: 'denied', kind, reason: 'blocked_id'}
  const forBrowser = route.browserLookup || isIdTokenValid(request.idToken, id, keys, now)
  if (isBrowser && !forBrowser) return {type: 'denied', kind, reason: 'browser_lookup'}
  const first = identity
    ? {collection: config.identities.collection, id: createIdentityKey(pepper, identity.namespace, identity.normalised)}
    : {collection, id}
  return {type: 'read', kind, collection, forBrowser, first, graph: identity !== undefined, resolver}
}
