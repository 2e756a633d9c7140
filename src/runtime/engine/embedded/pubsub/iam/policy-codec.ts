import {google} from '../../generated/pubsub.js'

export type Binding = {role?: string | null; members?: string[] | null; condition?: object | null}
export type Policy = {version?: number | null; bindings?: Binding[] | null; etag?: Uint8Array | null}
type Resource = {resource?: string | null}

type Message<T> = {encode(message: T): {finish(): Uint8Array}; decode(bytes: Uint8Array): T}
const of = <T>(name: string): Message<T> => google.iam.v1[name] as Message<T>

/** Reading and writing of each message of google.iam.v1.IAMPolicy. */
export const policyWire = {
  policy: of<Policy>('Policy'),
  get: of<Resource>('GetIamPolicyRequest'),
  set: of<Resource & {policy?: Policy | null; updateMask?: {paths?: string[] | null} | null}>('SetIamPolicyRequest'),
  test: of<Resource & {permissions?: string[] | null}>('TestIamPermissionsRequest'),
  tested: of<{permissions: string[]}>('TestIamPermissionsResponse'),
}
