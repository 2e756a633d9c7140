import {describe, expect, test} from 'vitest'
import {SandboxError} from '#runtime/sgtm/sandbox/sandbox.ts'
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

  test.each([
    ['const a = [1]; a.constructor = {}; return a.map((x) => x + 1)', [2]],
    ['const a = [1, 2]; a.constructor = function() {}; return a.slice(1).concat(a.filter((x) => x > 1))', [2, 2]],
    ['function f() { let sum = 0; for (const x of arguments) sum += x; return sum } return f(1, 2)', 3],
    ["const o = {length: 4294967295, 0: 'x'}; let n = 0; for (const k in o) n++; return n", 2],
    [
      "const o = {}; o['__proto__'] = {x: 1}; return [o.x, ({}).x, require('Object').keys(o)]",
      [undefined, undefined, ['__proto__']],
    ],
    [
      'const o = {constructor: 1, hasOwnProperty: 2, toString: 3}; return o.constructor + o.hasOwnProperty + o.toString',
      6,
    ],
    [
      "const k = 'constr' + 'uctor'; return [[][k], ''[k], (() => 1)[k], require[k]]",
      [undefined, undefined, undefined, undefined],
    ],
    ["let n = 0; const o = {toString: () => { n++; return 'constructor' }}; return [[][o], n]", [undefined, 1]],
    [
      "const P = require('Promise'); const p = P.create((ok) => ok(1)); return [p.constructor, p.then.bind, p.finally.call]",
      [undefined, undefined, undefined],
    ],
  ])('tricks with copies, names and conversions: %s', (text, result) => {
    expect(run(text)).toEqual(result)
  })

  test.each([
    ["const P = require('Promise'); P.create((ok) => ok(1)).then = 1", /extensible|read only/],
    ["const P = require('Promise'); P.all = 1", /read only/],
    [
      "const p = require('Promise').create((ok) => ok(1)); const then = p.then; then((x) => x)",
      /taken from its promise/,
    ],
    ['for (const x of {}) x', /iterable/],
    ['const a = []; a.length = -1', /array length/],
    ['const a = []; a.length = 4294967295; a.push(1)', /length/],
    ['return undefined.constructor', /undefined/],
    ["return require('JSON').stringify({toJSON: (key) => undefined.x})", /undefined/],
  ])('what fails, fails inside: %s', (text, said) => {
    const outcome = ((): string => {
      try {
        run(text)
      } catch (error) {
        expect(error).toBeInstanceOf(SandboxError)
        return (error as Error).message
      }
      return 'nothing failed'
    })()
    expect(outcome).toMatch(said)
  })

  test('what the host does with a value of a template cannot reach the objects of the template', () => {
    const kept: Record<string, unknown>[] = []
    const keep = (value: Record<string, unknown>): void => {
      value['polluted'] = 1
      kept.push(value)
    }
    const text =
      "const o = {toString: () => 'x', valueOf: () => 1, toJSON: () => 2, then: () => 3, a: [1]}; require('keep')(o); return [o.polluted, o.a.polluted]"
    expect(run(text, {}, {keep})).toEqual([undefined, undefined])
    expect(Object.getPrototypeOf(kept[0])).toBeNull()
    // Functions are there, but they are the host's, and what they give are copies.
    const {then} = kept[0] as {then: () => unknown}
    expect(then()).toBe(3)
    expect(Object.getPrototypeOf(then)).toBe(Function.prototype)
  })

  test('a promise that a template returns and poisons is settled by its own run', async () => {
    const seen: unknown[] = []
    const text =
      "const P = require('Promise'); return P.create((ok) => ok({then: (ok, no) => { ok({then: (yes) => yes('last')}); no('never'); ok('never') }}))"
    const result = start(text, {}).call() as Promise<unknown>
    expect(Object.getPrototypeOf(result)).toBe(Promise.prototype)
    seen.push(await result)
    expect(seen).toEqual(['last'])
  })

  test('an error of the realm that reaches the host has no object of the realm in it', () => {
    const caught = ((): unknown => {
      try {
        run('const o = {a: undefined}; return o.a.b')
      } catch (error) {
        return error
      }
      return undefined
    })()
    expect(caught).toBeInstanceOf(SandboxError)
    expect(Object.keys(caught as object)).toEqual(['name', 'at'])
    expect((caught as Error).cause).toBeUndefined()
  })

  test('handles of a promise that come too late, after the end, call nothing', async () => {
    const seen: unknown[] = []
    let late: ((value: unknown) => void) | undefined
    const keep = (ok: (value: unknown) => void): void => void (late = ok)
    const ended = start(
      "const keep = require('keep'); const see = require('see'); require('Promise').create((ok) => keep(ok)).then((v) => see(v)).finally(() => see('end'))",
      {keep, see: (value: unknown) => void seen.push(value)},
    )
    ended.call()
    ended.end()
    expect(() => late?.(1)).toThrow(/over/)
    await new Promise((resolve) => void setTimeout(resolve, 10))
    expect(seen).toEqual([])
  })
})

