import {zipSync, strToU8} from 'fflate'
import {createCloud, type CloudOptions, type FakeCloud} from '../cloud.ts'
import {createFakeGcp, type FakeGcp} from '../handle.ts'
import type {Json} from '../service.ts'
import {tokenFor} from '../token.ts'

const SERVICES = [
  'artifactregistry',
  'cloudbuild',
  'cloudfunctions',
  'cloudresourcemanager',
  'firebase',
  'firestore',
  'iam',
  'logging',
  'monitoring',
  'pubsub',
  'run',
  'runtimeconfig',
  'secretmanager',
].map((name) => `${name}.googleapis.com`)

export type Client = {
  readonly cloud: FakeCloud
  readonly fake: FakeGcp
  /** `url` without `https://`. Never throws for an error status. */
  readonly call: (method: string, url: string, body?: object) => Promise<{status: number; json: Json}>
  /** A request without credentials, as to a signed URL. */
  readonly open: (
    method: string,
    url: string,
    body?: Uint8Array,
    headers?: Record<string, string>,
  ) => Promise<{status: number; bytes: Uint8Array}>
  /** Polls an operation of an API until it is done. */
  readonly wait: (base: string, operation: Json) => Promise<Json>
}

/** A cloud with all APIs enabled in which everything is known at once, and a client of it. */
export function createClient(options: CloudOptions = {}): Client {
  const cloud = createCloud({services: SERVICES, propagation: {account: 0, service: 0}, ...options})
  const fake = createFakeGcp(cloud)
  const authorization = `Bearer ${tokenFor('dev@example.com', ['https://www.googleapis.com/auth/cloud-platform'])}`
  const call: Client['call'] = async (method, url, body) => {
    const answer = await fake.transport({
      method,
      url: `https://${url}`,
      headers: {authorization, 'content-type': 'application/json'},
      ...(body ? {body: JSON.stringify(body)} : {}),
    })
    return {status: answer.status, json: JSON.parse(Buffer.from(answer.body).toString())}
  }
  return {
    cloud,
    fake,
    call,
    open: async (method, url, body, headers = {'content-type': 'application/zip'}) => {
      const answer = await fake.transport({method, url, headers, ...(body ? {body} : {})})
      return {status: answer.status, bytes: answer.body}
    },
    wait: async (base, operation) => {
      let now = operation
      for (let polls = 0; now.done !== true && polls < 10; polls += 1) {
        now = (await call('GET', `${base}/${now.name}`)).json
      }
      return now
    },
  }
}

/** What a project needs before a function can be deployed: an account for it, and a builder that may build. */
export async function prepareFunctions({fake}: Client, account = 'stitch-lookup'): Promise<string> {
  const email = `${account}@stitch-test.iam.gserviceaccount.com`
  await fake.seed('POST', 'iam.googleapis.com/v1/projects/stitch-test/serviceAccounts', {
    accountId: account,
    serviceAccount: {displayName: account},
  })
  const builder = 'serviceAccount:123456789012-compute@developer.gserviceaccount.com'
  await fake.seed('POST', 'cloudresourcemanager.googleapis.com/v1/projects/stitch-test:setIamPolicy', {
    policy: {bindings: [{role: 'roles/cloudbuild.builds.builder', members: [builder]}]},
  })
  return email
}

/** A source archive whose one function answers with its environment. */
export function zipOf(code: string): Uint8Array {
  return zipSync({'index.js': strToU8(code), 'package.json': strToU8(JSON.stringify({main: 'index.js'}))})
}

/** Uploads an archive and gives its `storageSource`. */
export async function upload({call, open}: Client, zip: Uint8Array): Promise<Json> {
  const {json} = await call('POST', `${FUNCTIONS}:generateUploadUrl`, {environment: 'GEN_2'})
  const {status} = await open('PUT', json.uploadUrl, zip)
  if (status !== 200) throw new Error(`The upload was answered ${status}.`)
  return json.storageSource
}

export const FUNCTIONS = 'cloudfunctions.googleapis.com/v2/projects/stitch-test/locations/us-central1/functions'
