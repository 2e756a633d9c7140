import {once} from 'node:events'
import {connect, type IncomingHttpHeaders} from 'node:http2'
import {connect as connectTcp} from 'node:net'
import {text as readText} from 'node:stream/consumers'
import {setTimeout as sleep} from 'node:timers/promises'
import {gzipSync} from 'node:zlib'
import {PubSub} from '@google-cloud/pubsub'
import {Firestore} from '@google-cloud/firestore'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {startGrpcServer} from '#runtime/engine/embedded/grpc/server.ts'
import type {Method} from '#runtime/engine/embedded/grpc/service.ts'
import {lazyRest} from '#runtime/engine/embedded/rest/lazy.ts'
import type {Engine} from '#runtime/engine/types.ts'
import {startEmbedded} from '../firestore/start-embedded.ts'
import {ask as askHost, type Asked} from './ask.ts'

let engine: Engine
beforeAll(async () => {
  engine = await startEmbedded()
})
afterAll(() => engine[Symbol.asyncDispose]())
beforeEach(async () => {
  await askHost(engine.firestoreHost, 'POST', '/reset')
  await askHost(engine.pubsubHost, 'POST', '/reset')
})

const ROOT = 'projects/demo-stitch/databases/(default)/documents'
const documents = (verb: string, path: string, asked?: Asked) => askHost(engine.firestoreHost, verb, path, asked)
const topics = (verb: string, path: string, asked?: Asked) => askHost(engine.pubsubHost, verb, path, asked)
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
const refusal = (code: number, status: string) => ({error: {code, status, message: expect.any(String)}})

