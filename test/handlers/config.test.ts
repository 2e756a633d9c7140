import {describe, expect, test} from 'vitest'
import {ConfigFault, parseFunctionsConfig} from '#runtime/handlers/config.ts'
import {readEnvironment} from '#runtime/handlers/environment.ts'
import {parseHmacKeys} from '#runtime/handlers/signature.ts'
import {CONFIG} from './stand-ins/stage.ts'

function problemsOf(change: object): readonly string[] {
  try {
    parseFunctionsConfig(JSON.stringify({...CONFIG, ...change}))
    return []
  } catch (error) {
    return (error as ConfigFault).problems
  }
}

test('defaults are filled in', () => {
  const config = parseFunctionsConfig(JSON.stringify(CONFIG))
  expect(config).toMatchObject({
    identities: {collection: 'identities'},
    requests: {collection: 'requests', ttlSeconds: 3600},
    callback: {path: '/stitch/callback', allowPrivate: false},
    deadlines: {functionMs: 1200, firestoreMs: 800, callbackMs: 2000},
    limits: {bodyBytes: 65_536, batch: 50, idBytes: 1500},
  })
  expect(parseFunctionsConfig(config)).toEqual(config)
})

describe('the functions do not start with', () => {
  const kinds = (change: object) => ({kinds: {...CONFIG.kinds, ...change}})
  const browser = (change: object) => ({destinations: {...CONFIG.destinations, browser: change}})
  test.each<[string, object, string]>([
    ['an unknown key', {destination: {}}, 'destination is not a known key'],
    ['an unknown key inside', {limits: {bytes: 1}}, 'limits.bytes is not a known key'],
    [
      'an open pattern',
      kinds({product: {match: '^P-', collection: 'p'}}),
      'kinds.product.match must be anchored with ^ and $',
    ],
    ['a broken pattern', {blockedValues: ['^($']}, 'blockedValues.0 must be a regular expression'],
    [
      'a resolver with a graph',
      kinds({
        visitor: {resolver: true, graph: true, namespaces: {cookie: {match: '^c$'}}},
      }),
      'kinds.visitor.graph cannot be where a resolver is',
    ],
    [
      'a resolver with a collection',
      kinds({offer: {resolver: true, collection: 'offers'}}),
      'kinds.offer.collection is not a known key',
    ],
    [
      'a collection that is a path',
      kinds({product: {collection: 'a/b'}}),
      'kinds.product.collection must be one path segment',
    ],
    [
      'a graph without namespaces',
      kinds({visitor: {collection: 'v', graph: true}}),
      'kinds.visitor.namespaces must be there for a graph kind, and only for one',
    ],
    [
      'an unknown normaliser',
      kinds({visitor: {collection: 'v', graph: true, namespaces: {c: {match: '^c$', normalise: ['upper']}}}}),
      'kinds.visitor.namespaces.c.normalise takes only trim, lower, nfkc',
    ],
    [
      'a list for no kind',
      browser({procuct: ['name']}),
      'destinations.browser.procuct names a kind that does not exist',
    ],
    [
      'a sensitive attribute for browsers',
      browser({product: ['cost']}),
      'destinations.browser.product lists cost, but cost is sensitive',
    ],
    [
      'the parent of one',
      browser({visitor: ['crm']}),
      'destinations.browser.visitor lists crm, but crm.creditLimit is sensitive',
    ],
    [
      'a part of one',
      browser({visitor: ['email.domain']}),
      'destinations.browser.visitor lists email.domain, but email is sensitive',
    ],
    [
      'everything for browsers',
      browser({product: ['*']}),
      'destinations.browser.product must list attributes, since * would let out all of them',
    ],
    [
      'a crooked attribute',
      browser({product: ['__proto__']}),
      'destinations.browser.product takes only dotted attribute paths',
    ],
    ['a callback without TLS', {callback: {baseUrl: 'http://sgtm.example.com'}}, 'callback.baseUrl must be https'],
    [
      'a callback with a password',
      {callback: {baseUrl: 'https://a:b@sgtm.example.com'}},
      'callback.baseUrl must have no user, query or fragment',
    ],
    ['a batch over 50', {limits: {batch: 51}}, 'limits.batch must be a whole number from 1 to 50'],
    ['no topic', {topic: ''}, 'topic must be a text that is not empty'],
  ])('%s', (_name, change, problem) => {
    expect(problemsOf(change)).toContain(problem)
  })

  test('what is not JSON', () => {
    expect(() => parseFunctionsConfig('{')).toThrow(ConfigFault)
  })

  test('keys or a pepper that are missing, short or crooked, and nothing of them is said', () => {
    const env = {STITCH_CONFIG: JSON.stringify(CONFIG), STITCH_HMAC_KEYS: '{"k":"MDEyMzQ1Njc4OWFiY2RlZg=="}'}
    expect(() => readEnvironment(env)).toThrow('STITCH_PEPPER has less than 128 bits')
    expect(() => parseHmacKeys(undefined)).toThrow('STITCH_HMAC_KEYS has no key')
    expect(() => parseHmacKeys('{"k":"c2hvcnQ="}')).toThrow('The key k of STITCH_HMAC_KEYS has less than 128 bits')
    expect(() => parseHmacKeys('{"k":"secret')).toThrow(/^STITCH_HMAC_KEYS is not a JSON object/)
  })
})

test('the environment decides the project', () => {
  const secret = Buffer.alloc(32, 7).toString('base64')
  const env = {
    STITCH_CONFIG: JSON.stringify(CONFIG),
    STITCH_HMAC_KEYS: JSON.stringify({k: secret}),
    STITCH_PEPPER: secret,
  }
  expect(readEnvironment(env).config.project).toBe('demo-stitch')
  expect(readEnvironment({...env, GOOGLE_CLOUD_PROJECT: 'other'}).config.project).toBe('other')
})
