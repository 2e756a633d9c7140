import {describe, expect, test} from 'vitest'
import {run, start} from './run-code.ts'

describe('nothing leads out of the realm', () => {
  test.each([
    'return [].constructor',
    "return ''.constructor",
    'return (0).constructor',
    'return true.constructor',
    'return ({}).constructor',
    'return (() => 1).constructor',
    'return data.constructor',
    'return data.list.constructor',
    'return data.callback.constructor',
    "return require('log').constructor",
    "return require('JSON').parse.constructor",
    "return require('JSON').constructor",
    "return require('Promise').create((r) => r(1)).constructor",
    "return require('Promise').create((r) => r(1)).then.constructor",
    'return require.constructor',
    "return ({})['__proto__']",
    'return ({}).__defineGetter__',
    'return ({}).__lookupGetter__',
    'return (() => 1).call',
    'return (() => 1).apply',
    'return (() => 1).bind',
    'return (() => 1).caller',
    'return [].includes',
    "return ''.at",
    "return ''.matchAll",
    'return [].entries',
    'return ({}).valueOf',
    "return require('log')({}).constructor",
    "return require('host')().constructor",
    "return [].map.constructor || ''.replace.constructor",
  ])('%s', (text) => {
    const log = (): unknown => ({a: 1})
    expect(run(text, {list: [1], callback: () => 1}, {log, host: () => [1]})).toBeUndefined()
  })

  test('arguments.callee is out of reach', () => {
    expect(() => run('function f() { return arguments.callee } return f()')).toThrow(/callee/)
  })

  test.each([
    '[].map = 1',
    '({}).toString.x = 1',
    "require('JSON').parse = () => 1",
    "require('JSON').other = 1",
    "require('log').x = 1",
    'require.x = 1',
    "const p = 'toString'; data.list[p].x = 1",
  ])('what is shared cannot be written: %s', (text) => {
    const result = (() => {
      try {
        run(`${text}; return [].map === 1 || require('JSON').other === 1`, {list: []}, {log: () => 1})
      } catch (error) {
        return (error as Error).message
      }
      return 'no error'
    })()
    expect(result).toMatch(/read only|not extensible/)
  })

  test('a key of that name does not change a prototype, here or there', () => {
    const seen: unknown[] = []
    const result = run(
      "const o = require('JSON').parse('{\"__proto__\": {\"polluted\": 1}}'); const p = {}; p['__proto__'] = {polluted: 1}; require('host')(o, p); return [o.polluted, p.polluted, ({}).polluted]",
      {},
      {host: (...args: unknown[]) => void seen.push(...args)},
    )
    expect(result).toEqual([undefined, undefined, undefined])
    expect(seen.map((value) => Object.getPrototypeOf(value))).toEqual([null, null])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('an error of the host arrives as one of the realm, without its stack', async () => {
    const seen: unknown[] = []
    const host = (): never => {
      throw Object.assign(new Error('refused'), {secret: process})
    }
    await start(
      "const P = require('Promise'); const see = require('see'); const host = require('host'); P.create((ok) => ok(1)).then(() => host()).catch((e) => see(e.message, e.stack, e.secret, e.constructor, e.toString()))",
      {host, see: (...args: unknown[]) => void seen.push(...args)},
    ).call()
    await new Promise((resolve) => void setTimeout(resolve, 5))
    expect(seen).toEqual(['refused', undefined, undefined, undefined, 'Error: refused'])
  })

  test('a promise of the host arrives as one of the realm', async () => {
    const seen: unknown[] = []
    start(
      "const p = require('host')(); const see = require('see'); see(p.constructor, p.then.constructor); p.then((v) => see(v.constructor, v.a))",
      {
        host: () => Promise.resolve({a: 1}),
        see: (...args: unknown[]) => void seen.push(...args),
      },
    ).call()
    await new Promise((resolve) => void setTimeout(resolve, 5))
    expect(seen).toEqual([undefined, undefined, undefined, 1])
  })

  test('a value that only looks like a promise is called by its own run, and only once it has a turn', async () => {
    const unhandled: Error[] = []
    const seen: unknown[] = []
    const see = (value: unknown): void => void seen.push(value)
    start("require('Promise').create((ok) => ok({then: function(ok) { while (true) {} }}))", {}, unhandled).call()
    start("require('Promise').create((ok) => ok({then: (ok) => ok(7)})).then(require('see'))", {see}).call()
    await new Promise((resolve) => void setTimeout(resolve, 200))
    expect(unhandled.map(({message}) => message)).toContain(
      'The template took more steps than one run may: an endless loop?',
    )
    expect(seen).toEqual([7])
  })

  test('arguments are copies, both ways', () => {
    const given = {list: [1]}
    const kept: unknown[] = []
    run("data.list.push(2); const mine = [1]; require('keep')(mine); mine.push(2)", given, {
      keep: (value: unknown) => void kept.push(value),
    })
    expect(given).toEqual({list: [1]})
    expect(kept).toEqual([[1]])
  })

  test('a callback of the template runs inside and gives copies', () => {
    const results: unknown[] = []
    run(
      "require('host')((x) => ({twice: x.n * 2, c: x.constructor}))",
      {},
      {host: (callback: (x: unknown) => unknown) => void results.push(callback({n: 4}))},
    )
    expect(results).toEqual([{twice: 8, c: undefined}])
  })

  test('nothing that literals, promises and APIs lead to belongs to the host or can be changed', () => {
    const found: unknown[] = []
    // The realm's own reflection is gone, so the walk is done from here: exported functions stay functions.
    const apis = {host: () => [{a: 1}], probe: (value: unknown) => void found.push(value)}
    const names = [
      'a',
      'constructor',
      '__proto__',
      'prototype',
      'caller',
      'callee',
      'arguments',
      'stack',
      'cause',
      'then',
      'toString',
      'hasOwnProperty',
      'map',
      'name',
      'length',
    ]
    const seeds = [
      '[]',
      "''",
      '0',
      '({})',
      '(() => 1)',
      'require',
      "require('host')",
      "require('host')()",
      "require('JSON')",
      "require('Promise').create((r) => r(1))",
      'data',
    ]
    run(
      `const probe = require('probe'); const names = ${JSON.stringify(names)};
       const seen = []; const visit = (value, depth) => { for (const name of names) { const next = value[name]; if (next !== undefined && next !== null && depth < 4) { probe(typeof next === 'function' ? name : typeof next); visit(next, depth + 1) } } };
       [${seeds.join(', ')}].forEach((seed) => visit(seed, 0))`,
      {},
      apis,
    )
    expect(new Set(found)).toEqual(new Set(['toString', 'hasOwnProperty', 'map', 'then', 'string', 'number']))
  })
})
