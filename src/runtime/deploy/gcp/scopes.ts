import type {ApiName, ApiRequest} from '../types.ts'

const CLOUD = 'cloud-platform'
const CLOUD_READ = 'cloud-platform.read-only'

/** The narrowest scope that each API's methods accept for reading and for changing, by its discovery document. */
const SCOPES: Readonly<Record<ApiName, {readonly read: string; readonly write: string}>> = {
  artifactregistry: {read: CLOUD_READ, write: CLOUD},
  cloudbilling: {read: 'cloud-billing.readonly', write: 'cloud-billing'},
  cloudbuild: {read: CLOUD, write: CLOUD},
  cloudfunctions: {read: CLOUD, write: CLOUD},
  cloudresourcemanager: {read: CLOUD_READ, write: CLOUD},
  firebase: {read: 'firebase.readonly', write: 'firebase'},
  firestore: {read: 'datastore', write: 'datastore'},
  iam: {read: CLOUD, write: CLOUD},
  logging: {read: 'logging.read', write: 'logging.write'},
  monitoring: {read: 'monitoring.read', write: 'monitoring'},
  pubsub: {read: 'pubsub', write: 'pubsub'},
  run: {read: 'run.readonly', write: 'run'},
  secretmanager: {read: CLOUD, write: CLOUD},
  serviceusage: {read: CLOUD_READ, write: 'service.management'},
}

/** The one OAuth scope that a request needs; a token that is stolen on its way can do no more than that. */
export function scopesFor({api, method, path, readOnly}: ApiRequest): readonly string[] {
  const {read, write} = SCOPES[api]
  const reads = readOnly ?? method === 'GET'
  // Operations of Service Usage are read with the scope that started them.
  const scope = reads && !(api === 'serviceusage' && /^\/v\w+\/operations\//.test(path)) ? read : write
  return [`https://www.googleapis.com/auth/${scope}`]
}
