import {describe, expect, test} from 'vitest'
import {bindRequest} from '#runtime/engine/embedded/rest/bind.ts'
import {createRouter} from '#runtime/engine/embedded/rest/routes.ts'
import {readSchema} from '#runtime/engine/embedded/rest/schema.ts'

const schema = readSchema()
const router = createRouter(schema.routes)
const ROOT = 'projects/p/databases/(default)/documents'

/** The method's name and the request that it gets. */
function resolve(verb: string, target: string, body = ''): readonly [string, unknown] | undefined {
  const url = new URL(target, 'http://engine')
  const match = router(verb, url.pathname)
  return match && [match.route.rpc.replace(/^.*\//, ''), bindRequest(schema, match, url.searchParams, body)]
}

describe('routes', () => {
  test.each([
    ['GET', `/v1/${ROOT}/a/b`, '', 'GetDocument', {name: `${ROOT}/a/b`}],
    ['GET', `/v1/${ROOT}/a/b/c/d`, '', 'GetDocument', {name: `${ROOT}/a/b/c/d`}],
    ['GET', `/v1/${ROOT}/a?pageSize=2`, '', 'ListDocuments', {parent: ROOT, collectionId: 'a', pageSize: '2'}],
    [
      'GET',
      `/v1/${ROOT}/a/b/c?showMissing=true`,
      '',
      'ListDocuments',
      {parent: `${ROOT}/a/b`, collectionId: 'c', showMissing: true},
    ],
    [
      'POST',
      `/v1/${ROOT}/a?documentId=x`,
      '{"fields":{}}',
      'CreateDocument',
      {parent: ROOT, collectionId: 'a', documentId: 'x', document: {fields: {}}},
    ],
    ['POST', `/v1/${ROOT}/a/b/c`, '', 'CreateDocument', {parent: `${ROOT}/a/b`, collectionId: 'c', document: {}}],
    ['POST', `/v1/${ROOT}:runQuery`, '{"structuredQuery":{}}', 'RunQuery', {parent: ROOT, structuredQuery: {}}],
    ['POST', `/v1/${ROOT}/a/b:runQuery`, '', 'RunQuery', {parent: `${ROOT}/a/b`}],
    ['POST', `/v1/${ROOT}:commit`, '', 'Commit', {database: 'projects/p/databases/(default)'}],
    [
      'PATCH',
      `/v1/${ROOT}/a/b?updateMask.fieldPaths=x&updateMask.fieldPaths=y&currentDocument.exists=false`,
      '{"fields":{}}',
      'UpdateDocument',
      {
        document: {fields: {}, name: `${ROOT}/a/b`},
        updateMask: {fieldPaths: ['x', 'y']},
        currentDocument: {exists: false},
      },
    ],
    [
      'DELETE',
      `/v1/${ROOT}/a/b?currentDocument.update_time=2020-01-01T00:00:00Z`,
      '',
      'DeleteDocument',
      {name: `${ROOT}/a/b`, currentDocument: {updateTime: '2020-01-01T00:00:00Z'}},
    ],
    [
      'GET',
      '/v1/projects/p/databases/%28default%29/documents/a/%C3%A9%20b',
      '',
      'GetDocument',
      {name: `${ROOT}/a/é b`},
    ],
    ['GET', `/v1/${ROOT}/a/b:c`, '', 'GetDocument', {name: `${ROOT}/a/b:c`}],
    ['GET', `/v1/${ROOT}/a/b%2Fc`, '', 'GetDocument', {name: `${ROOT}/a/b%2Fc`}],
    [
      'PUT',
      '/v1/projects/p/topics/t',
      '{"name":"other","labels":{}}',
      'CreateTopic',
      {name: 'projects/p/topics/t', labels: {}},
    ],
    [
      'PATCH',
      '/v1/projects/p/topics/t',
      '{"topic":{"labels":{}},"updateMask":"labels"}',
      'UpdateTopic',
      {topic: {labels: {}, name: 'projects/p/topics/t'}, updateMask: 'labels'},
    ],
    [
      'POST',
      '/v1/projects/p/topics/t:publish',
      '{"messages":[]}',
      'Publish',
      {topic: 'projects/p/topics/t', messages: []},
    ],
    ['GET', '/v1/projects/p/topics?key=k&alt=json&$alt=json', '', 'ListTopics', {project: 'projects/p'}],
    [
      'GET',
      '/v1/projects/p/topics/t:getIamPolicy?options.requestedPolicyVersion=3',
      '',
      'GetIamPolicy',
      {resource: 'projects/p/topics/t', options: {requestedPolicyVersion: '3'}},
    ],
    ['GET', '/v1/projects/p/schemas/s@1?view=FULL', '', 'GetSchema', {name: 'projects/p/schemas/s@1', view: 'FULL'}],
    ['POST', '/v1/projects/p/schemas:validate', '', 'ValidateSchema', {parent: 'projects/p'}],
  ])('%s %s %s is %s', (verb, target, body, method, request) => {
    expect(resolve(verb, target, body)).toEqual([method, request])
  })

  test.each([
    ['PUT', `/v1/${ROOT}/a/b`],
    ['POST', `/v1/${ROOT}/a/b`],
    ['GET', `/v1/${ROOT}`],
    ['GET', '/v1/projects/p/topics/t/u'],
    ['GET', '/v2/projects/p/topics'],
  ])('%s %s leads nowhere', (verb, target) => {
    expect(resolve(verb, target)).toBeUndefined()
  })

  test('every method but streaming pull can be reached', () => {
    const reached = new Set(schema.routes.map(({rpc}) => rpc))
    expect(reached.has('/google.pubsub.v1.Subscriber/StreamingPull')).toBe(false)
    expect([...reached].filter((rpc) => rpc.startsWith('/google.firestore.v1.Firestore/'))).toHaveLength(17)
    expect([...reached].filter((rpc) => rpc.startsWith('/google.pubsub.v1.Publisher/'))).toHaveLength(9)
    expect([...reached].filter((rpc) => rpc.startsWith('/google.pubsub.v1.Subscriber/'))).toHaveLength(15)
    expect([...reached].filter((rpc) => rpc.startsWith('/google.pubsub.v1.SchemaService/'))).toHaveLength(10)
  })

  test('an integer too large for a double is not rounded', () => {
    const [, request] = resolve('PATCH', `/v1/${ROOT}/a/b`, '{"fields":{"n":{"integerValue":9007199254740993}}}')!
    expect(request).toMatchObject({document: {fields: {n: {integerValue: '9007199254740993'}}}})
  })

  test.each([
    ['?foo=1', '', /Unknown name "foo": Cannot bind query parameter/],
    ['?mask=1', '', /Cannot bind query parameter/],
    ['?mask.fieldPaths.x=1', '', /Cannot bind query parameter/],
    ['?currentDocument.exists=perhaps', '', /TYPE_BOOL/],
    ['', '{"fields":', /Invalid JSON payload received/],
  ])('%s %s is refused', (query, body, message) => {
    expect(() => resolve('PATCH', `/v1/${ROOT}/a/b${query}`, body)).toThrow(
      expect.objectContaining({code: 3, message: expect.stringMatching(message)}),
    )
  })
})