describe('functions that take much of the stack end before it does, wherever that would have been', () => {
  const names = Array.from({length: 400}, (_, index) => `a${index}`)
  const large = names.map((name) => `let ${name} = n;`).join('')
  test.each([
    ['P.create(function () {})'],
    ["'a'.match('(?=a)a')"],
    ["require('createRegex')('a{2}', 'g')"],
    ['host({a: [n]})'],
  ])('no error leads to the host: %s', async (call) => {
    const found: unknown[] = []
    const done = Promise.withResolvers<void>()
    const code = `
      const P = require('Promise'); const host = require('host'); const see = require('see')
      const grow = (n) => { ${large} ${call}; const next = grow(n + 1); return next + ${names.join('+')} }
      const pad = (k) => { if (k > 0) { const next = pad(k - 1); return next } return grow(0) }
      const attempt = (k) => P.create(() => pad(k)).catch((e) => {
        if (k > 60) return see(true, e.message)
        if (e.constructor || typeof e.toString !== 'function') return see(true, 'a constructor')
        return attempt(k + 1)
      })
      attempt(0)`
    const see = (isLast: boolean, message: unknown): void => {
      found.push(message)
      if (isLast) done.resolve()
    }
    start(code, {host: () => 1, see}).call()
    await done.promise
    expect(found).toEqual([expect.stringMatching(/too deeply/)])
  })
})

describe('names that every object has', () => {
  test('are keys like any other in what the host gives', () => {
    const given = JSON.parse('{"toString": 1, "hasOwnProperty": 2, "__proto__": {"x": 1}}') as unknown
    expect(run("return require('JSON').stringify(require('host')())", {}, {host: () => given})).toBe(
      '{"toString":1,"hasOwnProperty":2,"__proto__":{"x":1}}',
    )
  })

  test("are keys like any other of a template's own objects", () => {
    const text =
      "const o = {}; o.toString = () => 'own'; o['hasOwnProperty'] = 1; return [o + '', o.hasOwnProperty, require('Object').keys(o), ({}) + '']"
    expect(run(text)).toEqual(['own', 1, ['toString', 'hasOwnProperty'], '[object Object]'])
  })

  test.each(['const o = require("JSON"); o.toString = 1', 'const s = "a"; s.toString = 1'])(
    'are not set on what cannot be changed: %s',
    (text) => expect(() => run(text)).toThrow(/not extensible|read only/),
  )

  test('are keys like any other of a table', () => {
    const rows = [
      {key: 'toString', value: 'a'},
      {key: '__proto__', value: 'b'},
    ]
    expect(run("return require('JSON').stringify(require('makeTableMap')(data, 'key', 'value'))", rows)).toBe(
      '{"toString":"a","__proto__":"b"}',
    )
  })
})

test('what cannot be let in rejects the promise and does not end the process', async () => {
  let deep: unknown = 1
  for (let depth = 0; depth < 200; depth++) deep = {deep}
  await expect(
    start("return require('host')().then((v) => 'in', (e) => e.message)", {host: () => Promise.resolve(deep)}).call(),
  ).resolves.toBe('A value is nested too deeply.')
})

test.each([
  ['holds itself', 'const o = {}; o.o = o; no(o)', '{"o":{"o":{"o":{"o":{"o":{"o":"…"}}}}}}'],
  ['has a way of its own to become JSON', 'no({a: {toJSON: () => 1}})', '{"a":{}}'],
  ['is a long list', 'const a = []; a.length = 4000000000; no(a)', expect.stringMatching(/^\[null,/)],
])('a reason that %s is told like any other', async (_, code, told) => {
  const unhandled: Error[] = []
  start(`require('Promise').create((ok, no) => { ${code} })`, {}, unhandled).call()
  await new Promise((resolve) => void setTimeout(resolve, 5))
  expect(unhandled.map(({message}) => message)).toEqual([told])
})
