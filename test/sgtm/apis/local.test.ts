import {describe, expect, test} from 'vitest'
import {bench} from './bench.ts'

const logging = {logging: {environments: 'all'}}

describe('computeEffectiveTldPlusOne', () => {
  test.each<[unknown, unknown]>([
    ['www.example.com', 'example.com'],
    ['https://user@shop.example.co.uk:8080/a?b', 'example.co.uk'],
    ['EXAMPLE.com.', 'example.com'],
    ['a.b.github.io', 'b.github.io'],
    ['example.com', 'example.com'],
    ['co.uk', ''],
    ['localhost', ''],
    ['127.0.0.1', ''],
    ['[::1]', ''],
    ['not a domain', ''],
    ['', ''],
    [null, null],
    [undefined, undefined],
  ])('of %j is %j', async (value, expected) => {
    using place = bench()
    expect(await place.run("return require('computeEffectiveTldPlusOne')(data.value);", {value})).toBe(expected)
  })
})

describe('messages', () => {
  const permissions = {
    ...logging,
    use_message: {
      allowedActions: 'specific',
      messageTypes: [
        {type: 'both*', action: 'listen_and_send'},
        {type: 'heard', action: 'listen'},
        {type: 'sent', action: 'send'},
      ],
    },
  }

  test('reach every listener of their type at once, in order, as copies', async () => {
    using place = bench({permissions})
    const code = `
      const listen = require('addMessageListener');
      const log = require('logToConsole');
      const message = {n: 1};
      listen('both', (type, got) => { log('first', type, got.n); got.n = 2; });
      listen('both', (type, got) => log('second', got.n));
      listen('both2', () => log('never'));
      require('sendMessage')('both', message);
      log('after', message.n);`
    await place.run(code)
    expect(place.logs).toEqual(['first both 1', 'second 1', 'after 1'])
  })

  test('lead from one template to another of the same request', async () => {
    using place = bench({permissions})
    await place.run("require('addMessageListener')('both', (type, got) => require('logToConsole')(got.text));")
    await place.run("require('sendMessage')('both', {text: 'hello'});")
    using other = bench({permissions})
    await other.run("require('sendMessage')('both', {text: 'hello'});")
    expect([place.logs, other.logs]).toEqual([['hello'], []])
  })

  test('that are no objects go nowhere, and a type of another kind becomes text', async () => {
    using place = bench({permissions: {...logging, use_message: {allowedActions: 'any'}}})
    const code = `
      const send = require('sendMessage');
      require('addMessageListener')(7, (type, got) => require('logToConsole')(type, got));
      send('7', 'text'); send('7', null); send(7, {a: 1});`
    await place.run(code)
    expect(place.logs).toEqual(['7 {"a":1}'])
  })

  test.each([
    ['addMessageListener', 'heard', true],
    ['hasMessageListener', 'heard', true],
    ['sendMessage', 'heard', false],
    ['addMessageListener', 'sent', false],
    ['sendMessage', 'sent', true],
    ['hasMessageListener', 'other', false],
  ])('%s of the type %s: %s', async (api, type, allowed) => {
    using place = bench({permissions})
    const done = place.run(`require('${api}')('${type}', () => {});`)
    if (allowed) await done
    else await expect(done).rejects.toThrow(/was denied/)
  })

  test('hasMessageListener tells of the type alone', async () => {
    using place = bench({permissions})
    const code =
      "const has = require('hasMessageListener'); require('addMessageListener')('both', () => {}); return [has('both'), has('both2')];"
    expect(await place.run(code)).toEqual([true, false])
  })
})

describe('templateDataStorage', () => {
  const permissions = {access_template_storage: {}}
  const store = "const storage = require('templateDataStorage'); "

  test('keeps copies from run to run', async () => {
    using place = bench({permissions})
    await place.run(
      `${store} const value = {list: [1], f: () => 1}; storage.setItemCopy('a', value); value.list.push(2);`,
    )
    expect(await place.run(`${store} return storage.getItemCopy('a');`)).toEqual({list: [1]})
  })

  test.each([
    ["storage.removeItem('a')", [null, 2]],
    ["storage.setItemCopy('a', null)", [null, 2]],
    ['storage.clear()', [null, null]],
    ["storage.setItemCopy('a', 0)", [0, 2]],
  ])('after %s: %j', async (change, expected) => {
    using place = bench({permissions})
    await place.run(`${store} storage.setItemCopy('a', 1); storage.setItemCopy('b', 2); ${change};`)
    expect(await place.run(`${store} return [storage.getItemCopy('a'), storage.getItemCopy('b')];`)).toEqual(expected)
  })

  test('lasts for the request alone in a preview', async () => {
    using place = bench({permissions, request: {headers: {'x-gtm-server-preview': 'x'}}})
    await place.run(`${store} storage.setItemCopy('a', 1);`)
    expect(await place.run(`${store} return storage.getItemCopy('a');`)).toBe(1)
  })

  test('is denied where it is not declared', async () => {
    using place = bench()
    await expect(place.run(`${store} storage.getItemCopy('a');`)).rejects.toThrow(/templateDataStorage was denied/)
  })
})

describe('generateRandom', () => {
  test.each([
    ['1, 1', [1]],
    ['0, 1', [0, 1]],
    ['-1, 1', [-1, 0, 1]],
  ])('(%s) gives all of %j and nothing else', async (args, expected) => {
    using place = bench()
    const code = `const random = require('generateRandom'); const all = []; for (let n = 0; n < 200; n++) all.push(random(${args})); return all;`
    const seen = new Set((await place.run(code)) as number[])
    expect([...seen].sort((a, b) => a - b)).toEqual(expected)
  })

  test('stays within ranges as wide as numbers are exact', async () => {
    using place = bench()
    const value = (await place.run("return require('generateRandom')(0, 9007199254740991);")) as number
    expect(Number.isSafeInteger(value) && value >= 0).toBe(true)
  })

  test('without numbers gives none', async () => {
    using place = bench()
    expect(await place.run("return require('generateRandom')('x', 1);")).toBeNaN()
  })
})
