import type {Method, Service} from '../../grpc/service.ts'
import type {Journal} from '../journal.ts'
import {invalid, notFound} from '../names.ts'
import {applyMask} from '../pages.ts'
import {unary} from '../unary.ts'
import type {Policies} from './policies.ts'
import {policyWire, type Policy} from './policy-codec.ts'

/** A permission with all its words; the service refuses wildcards (google/iam/v1/iam_policy.proto). */
const PERMISSION = /^[a-zA-Z]+(?:\.[a-zA-Z]+)+$/

const CHANGEABLE: readonly (keyof Policy)[] = ['bindings', 'etag', 'version']

/**
 * google.iam.v1.IAMPolicy of Pub/Sub's resources. Callers of the engine own everything, so they have every permission they
 * ask about; what a policy says is for them to read again.
 */
export function policyMethods(
  policies: Policies,
  exists: (resource: string) => boolean,
  settled: Journal['settled'],
): Service {
  const method = (handle: (request: Buffer) => Uint8Array): Method => unary({settled}, handle)
  const encode = (policy: Policy) => policyWire.policy.encode(policy).finish()
  const existing = (name: string | null | undefined): string => {
    if (!exists(name ?? '')) throw notFound(name ?? '')
    return name!
  }
  const path = (name: string) => `/google.iam.v1.IAMPolicy/${name}`
  return {
    [path('GetIamPolicy')]: method((bytes) => encode(policies.get(existing(policyWire.get.decode(bytes).resource)))),
    [path('SetIamPolicy')]: method((bytes) => {
      const {resource, policy, updateMask} = policyWire.set.decode(bytes)
      const name = existing(resource)
      if (!policy) throw invalid('The policy argument is required.')
      const paths = updateMask?.paths ?? []
      const wanted = paths.length === 0 ? policy : applyMask(policies.get(name), policy, paths, CHANGEABLE)
      return encode(policies.set(name, {...wanted, etag: policy.etag ?? null}))
    }),
    [path('TestIamPermissions')]: method((bytes) => {
      const {resource, permissions} = policyWire.test.decode(bytes)
      const strange = permissions?.find((each) => !PERMISSION.test(each))
      if (strange !== undefined) throw invalid(`Invalid permission given (permission=${strange}).`)
      // A resource that is missing has none; it is no error (iam_policy.proto, TestIamPermissions).
      return policyWire.tested.encode({permissions: exists(resource ?? '') ? [...(permissions ?? [])] : []}).finish()
    }),
  }
}
