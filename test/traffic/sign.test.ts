import {createHash, createHmac} from 'node:crypto'
import {expect, test} from 'vitest'
import {signId, signRequest} from '#runtime/traffic/sign.ts'

const key = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')

test('a signature covers time, nonce, method, path and body', () => {
  const body = '{"id":"é"}'
  const signed = signRequest({
    keyId: 'k',
    key,
    method: 'POST',
    path: '/stitch',
    body,
    now: 1_700_000_000_999,
    nonce: 'n'.repeat(16),
  })
  const digest = createHash('sha256').update(Buffer.from(body)).digest('hex')
  const text = `v1\n1700000000\n${'n'.repeat(16)}\nPOST\n/stitch\n${digest}`
  expect(signed).toEqual({
    'x-stitch-key': 'k',
    'x-stitch-ts': '1700000000',
    'x-stitch-nonce': 'n'.repeat(16),
    'x-stitch-sig': createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64url'),
  })
})

test('an id token names its end and covers the id', () => {
  const token = signId({key, id: 'C-1', expires: 1_700_000_000})
  expect(token).toMatch(/^v1\.1700000000\.[\w-]{43}$/)
  expect(signId({key, id: 'C-2', expires: 1_700_000_000})).not.toBe(token)
})
