import {describe, expect, test} from 'vitest'
import {logging, makeExport, parameters, serveExport, textFields, tpl} from '../export.ts'

const variable = (name: string, type: string, values: Record<string, unknown> = {}, formatValue = {}) => ({
  variableId: name,
  name,
  type,
  parameter: parameters(values),
  formatValue,
})

/** What a log tag gets for a text, with variables and one event. */
async function valueOf(
  text: string,
  variables: readonly unknown[],
  event: Record<string, unknown> = {},
  {path = '/any', headers = {}, version = {}} = {},
): Promise<unknown> {
  await using served = await serveExport(makeExport({tag: [logging('1', text)], variable: variables, ...version}))
  const response = await served.send([event], path, headers)
  expect(response.status).toBe(200)
  return served.texts()[0]
}

describe('variables of an export', () => {
  const event = {event_name: 'buy', value: 12.5, items: [{id: 'a'}, {id: 'b'}], user: {mail: null}}
  test.each([
    ['constant', variable('V', 'c', {value: 'x'}), 'x'],
    ['event data', variable('V', 'ed', {keyPath: 'value'}), 12.5],
    ['event data in a list', variable('V', 'ed', {keyPath: 'items.1.id'}), 'b'],
    ['event data that is an object', variable('V', 'ed', {keyPath: 'items'}), event.items],
    ['event data that is missing', variable('V', 'ed', {keyPath: 'none'}), undefined],
    [
      'event data with a default',
      variable('V', 'ed', {keyPath: 'none', setDefaultValue: true, defaultValue: 'd'}),
      'd',
    ],
    [
      'event data with a default that is off',
      variable('V', 'ed', {keyPath: 'none', setDefaultValue: false, defaultValue: 'd'}),
      undefined,
    ],
    [
      'event data that is null keeps null',
      variable('V', 'ed', {keyPath: 'user.mail', setDefaultValue: true, defaultValue: 'd'}),
      null,
    ],
    ['request header', variable('V', 'rh', {headerName: 'X-Colour'}), 'blue'],
    ['query parameter', variable('V', 'qp', {queryParamName: 'q'}), 'a b'],
    ['cookie, as it came', variable('V', 'sgtmk', {name: 'c', decodeCookie: false}), 'a%20b'],
    ['cookie, decoded', variable('V', 'sgtmk', {name: 'c', decodeCookie: true}), 'a b'],
    ['container id', variable('V', 'cid'), 'GTM-SHOP1'],
    ['container version', variable('V', 'ctv'), '12'],
    ['client name', variable('V', 'cn'), 'events'],
    ['debug mode', variable('V', 'dbg'), false],
    ['undefined value', variable('V', 'uv'), undefined],
  ])('%s', async (_, given, expected) => {
    const headers = {'x-colour': 'blue', cookie: 'c=a%20b'}
    expect(await valueOf('{{V}}', [given], event, {path: '/p?q=a%20b', headers})).toEqual(expected)
  })

  test('built-in variables are there when they are switched on', async () => {
    const builtInVariable = [
      ['EVENT_NAME', 'Event Name'],
      ['CLIENT_NAME', 'Client Name'],
      ['REQUEST_PATH', 'Request Path'],
      ['REQUEST_METHOD', 'Request Method'],
      ['QUERY_STRING', 'Query String'],
      ['CONTAINER_ID', 'Container ID'],
      ['CONTAINER_VERSION', 'Container Version'],
      ['DEBUG_MODE', 'Debug Mode'],
    ].map(([type, name]) => ({type, name}))
    const text = builtInVariable.map(({name}) => `{{${name}}}`).join(' ')
    expect(await valueOf(text, [], {event_name: 'buy'}, {path: '/a/b?x=1', version: {builtInVariable}})).toBe(
      'buy events /a/b POST x=1 GTM-SHOP1 12 false',
    )
    expect(await valueOf('{{Event Name}}', [], {event_name: 'buy'})).toBeUndefined()
  })

  test('a random number is one within its limits, and another each time', async () => {
    const value = await valueOf('{{V}} {{V}}', [variable('V', 'r', {min: '5', max: '9'})])
    expect(String(value)).toMatch(/^[5-9] [5-9]$/)
    const [first, second] = String(
      await valueOf(
        '{{Random Number}} {{W}}',
        [variable('W', 'c', {value: '{{Random Number}}'})],
        {},
        {version: {builtInVariable: [{type: 'RANDOM_NUMBER', name: 'Random Number'}]}},
      ),
    ).split(' ')
    expect(first).not.toBe(second)
  })

  test('the visitor region comes from the headers of a load balancer', async () => {
    const headers = {'x-appengine-country': 'de', 'x-appengine-region': 'by'}
    const version = {builtInVariable: [{type: 'VISITOR_REGION', name: 'Visitor Region'}]}
    expect(await valueOf('{{Visitor Region}}', [], {}, {headers, version})).toBe('DE-BY')
  })
})

