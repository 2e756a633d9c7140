import {ownApiNames} from '../sandbox/realm/own-apis.ts'
import {testApiNames} from '../sandbox/standard-library.ts'
import type {Api, ApiContext} from './api.ts'
import {bigQueryApis} from './bigquery.ts'
import {browserApis} from './browser.ts'
import {domainApis} from './domains.ts'
import {encodingApis} from './encoding.ts'
import {eventApis} from './events.ts'
import {firestoreApis} from './firestore.ts'
import {googleAuthApis} from './google-auth.ts'
import {googleApis} from './google.ts'
import {httpApis} from './http.ts'
import {measurementApis} from './measurement.ts'
import {messageApis} from './messages.ts'
import {requestApis} from './request.ts'
import {responseApis} from './response.ts'
import {runtimeApis} from './runtime.ts'
import {storageApis} from './storage.ts'

const families: readonly (readonly Api[])[] = [
  requestApis,
  responseApis,
  browserApis,
  eventApis,
  messageApis,
  httpApis,
  googleApis,
  googleAuthApis,
  bigQueryApis,
  firestoreApis,
  measurementApis,
  encodingApis,
  domainApis,
  storageApis,
  runtimeApis,
]
const hosted: ReadonlyMap<string, Api> = new Map(families.flat().map((api) => [api.name, api]))

/** Every name that `require` knows. What is missing here is an error that names it, never a stub. */
export const apiNames: ReadonlySet<string> = new Set([...hosted.keys(), ...ownApiNames])

/** What `require` of a run gives: the host's API, or undefined for one that lives in the realm. */
export function createResolve(context: ApiContext): (name: string) => unknown {
  return (name) => {
    const api = hosted.get(name)
    if (api) return api.create(context)
    if (apiNames.has(name)) return undefined
    if (testApiNames.has(name)) return () => failOutsideTests(name)
    throw new Error(`require: "${name}" is not a known API, so nothing stands behind it.`)
  }
}

function failOutsideTests(name: string): never {
  throw new Error(`${name} was called outside of a test.`)
}
