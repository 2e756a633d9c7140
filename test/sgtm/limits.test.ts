import {expect, test} from 'vitest'
import {run, start} from './run-code.ts'

test.each([
  ['an endless while', 'while (true) {}', /endless loop/],
  ['an endless for', 'for (;;);', /endless loop/],
  ['a loop that calls', 'const f = () => 1; while (true) f()', /endless loop/],
  ['deep recursion', 'const f = () => f() + 1; return f()', /too deeply/],
  ['deep recursion through a built-in', 'const f = () => [1].map(f); return f()', /too deeply/],
  ['a string that doubles', "let s = 'ab'; for (;;) s += s", /longer/],
  [
    'a joined string',
    "const a = []; a[100000] = 1; let s = 'x'; for (let i = 0; i < 10; i++) s += s; return a.join(s)",
    /longer|steps/,
  ],
  ['a sparse array', 'const a = []; a[4294967290] = 1; return a.map((x) => x)', /steps/],
  ['a sparse array made text', "const a = []; a[4294967290] = 1; return '' + a", /steps|longer/],
  ['a sparse array made JSON', "const a = []; a[4294967290] = 1; return require('JSON').stringify({a: [a]})", /steps/],
  ['an array that doubles', 'let a = [1]; for (;;) a = a.concat(a)', /steps/],
  [
    'keys that are kept',
    "let s = 'abcdefgh'; const o = {}; while (s.length < 4000000) s += s; for (let i = 0; ; i++) o[s + i] = 1",
    /memory|steps|time/,
  ],
  [
    'a value too deep to be passed on',
    "let v = 1; for (let i = 0; i < 200; i++) v = [v]; require('log')(v)",
    /too large or nested/,
  ],
  ['a value too large to be passed on', "const a = []; a[4294967290] = 1; require('log')(a)", /too large or nested/],
  ['a value with a cycle', 'const a = {}; a.a = a; return a', /nested/],
])('%s ends in an error', (_, text, said) => {
  expect(() => run(text, {}, {log: () => 1})).toThrow(said)
})

const heavy = "let s = 'ab'; while (s.length < 8000000) s += s;"

/** Native code whose cost does not show in the number of steps: without a charge each of these takes minutes. */
test.each([
  [
    'a search for a long text',
    `${heavy} let u = 'ab'; while (u.length < 80000) u += u; return s.indexOf(u + 'b' + u)`,
    /steps/,
  ],
  [
    'a search backwards',
    `${heavy} let u = 'ab'; while (u.length < 80000) u += u; return s.lastIndexOf(u + 'b')`,
    /steps/,
  ],
  [
    'a list of long texts searched',
    `${heavy} const a = []; for (let i = 0; i < 1000; i++) a.push(s); return a.indexOf(s + 'b')`,
    /steps/,
  ],
  [
    'a list of long texts sorted',
    `${heavy} const a = []; for (let i = 0; i < 1000; i++) a.push(s + i); return a.sort()`,
    /steps/,
  ],
  [
    'a list of long texts joined',
    `${heavy} const a = []; for (let i = 0; i < 100; i++) a.push(s); return a.join()`,
    /longer/,
  ],
  [
    'the keys of a large object',
    "const o = {}; for (let i = 0; i < 50000; i++) o['k' + i] = 1; const O = require('Object'); for (;;) O.keys(o)",
    /steps/,
  ],
  [
    'a list that holds itself twice, 40 deep, made text',
    "let a = []; for (let i = 0; i < 40; i++) a = [a, a]; return '' + a",
    /steps/,
  ],
  [
    'the same made JSON',
    "let a = []; for (let i = 0; i < 40; i++) a = [a, a]; return require('JSON').stringify(a)",
    /steps/,
  ],
  ['the same passed on', "let a = []; for (let i = 0; i < 40; i++) a = [a, a]; return require('log')(a)", /too large/],
  [
    'for-in over a large object',
    "const o = {}; for (let i = 0; i < 50000; i++) o['k' + i] = 1; for (;;) for (const k in o) break",
    /steps/,
  ],
  ['objects that are kept', 'const kept = []; for (;;) kept.push({a: 1, b: [1, 2, 3]})', /memory|steps|time/],
  ['functions that are kept', 'let f = () => 1; for (;;) { const g = f; f = () => g }', /memory|steps|time/],
])('%s ends in an error', (_, text, said) => {
  expect(() => run(text, {}, {log: () => 1})).toThrow(said)
})

