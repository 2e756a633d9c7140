import {describe, expect, test} from 'vitest'
import {crc32c} from '#runtime/deploy/kinds/crc32c.ts'
import {secretKind} from '#runtime/deploy/kinds/secret.ts'
import type {SecretSpec} from '#runtime/deploy/specs.ts'
import {adopted, applying, comparing, expectValid, otherStage, ours, reasonsOf} from './contexts.ts'
import {createRecordingApi} from './recording-api.ts'

const spec: SecretSpec = {
  type: 'secret',
  id: 'secret/stitch-pepper',
  secretId: 'stitch-pepper',
  labels: ours,
  content: 'pepper',
  why: 'it is needed',
}
const path = '/v1/projects/acme-tagging/secrets/stitch-pepper'
const bytes = Buffer.alloc(32, 7).toString('base64')

type Payload = {readonly payload: {readonly data: string; readonly dataCrc32c: string}}

describe('a secret', () => {
  test.each([
    ['with a version', {labels: ours, version: '1'}, []],
    ['without one', {labels: ours}, ['has no enabled version']],
    ['with labels of others', {labels: {...ours, team: 'web'}, version: '1'}, []],
  ])('%s: what differs', (_, live, reasons) => {
    expect(reasonsOf(secretKind.compare(spec, live, comparing()))).toEqual(reasons)
  })

  test('of others stands in the way', () => {
    expect(secretKind.compare(spec, {version: '1'}, comparing())).toMatchObject({verdict: 'foreign', adopt: true})
    expect(secretKind.compare(spec, {labels: otherStage}, comparing([spec.id]))).toMatchObject({adopt: false})
    expect(reasonsOf(secretKind.compare(spec, {version: '1'}, comparing([spec.id])))).toEqual(['is taken over'])
  })

  test.each([
    ['none', undefined, undefined, undefined],
    ['the newest', {name: `${path}/versions/12`, state: 'ENABLED'}, undefined, '12'],
    [
      'the newest that is enabled',
      {name: `${path}/versions/12`, state: 'DISABLED'},
      [
        {name: `${path}/versions/2`, state: 'ENABLED'},
        {name: `${path}/versions/10`, state: 'ENABLED'},
        {name: `${path}/versions/11`, state: 'DESTROYED'},
      ],
      '10',
    ],
  ])('has as its version %s', async (_, latest, versions, version) => {
    const context = applying(
      createRecordingApi({
        [`GET ${path}`]: {labels: ours},
        [`GET ${path}/versions/latest`]: latest,
        [`GET ${path}/versions`]: {versions},
      }),
    )
    expect(await secretKind.read(spec, context)).toEqual({labels: ours, ...(version ? {version} : {})})
    expect(context.api.requests.every(({path}) => !path.includes(':access'))).toBe(true)
    expectValid(context.api)
  })

  test.each([
    ['pepper' as const, bytes],
    ['hmac-keys' as const, JSON.stringify({k1: bytes})],
  ])('%s is made with a random value and its checksum', async (content, value) => {
    const context = applying()
    await secretKind.apply({...spec, content}, undefined, context)
    expect(context.api.bodies('POST /v1/projects/acme-tagging/secrets')).toEqual([
      {labels: ours, replication: {automatic: {}}},
    ])
    const [{payload}] = context.api.bodies(`POST ${path}:addVersion`) as [Payload]
    expect(Buffer.from(payload.data, 'base64').toString()).toBe(value)
    expect(payload.dataCrc32c).toBe(String(crc32c(Buffer.from(value))))
    expect(JSON.stringify(context.told)).not.toContain(bytes.slice(0, 8))
    expectValid(context.api)
  })

  test('that has a version never gets another one', async () => {
    const context = applying()
    await secretKind.apply(spec, {labels: {team: 'web'}, version: '4'}, context)
    expect(context.api.writes()).toEqual([`PATCH ${path}`])
    expect(context.api.bodies(`PATCH ${path}`)).toEqual([{labels: {team: 'web', ...adopted}}])
    expectValid(context.api)
  })

  test('is deleted if it was made, given back if it was adopted, and left alone otherwise', async () => {
    const context = applying()
    await secretKind.remove!(spec, {labels: {team: 'web'}}, context)
    expect(context.api.requests).toEqual([])
    await secretKind.remove!(spec, {labels: {...adopted, team: 'web'}}, context)
    expect(context.api.bodies(`PATCH ${path}`)).toEqual([{labels: {team: 'web'}}])
    await secretKind.remove!(spec, {labels: ours}, context)
    expect(context.api.writes().at(-1)).toBe(`DELETE ${path}`)
    expectValid(context.api)
  })

  test('has the checksum that RFC 3720 gives for its examples', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43)
  })
})