describe('documents as JSON', () => {
  test('are made, read, listed, changed and deleted', async () => {
    const name = `${ROOT}/a/x`
    const made = await documents('POST', `/v1/${ROOT}/a?documentId=x`, {
      body: {fields: {n: {integerValue: 1}, s: {stringValue: 'é'}}},
    })
    expect(made.status).toBe(200)
    expect(made.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(made.json).toEqual({
      name,
      fields: {n: {integerValue: '1'}, s: {stringValue: 'é'}},
      createTime: time,
      updateTime: time,
    })
    expect((await documents('POST', `/v1/${ROOT}/a?documentId=x`, {body: {}})).json).toEqual(
      refusal(409, 'ALREADY_EXISTS'),
    )
    expect((await documents('GET', `/v1/${name}?mask.fieldPaths=n`)).json).toMatchObject({
      fields: {n: {integerValue: '1'}},
    })
    const patched = await documents('PATCH', `/v1/${name}?updateMask.fieldPaths=n&currentDocument.exists=true`, {
      body: {fields: {n: {doubleValue: 'NaN'}}},
    })
    expect(patched.json).toMatchObject({fields: {n: {doubleValue: 'NaN'}, s: {stringValue: 'é'}}})
    expect((await documents('GET', `/v1/${ROOT}/a`)).json).toEqual({documents: [patched.json]})
    expect((await documents('DELETE', `/v1/${name}`)).json).toEqual({})
    expect((await documents('GET', `/v1/${name}`)).json).toEqual(refusal(404, 'NOT_FOUND'))
    expect((await documents('GET', `/v1/${ROOT}/a`)).json).toEqual({})
  })

  test('streams become lists', async () => {
    const writes = ['x', 'y'].map((id, n) => ({update: {name: `${ROOT}/a/${id}`, fields: {n: {integerValue: n}}}}))
    const committed = await documents('POST', `/v1/${ROOT}:commit`, {body: {writes}})
    expect(committed.json).toEqual({writeResults: [{updateTime: time}, {updateTime: time}], commitTime: time})
    const structuredQuery = {
      from: [{collectionId: 'a'}],
      orderBy: [{field: {fieldPath: 'n'}, direction: 'DESCENDING'}],
      limit: 5,
    }
    const found = await documents('POST', `/v1/${ROOT}:runQuery`, {body: {structuredQuery}})
    expect(found.json).toEqual([
      expect.objectContaining({document: expect.objectContaining({name: `${ROOT}/a/y`})}),
      expect.objectContaining({document: expect.objectContaining({name: `${ROOT}/a/x`})}),
    ])
    const got = await documents('POST', `/v1/${ROOT}:batchGet`, {body: {documents: [`${ROOT}/a/x`, `${ROOT}/a/none`]}})
    expect(got.json).toEqual([
      {found: expect.objectContaining({name: `${ROOT}/a/x`}), readTime: time},
      {missing: `${ROOT}/a/none`, readTime: time},
    ])
    const structuredAggregationQuery = {
      structuredQuery: {from: [{collectionId: 'a'}]},
      aggregations: [{alias: 'all', count: {}}],
    }
    const counted = await documents('POST', `/v1/${ROOT}:runAggregationQuery`, {body: {structuredAggregationQuery}})
    expect(counted.json).toEqual([{result: {aggregateFields: {all: {integerValue: '2'}}}, readTime: time}])
    expect((await documents('POST', `/v1/${ROOT}:listCollectionIds`, {body: {}})).json).toEqual({collectionIds: ['a']})
  })

  test('pipelines are executed and explained', async () => {
    const literal = {mapValue: {fields: {n: {integerValue: 1}, id: {stringValue: 'x'}}}}
    const execute = (stages: object[], more: object = {}) =>
      documents('POST', `/v1/${ROOT}:executePipeline`, {body: {structuredPipeline: {pipeline: {stages}, ...more}}})
    const insert = {
      name: 'insert',
      options: {collection: {referenceValue: '/a'}, document_id: {fieldReferenceValue: 'id'}},
    }
    expect((await execute([{name: 'literals', args: [literal]}, insert])).json).toEqual([
      {results: [{fields: {documents_modified: {integerValue: '1'}}}], executionTime: time},
    ])
    const all = [{name: 'collection', args: [{referenceValue: '/a'}]}]
    const analyze = {explain_options: {mapValue: {fields: {mode: {stringValue: 'analyze'}}}}}
    expect((await execute(all, {options: analyze})).json).toEqual([
      {
        results: [
          {
            name: `${ROOT}/a/x`,
            fields: {n: {integerValue: '1'}, id: {stringValue: 'x'}},
            createTime: time,
            updateTime: time,
          },
        ],
        executionTime: time,
        explainStats: {
          data: {
            '@type': 'type.googleapis.com/google.protobuf.StringValue',
            value: expect.stringContaining('results returned: 1'),
          },
        },
      },
    ])
    const condition = {functionValue: {name: 'equal', args: [{fieldReferenceValue: 'n'}, {integerValue: 2}]}}
    expect((await execute([...all, {name: 'where', args: [condition]}])).json).toEqual([{executionTime: time}])
    expect((await execute([{name: 'where', args: [condition]}])).json).toEqual(refusal(400, 'INVALID_ARGUMENT'))
  })

  test('a stream that is refused is a refusal, not a list', async () => {
    const structuredQuery = {
      from: [{collectionId: 'a'}],
      where: {fieldFilter: {field: {fieldPath: 'n'}, op: 'IN', value: {arrayValue: {}}}},
    }
    const answer = await documents('POST', `/v1/${ROOT}:runQuery`, {body: {structuredQuery}})
    expect(answer.status).toBe(400)
    expect(answer.json).toEqual(refusal(400, 'INVALID_ARGUMENT'))
  })

  test('a transaction is begun, read in, committed, and cannot be used again', async () => {
    const {transaction} = (await documents('POST', `/v1/${ROOT}:beginTransaction`, {body: {options: {readWrite: {}}}}))
      .json as {transaction: string}
    const name = `${ROOT}/a/t`
    await documents('GET', `/v1/${name}?transaction=${encodeURIComponent(transaction)}`)
    const body = {
      transaction,
      writes: [{update: {name, fields: {}}, updateTransforms: [{fieldPath: 'at', setToServerValue: 'REQUEST_TIME'}]}],
    }
    expect((await documents('POST', `/v1/${ROOT}:commit`, {body})).json).toMatchObject({
      writeResults: [{transformResults: [{timestampValue: time}]}],
    })
    expect((await documents('POST', `/v1/${ROOT}:commit`, {body})).status).toBe(400)
    const other = (await documents('POST', `/v1/${ROOT}:beginTransaction`, {body: {}})).json as {transaction: string}
    expect((await documents('POST', `/v1/${ROOT}:rollback`, {body: other})).json).toEqual({})
  })

  test('a batch tells of each write by itself', async () => {
    const writes = [{delete: `${ROOT}/a/none`}, {update: {name: `${ROOT}/a/none2`}, currentDocument: {exists: true}}]
    const {json} = await documents('POST', `/v1/${ROOT}:batchWrite`, {body: {writes}})
    expect(json).toMatchObject({status: [{}, {code: 5}]})
  })

  test('are those that the gRPC client writes, in all projects and databases', async () => {
    const open = (projectId: string, databaseId: string) =>
      new Firestore({projectId, databaseId, host: engine.firestoreHost, ssl: false})
    const places = [
      ['one', '(default)'],
      ['one', 'second'],
      ['two', '(default)'],
    ] as const
    for (const [project, database] of places) {
      const client = open(project, database)
      await client.doc('a/x').set({project, database, big: 2 ** 53 - 1, at: new Date(0), bytes: Buffer.from('b')})
      await client.terminate()
    }
    for (const [project, database] of places) {
      const {json} = await documents('GET', `/v1/projects/${project}/databases/${database}/documents/a/x`)
      expect(json).toMatchObject({
        fields: {
          project: {stringValue: project},
          database: {stringValue: database},
          big: {integerValue: '9007199254740991'},
          at: {timestampValue: '1970-01-01T00:00:00Z'},
          bytes: {bytesValue: 'Yg=='},
        },
      })
    }
    const databases = [
      'projects/one/databases/(default)',
      'projects/one/databases/second',
      'projects/two/databases/(default)',
    ]
    expect((await documents('GET', '/emulator/v1/databases')).json).toEqual({databases})
    expect((await documents('DELETE', '/emulator/v1/projects/one/databases/(default)/documents')).json).toEqual({})
    expect((await documents('GET', '/emulator/v1/databases')).json).toEqual({databases: databases.slice(1)})
    expect((await documents('POST', '/reset')).text).toBe('Resetting...\n')
    expect((await documents('GET', '/emulator/v1/databases')).json).toEqual({databases: []})
  })

  test('emptying a database deletes below missing documents too, and listeners see it', async () => {
    const client = new Firestore({projectId: 'demo-stitch', host: engine.firestoreHost, ssl: false})
    const writer = client.bulkWriter({throttling: false})
    for (let n = 0; n < 1203; n++) void writer.set(client.doc(`many/${n}/below/x`), {n})
    await writer.close()
    const sizes: number[] = []
    const emptied = Promise.withResolvers<void>()
    const stop = client.collectionGroup('below').onSnapshot(({size}) => {
      if (sizes.push(size) === 1) void documents('DELETE', `/emulator/v1/${ROOT}`)
      if (size === 0) emptied.resolve()
    }, emptied.reject)
    await emptied.promise
    stop()
    expect(sizes[0]).toBe(1203)
    expect((await client.listCollections()).length).toBe(0)
    await client.terminate()
  })
})

describe('Pub/Sub as JSON', () => {
  const topic = 'projects/demo-stitch/topics/orders'
  const subscription = 'projects/demo-stitch/subscriptions/worker'

  test('a message goes from publish over pull to acknowledge', async () => {
    expect((await topics('PUT', `/v1/${topic}`)).json).toEqual({name: topic})
    expect((await topics('PUT', `/v1/${topic}`, {body: {}})).json).toEqual(refusal(409, 'ALREADY_EXISTS'))
    const made = await topics('PUT', `/v1/${subscription}`, {
      body: {topic, retryPolicy: {minimumBackoff: '1.5s'}, labels: {a: 'b'}},
    })
    expect(made.json).toMatchObject({
      ackDeadlineSeconds: 10,
      messageRetentionDuration: '604800s',
      retryPolicy: {minimumBackoff: '1.500s'},
      state: 'ACTIVE',
    })
    const published = await topics('POST', `/v1/${topic}:publish`, {
      body: {messages: [{data: 'aGk', attributes: {k: 'v'}}]},
    })
    const {messageIds} = published.json as {messageIds: string[]}
    const pulled = await topics('POST', `/v1/${subscription}:pull`, {body: {maxMessages: 5}})
    expect(pulled.json).toEqual({
      receivedMessages: [
        {
          ackId: expect.any(String),
          message: {data: 'aGk=', attributes: {k: 'v'}, messageId: messageIds[0], publishTime: time},
        },
      ],
    })
    const {receivedMessages} = pulled.json as {receivedMessages: {ackId: string}[]}
    const ackIds = receivedMessages.map(({ackId}) => ackId)
    expect(
      (await topics('POST', `/v1/${subscription}:modifyAckDeadline`, {body: {ackIds, ackDeadlineSeconds: 60}})).json,
    ).toEqual({})
    expect((await topics('POST', `/v1/${subscription}:acknowledge`, {body: {ackIds}})).json).toEqual({})
    expect((await topics('POST', `/v1/${subscription}:seek`, {body: {time: new Date().toISOString()}})).json).toEqual(
      {},
    )
    expect(
      (await topics('POST', `/v1/${subscription}:pull`, {body: {maxMessages: 5, returnImmediately: true}})).json,
    ).toEqual({})
    expect((await topics('GET', `/v1/${topic}/subscriptions`)).json).toEqual({subscriptions: [subscription]})
    expect((await topics('DELETE', `/v1/${topic}`)).json).toEqual({})
  })

  test('schemas are kept and validate', async () => {
    const definition = '{"type":"record","name":"A","fields":[{"name":"x","type":"string"}]}'
    const made = await topics('POST', '/v1/projects/demo-stitch/schemas?schemaId=shape', {
      body: {type: 'AVRO', definition},
    })
    expect(made.json).toMatchObject({
      name: 'projects/demo-stitch/schemas/shape',
      type: 'AVRO',
      definition,
      revisionCreateTime: time,
    })
    expect((await topics('GET', '/v1/projects/demo-stitch/schemas')).json).toMatchObject({schemas: [{type: 'AVRO'}]})
    const message = Buffer.from('{"y":1}').toString('base64')
    const name = 'projects/demo-stitch/schemas/shape'
    expect(
      (
        await topics('POST', '/v1/projects/demo-stitch/schemas:validateMessage', {
          body: {name, message, encoding: 'JSON'},
        })
      ).status,
    ).toBe(400)
  })

  test('projects stand beside each other, and a reset removes all of them', async () => {
    for (const project of ['one', 'two']) await topics('PUT', `/v1/projects/${project}/topics/orders`)
    expect((await topics('GET', '/v1/projects/one/topics')).json).toEqual({
      topics: [{name: 'projects/one/topics/orders'}],
    })
    expect((await topics('GET', '/emulator/v1/projects')).json).toEqual({projects: ['one', 'two']})
    await topics('POST', '/reset')
    expect((await topics('GET', '/emulator/v1/projects')).json).toEqual({projects: []})
    const client = new PubSub({projectId: 'one', apiEndpoint: engine.pubsubHost, emulatorMode: true})
    expect((await client.getTopics())[0]).toEqual([])
    await client.close()
  })

  test('a policy is set and read, and a reset takes it along', async () => {
    await topics('PUT', `/v1/${topic}`)
    const bindings = [{role: 'roles/pubsub.publisher', members: ['allUsers']}]
    const set = await topics('POST', `/v1/${topic}:setIamPolicy`, {body: {policy: {bindings}}})
    expect([set.status, set.json]).toEqual([200, {bindings, etag: expect.any(String)}])
    expect((await topics('GET', `/v1/${topic}:getIamPolicy`)).json).toEqual(set.json)
    const permissions = ['pubsub.topics.publish']
    expect((await topics('POST', `/v1/${topic}:testIamPermissions`, {body: {permissions}})).json).toEqual({permissions})
    await topics('POST', '/reset')
    await topics('PUT', `/v1/${topic}`)
    expect((await topics('GET', `/v1/${topic}:getIamPolicy`)).json).not.toHaveProperty('bindings')
  })

  test('the details of a refusal are shown', async () => {
    await topics('PUT', `/v1/${topic}`)
    await topics('PUT', `/v1/${subscription}`, {body: {topic, enableExactlyOnceDelivery: true}})
    const {json} = await topics('POST', `/v1/${subscription}:acknowledge`, {body: {ackIds: ['gone']}})
    expect(json).toMatchObject({
      error: {
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            metadata: {gone: expect.stringContaining('PERMANENT_FAILURE')},
          },
        ],
      },
    })
  })

  test('the keys of push tokens are still served', async () => {
    expect((await topics('GET', '/.well-known/jwks.json')).json).toEqual({keys: expect.any(Array)})
    expect((await topics('GET', '/elsewhere')).json).toMatchObject({error: {code: 404}})
  })

  test.each(['write', 'listen'])('%s, which speaks both ways at once, is not there, and why', async (method) => {
    const {status, json} = await documents('POST', `/v1/${ROOT}:${method}`, {body: {}})
    expect([status, json]).toEqual([
      404,
      {
        error: {
          code: 404,
          status: 'NOT_FOUND',
          message: expect.stringMatching(/google\.firestore\.v1\.Firestore\/(Write|Listen) .* over gRPC/),
        },
      },
    ])
  })
})