test.each([
  ['a conversion to text', "const o = {toString: function() { return '' + o }}; return '' + o"],
  ['a conversion to a number', 'const o = {valueOf: function() { return +o }}; return +o'],
  [
    'toJSON',
    "const J = require('JSON'); const o = {toJSON: function() { return J.stringify(o) }}; return J.stringify(o)",
  ],
  ['a sort', 'const f = () => [2, 1, 3].sort(f); return f()'],
  ['a replacement', "const f = () => 'a'.replace('a', f); return f()"],
  ['the host', "const f = () => require('host')(f); return f()"],
])('endless recursion through %s ends in an error', (_, text) => {
  expect(() => run(text, {}, {host: (callback: () => unknown) => callback()})).toThrow(/too deeply/)
})

test('an error that trusted code catches does not count as a call that goes on', () => {
  const throwing = '{toString: function() { return undefined.x }}'
  const deep = 'const f = (n) => n ? f(n - 1) : 1; return f(900)'
  const attempt = (callback: () => unknown): unknown => {
    try {
      return callback()
    } catch {
      return undefined
    }
  }
  const loop = (body: string): string => `for (let i = 0; i < 300; i++) ${body};${deep}`
  expect(run(loop(`require('JSON').parse(${throwing})`))).toBe(1)
  expect(run(loop(`require('decodeUri')(${throwing})`))).toBe(1)
  expect(run(loop("require('Promise').create(() => undefined.x).catch(() => 1)"))).toBe(1)
  expect(run(loop("require('attempt')(() => undefined.x)"), {}, {attempt})).toBe(1)
})

test('an endless chain of promises ends in an error', async () => {
  const unhandled: Error[] = []
  const code = "const P = require('Promise'); const again = () => P.create((ok) => ok(1)).then(again); again()"
  start(code, {}, unhandled).call()
  const until = Date.now() + 5000
  while (unhandled.length === 0 && Date.now() < until) await new Promise((resolve) => void setTimeout(resolve, 10))
  expect(unhandled[0]?.message).toMatch(/endless loop/)
})

test('a pattern that would backtrack for ever takes linear time', () => {
  expect(run("return data.match('(a+)+$')", 'a'.repeat(50_000) + 'b')).toBeNull()
})

test('a pattern with a count that the engine does not take is written out', () => {
  const matches = (text: string): unknown => run("return data.match('^[A-Fa-f0-9]{64}$') !== null", text)
  expect([matches('a'.repeat(64)), matches('a'.repeat(65)), matches('g'.repeat(64))]).toEqual([true, false, false])
})

test('a pattern that only a backtracking engine can run is paid for step by step', () => {
  expect(run("return 'aa'.match('(a)\\\\1')")).toEqual(['aa', 'a'])
  expect(() => run("return 'a'.match('(?<=a')")).toThrow(/regular expression/i)
  const text = 'a'.repeat(60)
  expect(() => run(`return '${text}!'.match('(?=a)(a|a|aa)*$')`)).toThrow(/steps/)
})

test('one run that used up its steps does not harm the next', () => {
  const program = start('if (data.loop) { while (true) {} } return 1')
  expect(() => program.call({loop: true})).toThrow(/endless/)
  expect(run('if (data.loop) { while (true) {} } return 1', {loop: false})).toBe(1)
})

test('after its end nothing of a run is called', async () => {
  const seen: unknown[] = []
  const ended = start("require('Promise').create((ok) => ok(1)).then(require('see'))", {
    see: (value: unknown) => void seen.push(value),
  })
  ended.call()
  ended.end()
  await new Promise((resolve) => void setTimeout(resolve, 5))
  expect(seen).toEqual([])
  expect(() => ended.call()).toThrow(/over/)
})