describe('tables', () => {
  const rows = [
    {key: 'buy', value: 'Purchase'},
    {key: 'look', value: '{{C}}'},
  ]
  const constant = variable('C', 'c', {value: 'View'})
  const event = variable('E', 'ed', {keyPath: 'event_name'})
  test.each([
    ['buy', {}, 'Purchase'],
    ['look', {}, 'View'],
    ['Buy', {}, undefined],
    ['other', {setDefaultValue: true, defaultValue: 'none {{C}}'}, 'none View'],
  ])('lookup table: %s', async (name, more, expected) => {
    const table = variable('V', 'smm', {input: '{{E}}', map: rows, ...more})
    expect(await valueOf('{{V}}', [table, constant, event], {event_name: name})).toEqual(expected)
  })

  test.each([
    ['anywhere in the text', '^pro', {}, 'product/12', 'hit'],
    ['the whole text', 'pro', {fullMatch: true}, 'product', undefined],
    ['the whole text, alternatives', 'a|product', {fullMatch: true}, 'product', 'hit'],
    ['letters as they are', 'PRO', {}, 'product', undefined],
    ['letters of any case', 'PRO', {ignoreCase: true}, 'product', 'hit'],
    ['captures', '^product/(\\d+)$', {replaceAfterMatch: true}, 'product/12', 'id 12'],
  ])('RegEx table: %s', async (_, key, more, name, expected) => {
    const value = 'replaceAfterMatch' in more ? 'id $1' : 'hit'
    const table = variable('V', 'remm', {input: '{{E}}', map: [{key, value}], ...more})
    expect(await valueOf('{{V}}', [table, event], {event_name: name})).toEqual(expected)
  })

  test('what RE2 refuses is told and gives nothing', async () => {
    const table = variable('V', 'remm', {input: '{{E}}', map: [{key: '(?=a)', value: 'x'}], setDefaultValue: false})
    await using served = await serveExport(makeExport({tag: [logging('1', '{{V}}')], variable: [table, event]}))
    await served.send([{event_name: 'a'}])
    expect(served.texts()).toEqual([undefined])
    expect(served.settled('tag.settled')[0]?.variables).toContainEqual({
      name: 'V',
      value: 'undefined',
      problem: 'RE2 refuses this pattern',
    })
  })
})

describe('texts that name variables', () => {
  const list = variable('L', 'ed', {keyPath: 'list'})
  const none = variable('N', 'ed', {keyPath: 'none'})
  const number = variable('Z', 'ed', {keyPath: 'z'})
  test.each([
    ['a lone name keeps the type', '{{Z}}', 0],
    ['text around makes text', '{{Z}}!', '0!'],
    ['a missing value leaves no trace in text', 'a{{N}}b', 'ab'],
    ['a list is joined', 'x {{L}}', 'x 1,2'],
    ['blanks inside do not matter', '{{ Z }}', 0],
    ['a name that does not exist', '{{nobody}}', undefined],
    ['braces that are no name', '{ {Z} } {{}}', '{ {Z} } {{}}'],
  ])('%s', async (_, text, expected) => {
    expect(await valueOf(text, [list, none, number], {z: 0, list: [1, 2]})).toEqual(expected)
  })

  test('names inside lists and maps are found', async () => {
    const code = "require('logToConsole')(require('JSON').stringify({text: data.rows})); data.gtmOnSuccess();"
    const fields = [
      {
        type: 'SIMPLE_TABLE',
        name: 'rows',
        simpleTableColumns: [
          {name: 'k', type: 'TEXT'},
          {name: 'v', type: 'TEXT'},
        ],
      },
    ]
    await using served = await serveExport(
      makeExport({
        customTemplate: [{templateId: '3', containerId: '7', name: 'rows', templateData: tpl('TAG', code, fields)}],
        tag: [
          logging('1', '', {
            type: 'cvt_7_3',
            parameter: parameters({
              rows: [
                {k: 'a', v: '{{Z}}'},
                {k: '{{Z}}b', v: 'c'},
              ],
            }),
          }),
        ],
        variable: [number],
      }),
    )
    await served.send([{z: 7}])
    expect(served.texts()).toEqual([
      [
        {k: 'a', v: 7},
        {k: '7b', v: 'c'},
      ],
    ])
  })

  test('a field that was emptied is empty, and does not get its default back', async () => {
    const code =
      "require('logToConsole')(require('JSON').stringify({text: [data.kept, data.emptied, data.never]})); data.gtmOnSuccess();"
    const fields = ['kept', 'emptied', 'never'].map((name) => ({
      type: 'TEXT',
      name,
      simpleValueType: true,
      defaultValue: 'd',
    }))
    await using served = await serveExport(
      makeExport({
        customTemplate: [{templateId: '3', containerId: '7', name: 'fields', templateData: tpl('TAG', code, fields)}],
        tag: [
          logging('1', '', {
            type: 'cvt_7_3',
            parameter: [
              {type: 'TEMPLATE', key: 'kept', value: 'k'},
              {type: 'TEMPLATE', key: 'emptied'},
            ],
          }),
        ],
      }),
    )
    await served.send([{}])
    expect(served.texts()).toEqual([['k', '', 'd']])
  })

  test('variables that name each other in a circle are refused, with the circle', async () => {
    const circle = [
      variable('A', 'c', {value: '{{B}}'}),
      variable('B', 'smm', {input: '{{C}}', map: []}),
      variable('C', 'c', {value: 'x{{A}}'}),
    ]
    await expect(serveExport(makeExport({variable: circle}))).rejects.toMatchObject({
      code: 'STITCH_CONTAINER_INVALID',
      message: expect.stringContaining('A -> B -> C -> A'),
    })
  })
})

