import type {PushConfig} from './codec.ts'
import {invalid, notBuilt} from './names.ts'

/** Endpoint attribute that names the format of a push (google/pubsub/v1/pubsub.proto, PushConfig.attributes). */
const VERSION = 'x-goog-version'
/** Both mean the format of the v1 API; the one of v1beta1 is not written here. */
const VERSIONS = new Set(['v1', 'v1beta2'])

/** Who a push says it comes from, and for whom it is. */
export type PushIdentity = {readonly email: string; readonly audience: string}

/**
 * A push configuration with the service's defaults filled in; none and one without an endpoint mean pull, and are empty.
 * Throws INVALID_ARGUMENT, and UNIMPLEMENTED for the format of v1beta1.
 */
export function completePushConfig(wanted: PushConfig | null | undefined): PushConfig {
  const endpoint = wanted?.pushEndpoint ?? ''
  if (!wanted || endpoint === '') {
    if (wanted?.noWrapper || wanted?.oidcToken) throw invalid('A push configuration needs a push_endpoint.')
    return {}
  }
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    throw invalid(`Invalid push endpoint given (endpoint=${endpoint}).`)
  const attributes = {[VERSION]: 'v1', ...wanted.attributes}
  for (const key of Object.keys(attributes))
    if (key !== VERSION) throw invalid(`Invalid push endpoint attribute given (key=${key}).`)
  const version = attributes[VERSION]
  if (version === 'v1beta1') throw notBuilt('the push format of v1beta1')
  if (!VERSIONS.has(version)) throw invalid(`Invalid value for the attribute ${VERSION} given (value=${version}).`)
  const email = wanted.oidcToken?.serviceAccountEmail ?? ''
  if (wanted.oidcToken && !/^[^@\s]+@[^@\s]+$/.test(email))
    throw invalid(`Invalid service account given (service_account_email=${email}).`)
  return {...wanted, attributes}
}

/** What ModifyPushConfig leaves: the version that was there stays where the call does not say one (pubsub.proto). */
export function replacePushConfig(
  before: PushConfig | null | undefined,
  next: PushConfig | null | undefined,
): PushConfig {
  const version = before?.attributes?.[VERSION]
  if (!next?.pushEndpoint || version === undefined) return next ?? {}
  return {...next, attributes: {[VERSION]: version, ...next.attributes}}
}

/** The identity of a push; undefined where it is not authenticated. The audience is the endpoint unless one is given. */
export function identityOf({oidcToken, pushEndpoint}: PushConfig): PushIdentity | undefined {
  if (!oidcToken) return undefined
  return {email: oidcToken.serviceAccountEmail ?? '', audience: oidcToken.audience || (pushEndpoint ?? '')}
}
