import {createHash} from 'node:crypto'
import {Answer, fail, type Cloud, type FakeCall} from '../../service.ts'

/** An object's bytes, by `bucket/object`. */
const OBJECTS = '.storage.objects'
/** What a signature allows, by the signature. */
const SIGNATURES = '.storage.signatures'
const BUCKETS = 'storage.buckets'
const ZIP = 'application/zip'

type Stored = {readonly bytes: Uint8Array; readonly generation: string}
type Signed = {readonly method: 'PUT' | 'GET'; readonly path: string; readonly expires: number}

/** Makes a bucket that is not there yet, as Google's own services do for themselves. */
export function ensureBucket(cloud: Cloud, name: string, region: string): void {
  const buckets = cloud.table(BUCKETS)
  if (!buckets.has(name)) buckets.set(name, {name, location: region.toUpperCase(), storageClass: 'STANDARD'})
}

/** A URL that allows one method on one object for an hour without any credentials. */
export function signUrl(cloud: Cloud, method: Signed['method'], bucket: string, object: string): string {
  const seconds = Math.floor(cloud.clock.now() / 1000) + 3600
  const signature = createHash('sha256').update(`${cloud.id()} ${method} ${bucket}/${object}`).digest('base64')
  const signed: Signed = {method, path: `${bucket}/${object}`, expires: seconds}
  cloud.table(SIGNATURES).set(signature, signed)
  const query = new URLSearchParams({
    GoogleAccessId: `service-${cloud.project.number}@gcf-admin-robot.iam.gserviceaccount.com`,
    Expires: String(seconds),
    Signature: signature,
  })
  return `https://storage.googleapis.com/${bucket}/${object}?${query.toString()}`
}

export function readObject(cloud: Cloud, bucket: string, object: string): Stored | undefined {
  return cloud.table(OBJECTS).get(`${bucket}/${object}`)
}

export function writeObject(cloud: Cloud, bucket: string, object: string, bytes: Uint8Array): Stored {
  const stored: Stored = {bytes, generation: `${cloud.clock.now()}${cloud.id().slice(-3)}`}
  cloud.table(OBJECTS).set(`${bucket}/${object}`, stored)
  return stored
}

export function deleteObject(cloud: Cloud, bucket: string, object: string): void {
  cloud.table(OBJECTS).delete(`${bucket}/${object}`)
}

/** PUT to a signed URL. Errors are XML, as Cloud Storage's are outside its JSON API. */
export function putSigned(call: FakeCall, cloud: Cloud): Answer {
  const path = `${call.params['bucket']}/${call.params['object']}`
  const refusal = refuse(call, cloud, 'PUT', path)
  if (refusal) return refusal
  // The type is part of what was signed.
  if (call.headers['content-type'] !== ZIP) {
    return xml(403, 'SignatureDoesNotMatch', `The content type must be ${ZIP}.`)
  }
  const {generation} = writeObject(cloud, call.params['bucket'] ?? '', call.params['object'] ?? '', call.bytes)
  return new Answer(200, '', {'x-goog-generation': generation, 'x-goog-metageneration': '1'})
}

/** GET of a signed URL. */
export function getSigned(call: FakeCall, cloud: Cloud): Answer {
  const {bucket = '', object = ''} = call.params
  const refusal = refuse(call, cloud, 'GET', `${bucket}/${object}`)
  if (refusal) return refusal
  const stored = readObject(cloud, bucket, object)
  if (!stored) return xml(404, 'NoSuchKey', 'The specified key does not exist.')
  return new Answer(200, stored.bytes, {'content-type': ZIP, 'x-goog-generation': stored.generation})
}

function refuse(call: FakeCall, cloud: Cloud, method: string, path: string): Answer | undefined {
  if (call.headers['authorization'] !== undefined) {
    return xml(400, 'InvalidArgument', 'Only one way of authentication may be used: the signature, or a token.')
  }
  const signed: Signed | undefined = cloud.table(SIGNATURES).get(call.query.get('Signature') ?? '')
  if (
    !signed ||
    signed.method !== method ||
    signed.path !== path ||
    call.query.get('Expires') !== String(signed.expires)
  ) {
    return xml(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match the one you provided.')
  }
  if (cloud.clock.now() > signed.expires * 1000) return xml(400, 'ExpiredToken', 'The provided token has expired.')
  return undefined
}

function xml(status: number, code: string, message: string): Answer {
  const body = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return new Answer(status, body, {'content-type': 'application/xml; charset=UTF-8'})
}

/** The bytes behind a `storageSource`; 400 where nothing was uploaded. */
export function sourceBytes(cloud: Cloud, source: {bucket?: string; object?: string} | undefined): Uint8Array {
  const {bucket = '', object = ''} = source ?? {}
  const stored = readObject(cloud, bucket, object)
  if (!stored) return fail(400, 'INVALID_ARGUMENT', `Source object gs://${bucket}/${object} does not exist.`)
  return stored.bytes
}
