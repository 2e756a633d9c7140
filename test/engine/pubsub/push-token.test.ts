import {connect} from 'node:net'
import {OAuth2Client} from 'google-auth-library'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {createPushTokens} from '../../../src/runtime/engine/embedded/pubsub/push-token.ts'
import {startEndpoint, startPubSub} from './push-endpoint.ts'

const EMAIL = 'pusher@demo.iam.gserviceaccount.com'
const ISSUERS = ['https://accounts.google.com']

let pubsub: Awaited<ReturnType<typeof startPubSub>>
beforeAll(async () => {
  pubsub = await startPubSub()
})
afterAll(() => pubsub[Symbol.asyncDispose]())

const page = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${pubsub.port}${path}`, init)

async function pushOne(oidcToken: {serviceAccountEmail: string; audience?: string}) {
  await using endpoint = await startEndpoint()
  const id = `token-${Math.random().toString(36).slice(2)}`
  const [topic] = await pubsub.client.createTopic(id)
  await topic.createSubscription(id, {pushConfig: {pushEndpoint: endpoint.url, oidcToken}})
  await topic.publishMessage({data: Buffer.from('x')})
  const {headers} = await endpoint.next()
  return {url: endpoint.url, token: String(headers.authorization).replace(/^Bearer /, '')}
}

describe('the token of a push', () => {
  test('is verified by the Google library with the keys that the engine serves', async () => {
    const {token} = await pushOne({serviceAccountEmail: EMAIL, audience: 'https://worker.example'})
    const pems = (await (await page('/oauth2/v1/certs')).json()) as Record<string, string>
    const library = new OAuth2Client()
    const ticket = await library.verifySignedJwtWithCertsAsync(token, pems, 'https://worker.example', ISSUERS)
    const claims = ticket.getPayload()!
    expect(claims).toMatchObject({
      iss: 'https://accounts.google.com',
      aud: 'https://worker.example',
      email: EMAIL,
      email_verified: true,
      sub: expect.stringMatching(/^\d{21}$/) as string,
    })
    expect(claims.exp - claims.iat).toBe(3_600)
    await expect(library.verifySignedJwtWithCertsAsync(token, pems, 'https://other.example', ISSUERS)).rejects.toThrow(
      'Wrong recipient',
    )
  })

  test('is verified by verifyIdToken of a client whose key address is the engine', async () => {
    const {token} = await pushOne({serviceAccountEmail: EMAIL, audience: 'worker'})
    const library = new OAuth2Client({
      endpoints: {oauth2FederatedSignonPemCertsUrl: `http://127.0.0.1:${pubsub.port}/oauth2/v1/certs`},
    })
    const ticket = await library.verifyIdToken({idToken: token, audience: 'worker'})
    expect(ticket.getPayload()?.email).toBe(EMAIL)
  })

  test('is for the endpoint unless an audience is named', async () => {
    const {token, url} = await pushOne({serviceAccountEmail: EMAIL})
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as {aud: string}
    expect(claims.aud).toBe(url)
  })

  test('is used again for ten minutes and not longer, and never for somebody else', async () => {
    let now = Date.UTC(2026, 0, 1)
    const tokens = createPushTokens(() => now)
    const identity = {email: EMAIL, audience: 'a'}
    const first = await tokens.sign(identity)
    now += 599_000
    expect(await tokens.sign(identity)).toBe(first)
    expect(await tokens.sign({...identity, audience: 'b'})).not.toBe(first)
    now += 1_000
    expect(await tokens.sign(identity)).not.toBe(first)
  })
})

describe('the port', () => {
  test.each(['/.well-known/jwks.json', '/oauth2/v3/certs'])(
    'serves the public key and no secret at %s',
    async (path) => {
      const {keys} = (await (await page(path)).json()) as {keys: object[]}
      expect(keys).toHaveLength(1)
      expect(Object.keys(keys[0]!).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
      expect(Object.keys((await (await page('/oauth2/v1/certs')).json()) as object)).toEqual([
        (keys[0] as {kid: string}).kid,
      ])
    },
  )

  test('answers other paths with 404 and other methods with 405', async () => {
    expect((await page('/elsewhere')).status).toBe(404)
    expect((await page('/oauth2/v3/certs', {method: 'POST'})).status).toBe(405)
  })

  test('closes with connections that have said nothing yet and with ones that are kept alive', async () => {
    const own = await startPubSub()
    const silent = connect(own.port, '127.0.0.1')
    const closed = new Promise((resolve) => silent.on('close', resolve))
    await fetch(`http://127.0.0.1:${own.port}/oauth2/v3/certs`)
    await own[Symbol.asyncDispose]()
    await closed
    await expect(fetch(`http://127.0.0.1:${own.port}/oauth2/v3/certs`)).rejects.toThrow()
  })
})
