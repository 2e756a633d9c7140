import {describe, expect, test} from 'vitest'
import {checkRequest} from './check-request.ts'
import {checkScopes} from './check-scopes.ts'
import {isValidating, notValidating} from './discovery.ts'

function check(method: string, url: string, body?: object): readonly string[] {
  const {hostname, pathname, searchParams} = new URL(`https://${url}`)
  return checkRequest({method, host: hostname, path: pathname, query: searchParams, body, hasBody: body !== undefined})
    .problems
}

const topic = 'pubsub.googleapis.com/v1/projects/p/topics/t'
const subscription = 'pubsub.googleapis.com/v1/projects/p/subscriptions/s'
const secret = 'secretmanager.googleapis.com/v1/projects/p/secrets'
const functions = 'cloudfunctions.googleapis.com/v2/projects/p/locations/europe-west1/functions'

const runIt = describe.skipIf(!isValidating)
runIt(isValidating ? 'a request held to the documents' : notValidating, () => {
  test.for([
    ['PUT', topic, {labels: {a: 'b'}}],
    ['GET', `${secret}/s:getIamPolicy?options.requestedPolicyVersion=3`, undefined],
    ['POST', `${secret}?secretId=s`, {replication: {automatic: {}}, labels: {a: 'b'}}],
    ['PUT', subscription, {topic: 'projects/p/topics/t', ackDeadlineSeconds: 10, retryPolicy: {minimumBackoff: '1s'}}],
    ['PATCH', subscription, {subscription: {labels: {}}, updateMask: 'labels,pushConfig.oidcToken'}],
    ['PATCH', `${functions}/f?updateMask=labels,build_config.source`, {labels: {}}],
    ['GET', 'firestore.googleapis.com/v1/projects/p/databases/(default)', undefined],
    ['GET', 'storage.googleapis.com/storage/v1/b/bucket', undefined],
    ['POST', 'serviceusage.googleapis.com/v1/projects/1/services:batchEnable', {serviceIds: ['a.googleapis.com']}],
  ] as const)('%s %s is fine', ([method, url, body]) => {
    expect(check(method, url, body)).toEqual([])
  })

  test.for([
    ['an unknown field', 'PUT', topic, {label: {}}, 'label is not a field of Topic'],
    ['a mistyped map', 'PUT', topic, {labels: ['a']}, 'labels is not an object'],
    ['a mistyped number', 'PUT', subscription, {topic: 't', ackDeadlineSeconds: '10'}, 'is not an integer'],
    ['a wrong duration', 'PUT', subscription, {topic: 't', retryPolicy: {minimumBackoff: '1m'}}, 'google-duration'],
    ['a field that is output only', 'PUT', topic, {state: 'ACTIVE'}, 'state is output only'],
    ['a wrong value of an enum', 'POST', `${functions}?functionId=f`, {environment: 'GEN_9'}, '"GEN_9"'],
    ['bytes that are not base64', 'POST', `${secret}/s:addVersion`, {payload: {data: '!'}}, 'format byte'],
    ['a count that is no int64', 'POST', `${secret}/s:addVersion`, {payload: {dataCrc32c: 'x'}}, 'format int64'],
    ['a missing field', 'PUT', subscription, {}, 'topic is required'],
    ['an unknown query parameter', 'GET', `${topic}?mask=a`, undefined, 'query parameter mask is not known'],
    ['a mistyped query parameter', 'GET', `${secret}?pageSize=many`, undefined, 'is not an integer'],
    ['a mask of nothing', 'PATCH', `${functions}/f?updateMask=lables`, {labels: {}}, 'lables, which is not a field'],
    ['a mask of nothing in the body', 'PATCH', subscription, {subscription: {}, updateMask: 'x'}, 'names x'],
    ['a wrong method', 'POST', topic, {}, 'no method of the API has this path'],
    ['a wrong version', 'GET', 'pubsub.googleapis.com/v2/projects/p/topics/t', undefined, 'no method of the API'],
    ['a body where none is taken', 'DELETE', topic, {}, 'it takes no body'],
    ['an unknown verb', 'POST', `${secret}/s:addVersions`, {}, 'no method of the API'],
  ] as const)('is told of %s', ([, method, url, body, problem]) => {
    expect(check(method, url, body).join('; ')).toContain(problem)
  })
})

test('Scopes are refused where none fits, and surplus where a narrower one would do', () => {
  const auth = 'https://www.googleapis.com/auth/'
  const [all, read, logs] = [`${auth}cloud-platform`, `${auth}cloud-platform.read-only`, `${auth}logging.read`]
  expect(checkScopes([all], [all, `${auth}pubsub`])).toEqual({refused: false, surplus: [all]})
  expect(checkScopes([`${auth}pubsub`], [all, `${auth}pubsub`])).toEqual({refused: false, surplus: []})
  expect(checkScopes([read], [all]).refused).toBe(true)
  expect(checkScopes([logs, 'openid'], [all, read, `${auth}logging.admin`, logs]).surplus).toEqual([])
  expect(checkScopes([read], [all, read, logs]).surplus).toEqual([read])
})
