import {expect, test} from 'vitest'
import {startServer} from './server.ts'
import {idTokenFor} from './run-functions/invoker.ts'
import {runFunctions} from './run-functions.ts'
import {createClient, FUNCTIONS, prepareFunctions, upload, zipOf, type Client} from './services/client.ts'

const api = 'cloudfunctions.googleapis.com/v2'
const service = 'run.googleapis.com/v2/projects/stitch-test/locations/us-central1/services/stitch-lookup'
const echo = zipOf(`exports.lookup = (request, response) => {
  console.log(JSON.stringify({severity: 'NOTICE', message: 'served', 'logging.googleapis.com/trace': 'projects/p/traces/abc'}))
  const {GREETING, PEPPER, HOST, K_SERVICE} = process.env
  response.send({GREETING, PEPPER, HOST, K_SERVICE, body: request.body, path: request.path})
}`)

async function deploy(client: Client, environmentVariables: object, email: string): Promise<string> {
  const {call, wait, fake} = client
  const secrets = 'secretmanager.googleapis.com/v1/projects/stitch-test/secrets'
  if (!client.cloud.table('secretmanager.secrets').size) {
    await fake.seed('POST', `${secrets}?secretId=pepper`, {replication: {automatic: {}}})
    await fake.seed('POST', `${secrets}/pepper:addVersion`, {payload: {data: Buffer.from('hot').toString('base64')}})
    await fake.seed('POST', `${secrets}/pepper:setIamPolicy`, {
      policy: {bindings: [{role: 'roles/secretmanager.secretAccessor', members: [`serviceAccount:${email}`]}]},
    })
  }
  const body = {
    buildConfig: {runtime: 'nodejs24', entryPoint: 'lookup', source: {storageSource: await upload(client, echo)}},
    serviceConfig: {
      serviceAccountEmail: email,
      environmentVariables,
      secretEnvironmentVariables: [{key: 'PEPPER', secret: 'pepper', version: '1', projectId: 'stitch-test'}],
    },
  }
  const there = (await call('GET', `${FUNCTIONS}/stitch-lookup`)).status === 200
  const {json} = await (there
    ? call('PATCH', `${FUNCTIONS}/stitch-lookup?updateMask=buildConfig,serviceConfig`, body)
    : call('POST', `${FUNCTIONS}?functionId=stitch-lookup`, body))
  const {response} = await wait(api, json)
  return response.serviceConfig.uri
}

test('what was deployed runs: code, variables, secrets, log, who may call', async () => {
  const client = createClient()
  const email = await prepareFunctions(client)
  await using functions = runFunctions(client.cloud, {env: {HOST: '127.0.0.1:1'}})
  await using server = await startServer(functions.over(client.fake.transport))
  const uri = await deploy(client, {GREETING: 'one'}, email)
  const ask = async (headers: Record<string, string> = {}) =>
    await fetch(`${server.url}/${new URL(uri).host}/v1/stitch?x=1`, {
      method: 'POST',
      headers: {'content-type': 'application/json', ...headers},
      body: '{"id":"R1"}',
    })

  expect((await ask()).status).toBe(403)
  const invoker = (member: string) =>
    client.call('POST', `${service}:setIamPolicy`, {
      policy: {bindings: [{role: 'roles/run.invoker', members: [member]}]},
    })
  await invoker(`serviceAccount:${email}`)
  const token = (who: string, audience: string) => ({authorization: `Bearer ${idTokenFor(who, audience)}`})
  expect((await ask(token('other@example.com', uri))).status).toBe(403)
  expect((await ask(token(email, 'https://elsewhere.example.com'))).status).toBe(401)
  expect((await ask(token(email, uri))).status).toBe(200)
  await invoker('allUsers')
  expect(await (await ask()).json()).toEqual({
    GREETING: 'one',
    PEPPER: 'hot',
    HOST: '127.0.0.1:1',
    K_SERVICE: 'stitch-lookup',
    body: {id: 'R1'},
    path: '/v1/stitch',
  })

  const {json} = await client.call('POST', 'logging.googleapis.com/v2/entries:list', {
    resourceNames: ['projects/stitch-test'],
    filter: 'resource.type="cloud_run_revision" AND resource.labels.service_name="stitch-lookup" AND severity>=NOTICE',
  })
  expect(json.entries[0]).toMatchObject({
    severity: 'NOTICE',
    trace: 'projects/p/traces/abc',
    jsonPayload: {message: 'served'},
  })

  await deploy(client, {GREETING: 'two'}, email)
  expect(await (await ask()).json()).toMatchObject({GREETING: 'two'})
})

test('Pub/Sub pushes with a token of the account, directly or for an engine', async () => {
  const client = createClient()
  const email = await prepareFunctions(client)
  await using functions = runFunctions(client.cloud, {env: {}})
  const uri = await deploy(client, {}, email)
  const pubsub = 'pubsub.googleapis.com/v1/projects/stitch-test'
  await client.call('PUT', `${pubsub}/topics/requests`, {})
  await client.call('PUT', `${pubsub}/subscriptions/worker`, {
    topic: 'projects/stitch-test/topics/requests',
    pushConfig: {pushEndpoint: uri, oidcToken: {serviceAccountEmail: email, audience: uri}},
  })
  expect((await functions.pushTo('worker', {data: 'aGk='})).status).toBe(403)
  await client.call('POST', `${service}:setIamPolicy`, {
    policy: {bindings: [{role: 'roles/run.invoker', members: [`serviceAccount:${email}`]}]},
  })
  const {status, body} = await functions.pushTo('worker', {data: 'aGk=', messageId: '7'})
  expect(status).toBe(200)
  expect(JSON.parse(Buffer.from(body).toString()).body).toMatchObject({
    message: {data: 'aGk=', messageId: '7'},
    subscription: 'projects/stitch-test/subscriptions/worker',
  })
  const face = await functions.pushFace('worker')
  const answer = await fetch(face, {method: 'POST', body: '{"message":{"data":"eA=="}}'})
  expect(await answer.json()).toMatchObject({body: {message: {data: 'eA=='}}})
})
