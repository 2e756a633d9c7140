import {createServer} from 'node:net'
import {describe, expect, test} from 'vitest'
import {createDefinition} from '#runtime/sgtm/definition/definition.ts'
import {allPermissions, declare, serve} from './serve.ts'

const answer = (text: string): string =>
  `require('claimRequest')(); require('setResponseBody')('${text}'); require('returnResponse')();`

describe('clients', () => {
  test('are asked by priority, highest first, until one claims', async () => {
    await using served = await serve([
      {code: answer('low'), priority: 1},
      {code: "require('logToConsole')('looked');", priority: 9},
      {code: answer('high'), priority: 5},
    ])
    const response = await fetch(`${served.container.url}/any`)
    expect(await response.text()).toBe('high')
    expect(served.logs()).toEqual(['looked'])
  })

  test('a request that no client claims is answered with 400', async () => {
    await using served = await serve([{code: 'return;'}])
    expect((await fetch(served.container.url)).status).toBe(400)
  })

  test.each(['/healthy', '/healthz', '/below/healthy'])('%s is answered before any client', async (path) => {
    await using served = await serve([{code: answer('client')}])
    const response = await fetch(served.container.url + path)
    expect([response.status, await response.text()]).toEqual([200, 'ok'])
  })

  test('a client that throws is answered with 500, and the log names the line', async () => {
    await using served = await serve([{code: "require('claimRequest')();\nlet u;\nu.x();"}])
    expect((await fetch(served.container.url)).status).toBe(500)
    expect(served.logs()[0]).toMatch(/CLIENT-0\.tpl:6:\d+ Cannot read properties of undefined/)
  })

  test('a client that loops for ever harms nobody else', async () => {
    await using served = await serve([
      {code: `if (require('getRequestPath')() === '/loop') { while (true) {} } ${answer('fine')}`},
    ])
    expect((await fetch(`${served.container.url}/loop`)).status).toBe(500)
    expect(await (await fetch(served.container.url)).text()).toBe('fine')
  })

  test('a claimed request that is never answered gets 500, and the log says why', async () => {
    await using served = await serve([{code: "require('claimRequest')();"}], [], {answerWithinMs: 20})
    expect((await fetch(served.container.url)).status).toBe(500)
    expect(served.logs()[0]).toMatch(/claimed the request but did not call returnResponse within 20 ms/)
  })

  test('claiming from a callback is an error', async () => {
    await using served = await serve([{code: "require('callLater')(() => require('claimRequest')());"}])
    expect((await fetch(served.container.url)).status).toBe(400)
    await expect.poll(served.logs).toEqual([expect.stringMatching(/claimRequest must be called before/)])
  })

  test('only the first returnResponse counts', async () => {
    await using served = await serve([
      {code: `${answer('one')} require('setResponseBody')('two'); require('returnResponse')();`},
    ])
    expect(await (await fetch(served.container.url)).text()).toBe('one')
  })

  test('a body over the limit is refused', async () => {
    await using served = await serve([{code: answer('client')}])
    const response = await fetch(served.container.url, {method: 'POST', body: 'x'.repeat(1_048_577)})
    expect(response.status).toBe(413)
  })
})

