import {randomBytes} from 'node:crypto'
import type {RequestFixture} from '#runtime/fixtures/request-schema.ts'
import type {Step} from '#runtime/fixtures/scenario.ts'
import type {TrafficStep} from '#runtime/traffic/plan.ts'
import {signId, signRequest} from '#runtime/traffic/sign.ts'
import type {HttpRequest} from '#runtime/traffic/types.ts'
import type {LocalKeys} from './local-keys.ts'

const HOUR_S = 3_600

/**
 * A step as traffic takes it: references to earlier answers are resolved already, and a visitor who logged in has the
 * id token of the site's backend.
 */
export function toTrafficStep(
  scenario: string,
  step: Step,
  request: RequestFixture,
  keys: LocalKeys,
  now: number,
): TrafficStep {
  const {as: _, idToken, description: __, ...wish} = request
  const token = idToken === undefined ? {} : {idToken: makeIdToken(idToken, request, keys, now)}
  return {scenario, step: step.name, title: step.title, request: {...wish, ...token}}
}

/** The token that a site's backend would give its page for `id`, or one that must be refused. */
function makeIdToken(
  which: 'valid' | 'expired' | 'forged',
  request: RequestFixture,
  keys: LocalKeys,
  now: number,
): string {
  const [, key] = firstKey(keys)
  const id = typeof request.id === 'string' ? request.id : ''
  const expires = Math.floor(now / 1000) + (which === 'expired' ? -HOUR_S : HOUR_S)
  return signId({key: which === 'forged' ? randomBytes(32).toString('base64') : key, id, expires})
}

/** A server proves who it is: the headers by which the container takes a request as one of the site's own backend. */
export function signAsServer(request: HttpRequest, keys: LocalKeys, now: number): HttpRequest {
  const [keyId, key] = firstKey(keys)
  const {method, target, body = ''} = request
  const nonce = randomBytes(16).toString('base64url')
  return {
    ...request,
    headers: {...request.headers, ...signRequest({keyId, key, method, path: target, body, now, nonce})},
  }
}

function firstKey(keys: LocalKeys): readonly [string, string] {
  return Object.entries(keys.hmac)[0] ?? ['', '']
}
