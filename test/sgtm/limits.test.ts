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
    /memory|steps/,
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

test('a pattern that only a backtracking engine can run is an error', () => {
  expect(() => run("return 'aa'.match('(a)\\\\1')")).toThrow(/linear time/)
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