describe('request and response APIs', () => {
  test('read the request', async () => {
    const code = `
      const get = require('getRequestQueryParameters');
      require('claimRequest')();
      require('setResponseBody')(require('JSON').stringify([
        require('getRequestMethod')(), require('getRequestPath')(), require('getRequestQueryString')(), get(),
        require('getRequestQueryParameter')('a'), require('getRequestHeader')('X-One'), require('getRequestBody')(),
        require('getCookieValues')('c'), require('getRequestHeader')('constructor') === undefined
      ]));
      require('returnResponse')();`
    await using served = await serve([{code}])
    const response = await fetch(`${served.container.url}/p?a=1&a=2&b=%C3%A9`, {
      method: 'POST',
      body: 'text',
      headers: {'x-one': '1', cookie: 'c=%20x; d=2; c=y'},
    })
    expect(await response.json()).toEqual([
      'POST',
      '/p',
      'a=1&a=2&b=%C3%A9',
      {a: ['1', '2'], b: 'é'},
      '1',
      '1',
      'text',
      [' x', 'y'],
      true,
    ])
  })

  test('write the response', async () => {
    const code = `
      require('claimRequest')();
      const header = require('setResponseHeader');
      header('X-A', '1'); header('x-b', '2'); header('X-B', null); header('x-c', 'a' + require('decodeUriComponent')('%0d%0a') + 'x-d: 1');
      require('setResponseStatus')(201);
      require('setCookie')('id', 'a b', {'max-age': 60, path: '/', httpOnly: true, secure: true, sameSite: 'lax', domain: 'auto'});
      require('setResponseBody')('aGk=', 'base64');
      require('returnResponse')();`
    await using served = await serve([
      {code, permissions: [...allPermissions.map(([id, params]) => declare(id, params)), cookiePermission]},
    ])
    const response = await fetch(served.container.url, {headers: {'x-forwarded-host': 'sgtm.shop.example'}})
    const {headers} = response
    expect([response.status, await response.text()]).toEqual([201, 'hi'])
    expect([headers.get('x-a'), headers.get('x-b'), headers.get('x-c'), headers.get('x-d')]).toEqual([
      '1',
      null,
      'ax-d: 1',
      null,
    ])
    expect(headers.getSetCookie()).toEqual([
      'id=a%20b; Domain=shop.example; Path=/; Max-Age=60; SameSite=Lax; Secure; HttpOnly',
    ])
  })

  test('what is not declared is denied inside the template and told in the log', async () => {
    await using served = await serve([
      {
        code: `require('claimRequest')(); require('getRequestHeader')('cookie');`,
        permissions: [declare('return_response', {})],
      },
    ])
    expect((await fetch(served.container.url)).status).toBe(500)
    expect(served.logs()[0]).toBe(
      'getRequestHeader was denied: the template does not declare read_request so that it may read the request\'s header "cookie".',
    )
    expect(served.facts.find((fact) => fact.type === 'log.line')).toMatchObject({
      source: 'template CLIENT 0',
      level: 'warn',
    })
  })
})

const cookiePermission = {
  instance: {
    key: {publicId: 'set_cookies', versionId: '1'},
    param: [
      {
        key: 'allowedCookies',
        value: {
          type: 2,
          listItem: [{type: 3, mapKey: [{type: 1, string: 'name'}], mapValue: [{type: 1, string: '*'}]}],
        },
      },
    ],
  },
}