describe('the port', () => {
  test('shows that it is alive as the emulators do', async () => {
    for (const ask of [documents, topics]) {
      expect((await ask('GET', '/')).text).toBe('Ok\n')
      expect((await ask('HEAD', '/')).status).toBe(200)
    }
  })

  test('names what it does not serve', async () => {
    expect((await documents('GET', '/v1/projects/p/topics')).json).toEqual(refusal(404, 'NOT_FOUND'))
    expect((await documents('GET', '/v1/projects/p/databases/d/documents/a/%E0%A4%A')).json).toEqual(
      refusal(400, 'INVALID_ARGUMENT'),
    )
  })

  test('lets pages of this machine in and no others', async () => {
    const preflight = await documents('OPTIONS', `/v1/${ROOT}/a/b`, {
      headers: {
        origin: 'http://localhost:3000',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization',
      },
    })
    expect(preflight.status).toBe(200)
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': 'http://localhost:3000',
      'access-control-allow-methods': expect.stringContaining('PATCH'),
      'access-control-allow-headers': 'authorization',
    })
    for (const origin of [
      'https://example.com',
      'null',
      'http://localhost.example.com',
      'http://127.0.0.1.example.com',
    ]) {
      const answer = await documents('POST', '/reset', {headers: {origin}})
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([403, undefined])
    }
  })

  test('is not read by a page whose owner leads a public name to this machine', async () => {
    for (const host of ['evil.example.com:8080', 'localhost.example.com', '127.0.0.1.example.com']) {
      const answer = await documents('GET', `/v1/${ROOT}/a`, {headers: {host}})
      expect([host, answer.status, answer.json]).toEqual([host, 403, refusal(403, 'PERMISSION_DENIED')])
    }
    for (const host of [
      '127.0.0.1:8080',
      'localhost',
      '[::1]:8080',
      'app.localhost',
      'engine:8080',
      'host.docker.internal',
    ])
      expect([host, (await documents('GET', `/v1/${ROOT}/a`, {headers: {host}})).status]).toEqual([host, 200])
  })

  test('refuses paths that are none', async () => {
    expect((await documents('GET', '//')).json).toEqual(refusal(404, 'NOT_FOUND'))
    expect((await documents('GET', '//[')).json).toEqual(refusal(404, 'NOT_FOUND'))
    expect((await documents('GET', 'http://[')).status).toBe(400)
    expect((await documents('GET', `http://anywhere/v1/${ROOT}/a`)).status).toBe(200)
  })

  test('knows a request whose first byte comes alone from gRPC', async () => {
    const [hostname, port] = engine.firestoreHost.split(':')
    const socket = connectTcp(Number(port), hostname)
    socket.setNoDelay(true).write('P')
    await sleep(50)
    socket.write('OST /reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    expect(await readText(socket)).toMatch(/^HTTP\/1.1 200 OK/)
  })

  test('takes bodies that are packed, and refuses those that are too large', async () => {
    const {hostname, port} = new URL(`http://${engine.firestoreHost}`)
    const packed = await fetch(`http://${hostname}:${port}/v1/${ROOT}/a/z`, {
      method: 'PATCH',
      headers: {'content-encoding': 'gzip'},
      body: gzipSync('{"fields":{"n":{"integerValue":"5"}}}'),
    })
    expect(await packed.json()).toMatchObject({fields: {n: {integerValue: '5'}}})
    const large = await documents('PATCH', `/v1/${ROOT}/a/z`, {
      body: {fields: {s: {stringValue: 'x'.repeat(21 * 1024 * 1024)}}},
    })
    expect(large.json).toEqual(refusal(429, 'RESOURCE_EXHAUSTED'))
  })

  test('writes without blanks, and enums as numbers, where that is asked for', async () => {
    await topics('PUT', '/v1/projects/demo-stitch/topics/orders')
    await topics('PUT', '/v1/projects/demo-stitch/subscriptions/worker', {
      body: {topic: 'projects/demo-stitch/topics/orders'},
    })
    const {text} = await topics(
      'GET',
      '/v1/projects/demo-stitch/subscriptions/worker?$prettyPrint=false&$alt=json;enum-encoding=int',
    )
    expect(text).toContain('"state":1}')
  })

  test('speaks HTTP/2 without TLS to callers that are not gRPC', async () => {
    const session = connect(`http://${engine.firestoreHost}`)
    const stream = session.request({
      ':method': 'PATCH',
      ':path': `/v1/${ROOT}/a/h2`,
      'content-type': 'application/json',
    })
    stream.end('{"fields":{"n":{"integerValue":"2"}}}')
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
    await once(stream, 'end')
    session.close()
    expect([headers[':status'], headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    expect(JSON.parse(text)).toMatchObject({name: `${ROOT}/a/h2`})
  })

  test('a call ends with its caller, and with the engine', async () => {
    const calls: PromiseWithResolvers<AbortSignal>[] = [Promise.withResolvers(), Promise.withResolvers()]
    let begun = 0
    const wait: Method = {
      kind: 'unary',
      handle: (_, {signal}) => {
        calls[begun++]!.resolve(signal)
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      },
    }
    const pages = lazyRest({
      services: [{'/google.pubsub.v1.Subscriber/Pull': wait}],
      packages: ['google.pubsub.v1'],
      pages: () => undefined,
    })
    await using server = await startGrpcServer({port: 0, services: [], pages})
    const pull = async (signal: AbortSignal) => {
      const url = `http://127.0.0.1:${server.port}/v1/projects/p/subscriptions/s:pull`
      return await fetch(url, {method: 'POST', body: '{"maxMessages":1}', signal}).catch((error: unknown) => error)
    }
    const caller = new AbortController()
    const first = pull(caller.signal)
    const firstSignal = await calls[0]!.promise
    caller.abort()
    expect(await first).toBeInstanceOf(Error)
    if (!firstSignal.aborted) await once(firstSignal, 'abort')
    const second = pull(new AbortController().signal)
    const secondSignal = await calls[1]!.promise
    await server[Symbol.asyncDispose]()
    expect(await second).toBeInstanceOf(Error)
    expect(secondSignal.aborted).toBe(true)
  })
})
