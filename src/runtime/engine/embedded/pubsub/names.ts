import {GrpcStatus, STATUS} from '../grpc/status.ts'

/** Ids of topics and subscriptions (https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names). */
const ID = /^[A-Za-z][A-Za-z0-9._~%+-]{2,254}$/

/** Checks `projects/P/topics/T` or `projects/P/subscriptions/S` of a resource that is to be made. */
export function requireName(
  kind: 'topics' | 'subscriptions' | 'snapshots' | 'schemas',
  name: string | null | undefined,
): string {
  const [projects, project, collection, id = '', ...rest] = (name ?? '').split('/')
  const valid =
    projects === 'projects' && project && collection === kind && rest.length === 0 && ID.test(id) && !/^goog/i.test(id)
  if (valid) return name!
  throw new GrpcStatus(STATUS.invalidArgument, `Invalid [${kind}] name: (name=${name ?? ''})`)
}

/** The project part of a resource name or of `projects/P`. */
export function projectOf(name: string | null | undefined): string {
  return (name ?? '').split('/')[1] ?? ''
}

export function notFound(name: string): GrpcStatus {
  const id = name.slice(name.lastIndexOf('/') + 1)
  return new GrpcStatus(STATUS.notFound, `Resource not found (resource=${id}).`)
}

export function alreadyExists(kind: 'Topic' | 'Subscription' | 'Snapshot', name: string): GrpcStatus {
  return new GrpcStatus(
    STATUS.alreadyExists,
    `${kind} already exists in the project (resource=${name.slice(name.lastIndexOf('/') + 1)}).`,
  )
}

export function invalid(message: string): GrpcStatus {
  return new GrpcStatus(STATUS.invalidArgument, message)
}

/** What a later version may bring; it is refused now rather than stored and ignored. */
export function notBuilt(what: string): GrpcStatus {
  return new GrpcStatus(STATUS.unimplemented, `The embedded Pub/Sub does not have ${what}.`)
}