describe('formats', () => {
  const replacing = Object.fromEntries(
    ['Null', 'Undefined', 'True', 'False'].map((word) => [
      `convert${word}ToValue`,
      {type: 'TEMPLATE', value: `was ${word.toLowerCase()}`},
    ]),
  )
  test.each([
    ['AbC', {caseConversionType: 'LOWERCASE'}, 'abc'],
    ['AbC', {caseConversionType: 'uppercase'}, 'ABC'],
    ['AbC', {}, 'AbC'],
    [null, replacing, 'was null'],
    [undefined, replacing, 'was undefined'],
    [true, replacing, 'was true'],
    [false, replacing, 'was false'],
    [0, replacing, 0],
    [12, {caseConversionType: 'LOWERCASE'}, 12],
  ])('%s with %j', async (value, format, expected) => {
    expect(await valueOf('{{V}}', [variable('V', 'ed', {keyPath: 'v'}, format)], {v: value})).toEqual(expected)
  })
})

describe('variable templates', () => {
  const template = (templateId: string, code: string, more = {}) => ({
    templateId,
    containerId: '7',
    name: `macro ${templateId}`,
    templateData: tpl('MACRO', code, textFields('key')),
    ...more,
  })

  test.each([
    ['a value', 'return require("getEventData")(data.key) + 1;', 6],
    [
      'a promise',
      "return require('Promise').create((resolve) => require('callLater')(() => resolve('late ' + data.key)));",
      'late n',
    ],
    ['nothing', 'const x = 1;', undefined],
    ['a promise that is rejected', "return require('Promise').create((resolve, reject) => reject('no'));", undefined],
    ['an error', 'let u; return u.x;', undefined],
  ])('give %s', async (_, code, expected) => {
    const version = {customTemplate: [template('5', code)]}
    expect(await valueOf('{{V}}', [variable('V', 'cvt_7_5', {key: 'n'})], {n: 5}, {version})).toEqual(expected)
  })

  test('are found by the gallery id, and by the id that their own information gives', async () => {
    const gallery = template('5', "return 'gallery';", {galleryReference: {owner: 'o', galleryTemplateId: 'AB12C'}})
    const own = {...template('6', ''), templateData: tpl('MACRO', "return 'own';", [], {id: 'cvt_XY9'})}
    const version = {customTemplate: [gallery, own]}
    const variables = [variable('G', 'cvt_AB12C'), variable('O', 'cvt_XY9'), variable('N', 'cvt_7_5')]
    expect(await valueOf('{{G}} {{O}} {{N}}', variables, {}, {version})).toBe('gallery own gallery')
  })

  test('are evaluated once for an event, whoever asks', async () => {
    const counting =
      "const s = require('templateDataStorage'); const n = (s.getItemCopy('n') || 0) + 1; s.setItemCopy('n', n); return n;"
    await using served = await serveExport(
      makeExport({
        customTemplate: [template('5', counting)],
        variable: [variable('V', 'cvt_7_5')],
        tag: [logging('1', '{{V}}'), logging('2', '{{V}}')],
      }),
    )
    await served.send([{}])
    await served.send([{}])
    expect(served.texts()).toEqual([1, 1, 2, 2])
  })

  test('keep to their permissions', async () => {
    const templateData = tpl('MACRO', "return require('getCookieValues')('id')[0];").replace(
      '"get_cookies"',
      '"logging"',
    )
    await using served = await serveExport(
      makeExport({
        customTemplate: [{templateId: '5', containerId: '7', name: 'm', templateData}],
        variable: [variable('V', 'cvt_7_5')],
        tag: [logging('1', '{{V}}')],
      }),
    )
    await served.send([{}])
    expect(served.texts()).toEqual([undefined])
    expect(served.settled('permission.denied')).toMatchObject([
      {template: 'MACRO template', api: 'getCookieValues', permission: 'get_cookies', wanted: 'read the cookie "id"'},
    ])
  })
})

test('values whose name says that they are secret do not reach the log', async () => {
  const token = variable('Access token', 'c', {value: 'abc123'})
  await using served = await serveExport(makeExport({tag: [logging('1', '{{Access token}}')], variable: [token]}))
  await served.send([{}])
  expect(served.settled('tag.settled')[0]?.variables).toEqual([{name: 'Access token', value: '(hidden)'}])
})
