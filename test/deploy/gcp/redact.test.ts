import {expect, test} from 'vitest'
import {redact, redactJson, secretsOf} from '#runtime/deploy/gcp/redact.ts'

test.each([
  ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [secret]'],
  ['token ya29.A0-b_c was used', 'token [secret] was used'],
  ['refresh 1//0abcdefghijklmnopqrstuv', 'refresh [secret]'],
  ['client GOCSPX-abc_def', 'client [secret]'],
  ['jwt eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln end', 'jwt [secret] end'],
  ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----, so', '[secret], so'],
  ['-----BEGIN RSA PRIVATE KEY-----\\nMIIE cut short', '[secret]'],
  [
    'https://s/o?GoogleAccessId=a@b&Expires=1&Signature=x%2By',
    'https://s/o?GoogleAccessId=[secret]&Expires=1&Signature=[secret]',
  ],
])('%s', (text, expected) => {
  expect(redact(text)).toBe(expected)
})

test.each([
  "Permission 'pubsub.topics.create' denied on resource 'projects/p' (or it may not exist).",
  'stitch-push@shop.iam.gserviceaccount.com',
  'https://console.cloud.google.com/cloud-build/builds;region=r/1b2c-3d?project=12',
])('%s is left as it is', (text) => {
  expect(redact(text)).toBe(text)
})

test('given values are taken out wherever they stand in JSON, and short ones are not', () => {
  const value = {a: ['x hushhush y', {hushhush: 1, b: null}], n: 7}
  expect(redactJson(value, ['hushhush', 'x'])).toEqual({a: ['x [secret] y', {'[secret]': 1, b: null}], n: 7})
})

test('a token and a payload, encoded and as it is, are secrets of a request', () => {
  const data = Buffer.from('pepper').toString('base64')
  expect(secretsOf({authorization: 'Bearer t0ken'}, {payload: {data}})).toEqual(['t0ken', data, 'pepper'])
  expect(secretsOf({}, undefined)).toEqual([])
})
