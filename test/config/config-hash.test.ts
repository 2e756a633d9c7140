import {describe, expect, test} from 'vitest'
import {hashConfig} from '#runtime/config/config-hash.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {ConfigFile} from '#runtime/config/schema.ts'

const file = {
  kinds: {
    product: {match: '^P-\\d+$', collection: 'products'},
    visitor: {
      collection: 'visitors',
      graph: true,
      namespaces: {cookie: {match: '^ck_.+$'}, email: {match: '^.+@.+$'}},
    },
  },
  destinations: {browser: {product: ['name', 'price']}, server: {}},
  blockedValues: ['^0$'],
}

/** Of a configuration file with its defaults, on some machine. */
function hash(change: object = {}, place: Partial<ResolvedConfig> = {}): string {
  const parsed = ConfigFile.parse({...file, ...change})
  return hashConfig({...parsed, file: '/p/stitch.config.json', isDemo: false, origins: {}, ...place})
}

describe('the hash of a configuration', () => {
  test('is a SHA-256', () => {
    expect(hash()).toMatch(/^[0-9a-f]{64}$/)
  })

  test.each([
    {what: 'an attribute on a list', change: {destinations: {browser: {product: ['name']}, server: {}}}},
    {what: 'a pattern of a kind', change: {kinds: {...file.kinds, product: {match: '^P.+$', collection: 'products'}}}},
    {what: 'the order of kinds', change: {kinds: Object.fromEntries(Object.entries(file.kinds).toReversed())}},
    {
      what: 'the order of namespaces',
      change: {
        kinds: {
          ...file.kinds,
          visitor: {...file.kinds.visitor, namespaces: {email: {match: '^.+@.+$'}, cookie: {match: '^ck_.+$'}}},
        },
      },
    },
    {what: 'a sensitive attribute', change: {sensitive: {product: ['cost']}}},
    {what: 'a placeholder', change: {blockedValues: []}},
    {what: 'a deadline', change: {deadlines: {firestoreMs: 500}}},
    {what: 'a limit', change: {limits: {batch: 10}}},
    {what: 'the topic', change: {topic: 'other-requests'}},
    {what: 'the subscription', change: {subscription: {maxDeliveryAttempts: 10}}},
    {what: 'a collection', change: {requests: {collection: 'asked'}}},
  ])('changes with $what', ({change}) => {
    expect(hash(change)).not.toBe(hash())
  })

  test.each([
    {what: 'ports', change: {ports: {sgtm: 1}}},
    {what: 'the engine', change: {engine: 'gcloud'}},
    {what: 'the project', change: {project: 'my-project'}},
    {what: 'folders', change: {dataDir: 'x', fixtures: 'y', container: 'z'}},
    {what: 'how it is deployed', change: {deploy: {region: 'europe-west6'}}},
    {what: 'a default that is written down', change: {deadlines: {firestoreMs: 800}}},
    {
      what: 'the order of other keys',
      change: {kinds: {...file.kinds, product: {collection: 'products', match: '^P-\\d+$'}}},
    },
  ])('does not change with $what', ({change}) => {
    expect(hash(change)).toBe(hash())
  })

  test('does not change with the place of the file', () => {
    expect(hash({}, {file: '/elsewhere/stitch.config.json', isDemo: true})).toBe(hash())
  })
})