describe('container runs', () => {
  const client = (event: string): string => `
    require('claimRequest')();
    const log = require('logToConsole');
    require('runContainer')(${event}, (bindToEvent) => { log('complete'); require('returnResponse')(); }, (bindToEvent) => {
      log('start');
      bindToEvent(require('addEventCallback'))((id, data) => log(data.tags.map((tag) => tag.name + ' ' + tag.id + ' ' + tag.status).join(', ')));
    });
    log('returned');`

  test('start after the client, fire the tags of the event, tell their results, then complete', async () => {
    await using served = await serve(
      [{code: client("{event_name: 'sample', a: {b: [1, 2]}}")}],
      [
        {
          code: "require('logToConsole')(require('getEventData')('a.b.1')); data.gtmOnSuccess(); data.gtmOnFailure();",
          metadata: {name: 'first'},
        },
        {code: "require('callLater')(() => data.gtmOnFailure());", metadata: {name: 'second'}},
        {code: 'let u; u.x();', metadata: {name: 'third'}},
      ],
    )
    expect((await fetch(served.container.url)).status).toBe(200)
    expect(served.logs()).toEqual([
      'returned',
      'start',
      '2',
      expect.stringMatching(/TAG-2\.tpl:4:\d+ Cannot read/),
      'first 1 success, second 2 failure, third 3 exception',
      'complete',
    ])
    expect(served.container.events()).toMatchObject([
      {client: 'client 0', name: 'sample', data: {event_name: 'sample'}},
    ])
  })

  test('of another event fire nothing', async () => {
    await using served = await serve(
      [{code: client("{event_name: 'other'}")}],
      [{code: "require('logToConsole')('fired');"}],
    )
    await fetch(served.container.url)
    expect(served.logs()).not.toContain('fired')
  })

  test('hang in the trace: request, run, tag, vendor', async () => {
    const tag =
      "require('sendHttpRequest')('https://vendor.example/c?x=1', {method: 'POST', headers: {traceparent: require('getEventData')('tp')}}, 'body').then(data.gtmOnSuccess, data.gtmOnFailure);"
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await using served = await serve(
      [{code: client("{event_name: 'sample', tp: require('getRequestHeader')('traceparent')}")}],
      [{code: tag}],
    )
    await fetch(served.container.url, {headers: {traceparent}})
    const spans = served.facts.flatMap((fact) => (fact.type === 'span.started' ? [fact] : []))
    expect(spans.map(({name, lane}) => [name, lane])).toEqual([
      ['request /', 'sgtm'],
      ['run container sample', 'sgtm'],
      ['tag tag 0', 'tag'],
      ['POST vendor.example/c', 'vendor'],
    ])
    expect(spans.map(({parent}) => parent)).toEqual(['b7ad6b7169203331', ...spans.slice(0, 3).map(({span}) => span)])
    const [captured] = served.container.captured()
    expect(captured).toMatchObject({
      by: 'tag 0',
      method: 'POST',
      url: 'https://vendor.example/c?x=1',
      body: 'body',
      trace: '0af7651916cd43dd8448eb211c80319c',
    })
    expect(captured?.headers['traceparent']).toBe(`00-0af7651916cd43dd8448eb211c80319c-${spans[3]?.span}-01`)
  })
})

describe('outbound requests', () => {
  const client = (call: string): string => `
    require('claimRequest')();
    const end = (text) => { require('setResponseBody')(text); require('returnResponse')(); };
    const send = require('sendHttpRequest');
    ${call}`

  test.each([
    [
      'the promise form',
      "send('https://a.example/x', {method: 'PUT'}, 'b').then((r) => end(r.statusCode + r.headers.h + r.body));",
    ],
    [
      'the callback form',
      "send('https://a.example/x', (status, headers, body) => end(status + headers.h + body), {method: 'PUT'}, 'b');",
    ],
  ])('%s gets the answer of the rule', async (_, call) => {
    await using served = await serve([{code: client(call)}], [], {
      outbound: [{url: 'https://a.example', action: 'answer', status: 299, headers: {h: 'v'}, body: 'text'}],
    })
    expect(await (await fetch(served.container.url)).text()).toBe('299vtext')
  })

  test('loopback is not reached unless a rule says so', async () => {
    await using inner = await serve([{code: answer('reached')}])
    const call = `send('${inner.container.url}/x').then((r) => end(r.statusCode + r.body));`
    await using closed = await serve([{code: client(call)}])
    await using open = await serve([{code: client(call)}], [], {
      outbound: [{url: inner.container.url, action: 'forward'}],
    })
    expect(await (await fetch(closed.container.url)).text()).toBe('204')
    expect(await (await fetch(open.container.url)).text()).toBe('200reached')
    expect(open.container.captured()).toEqual([])
  })

  test('no answer in time rejects with timed_out, a refused connection with failed', async () => {
    await using slow = await serve([{code: "require('claimRequest')();"}])
    const call = `send(require('getRequestQueryParameter')('to'), {timeout: 30}).then(() => end('answered'), (e) => end(e.reason));`
    const free = await freePort()
    const rules = [slow.container.url, `http://127.0.0.1:${free}`].map((url) => ({url, action: 'forward' as const}))
    await using served = await serve([{code: client(call)}], [], {outbound: rules})
    const ask = async (to: string): Promise<string> =>
      await (await fetch(`${served.container.url}/?to=${encodeURIComponent(to)}`)).text()
    expect(await ask(slow.container.url)).toBe('timed_out')
    expect(await ask(`http://127.0.0.1:${free}`)).toBe('failed')
  })
})

describe('starting and reloading', () => {
  test('a port that a person asked for and that is taken is an error; a default one moves', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => void taken.once('listening', resolve))
    const {port} = taken.address() as {port: number}
    await expect(serve([], [], {port: {port, explicit: true}})).rejects.toMatchObject({
      code: 'STITCH_PORT_TAKEN',
      exit: 'environment',
    })
    await using served = await serve([], [], {port: {port, explicit: false}})
    expect(served.logs()[0]).toMatch(new RegExp(`Port ${port} is taken, so the server container listens on \\d+`))
    taken.close()
  })

  test('a template that is refused says where, and a reload with it keeps the old one', async () => {
    await using served = await serve([{code: answer('old')}])
    await using other = await serve([{code: answer('new')}])
    const broken = createDefinition({
      clients: [{name: 'broken', template: '/nowhere.tpl', priority: 0, parameters: {}}],
      tags: [],
      triggers: [],
    })
    await expect(served.container.reload(broken)).rejects.toMatchObject({code: 'STITCH_TEMPLATE_INVALID'})
    expect(await (await fetch(served.container.url)).text()).toBe('old')
    await expect(serve([{code: 'one();\nnew Two();'}])).rejects.toMatchObject({
      code: 'STITCH_TEMPLATE_INVALID',
      at: {line: 5, column: 1},
      hints: [expect.stringContaining('`new` is not part')],
    })
    expect(other.container.url).not.toBe(served.container.url)
  })

  test('reload takes the new definition', async () => {
    await using served = await serve([{code: answer('old')}])
    await served.container.reload(createDefinition({clients: [], tags: [], triggers: []}))
    expect((await fetch(served.container.url)).status).toBe(400)
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => void server.once('listening', resolve))
  const {port} = server.address() as {port: number}
  await new Promise((resolve) => void server.close(resolve))
  return port
}

describe('runContainer in a tag', () => {
  const client = `
    const done = require('returnResponse');
    require('claimRequest')();
    require('addMessageListener')('inner', () => done());
    require('runContainer')({event_name: 'sample', depth: 0});`
  const permissions = [
    ...allPermissions.map(([publicId, params]) => declare(publicId, params)),
    declare('use_message', {allowedActions: 'any'}),
  ]

  test('runs the container again, with its callbacks', async () => {
    const code = `
      const depth = require('getEventData')('depth');
      const log = require('logToConsole');
      log('depth ' + depth);
      if (depth === 0) require('runContainer')({event_name: 'sample', depth: 1},
        () => { log('complete'); require('sendMessage')('inner', {}); }, () => log('start'));
      data.gtmOnSuccess();`
    await using served = await serve([{code: client, permissions}], [{code, permissions}])
    expect((await fetch(served.container.url)).status).toBe(200)
    expect(served.logs()).toEqual(['depth 0', 'start', 'depth 1', 'complete'])
    expect(served.container.events().map(({data}) => data['depth'])).toEqual([0, 1])
  })

  test('ends where a tag starts its own event for ever', async () => {
    const code = `
      const go = () => require('runContainer')({event_name: 'sample'});
      require('callLater')(() => { data.gtmOnSuccess(); });
      go();`
    await using served = await serve([{code: client, permissions}], [{code, permissions}], {answerWithinMs: 300})
    expect((await fetch(served.container.url)).status).toBe(500)
    await expect.poll(served.logs).toContainEqual(expect.stringMatching(/ran 200 times for one request/))
    expect(served.container.events()).toHaveLength(200)
  })
})
