import {describe, expect, test} from 'vitest'
import {createResolve} from '#runtime/sgtm/apis/registry.ts'
import {compile, run} from './run-code.ts'

const refusal = (text: string): string => {
  const compiled = compile(text)
  return compiled.ok ? 'accepted' : compiled.refusals.map(({message}) => message).join(' ')
}

describe('accepted', () => {
  test.each([
    ['let sum = 0; for (const x of [1, 2, 3]) sum += x; return sum', 6],
    ["let keys = ''; for (const k in {a: 1, b: 2}) keys += k; return keys", 'ab'],
    ['let i = 0; while (i < 5) { if (i === 3) break; i++ } return i', 3],
    ['let n = 0; for (let i = 0, j = 9; i < j; i++, j--) { if (i === 1) continue; n = n + j } return n', 9 + 7 + 6 + 5],
    ['let i = 0; do i++\nwhile (i < 3)\nreturn i', 3],
    ['let i = 0; do { i++; if (i === 2) continue; if (i > 4) break } while (true); return i', 5],
    ['function f() { return 1 } function f() { return 2 } return f()', 2],
    ['var f = 1; function f() {} return f', 1],
    ['const f = function() { return\n1 }; if (f() === undefined) return 4\nelse return 5', 4],
    ['const f = (x) => { if (x) return; else return (3, 4) }; return f(0)', 4],
    ['const f = () => () => 1; return f().name', ''],
    ["let keys = ''; for (const k in 'ab') keys += k; for (const k in null) keys += k; return keys", '01'],
    ["switch (data.x) { case 1: return 'one'; default: return 'other' }", 'one'],
    ['function f() { return arguments.length } return f(1, 2, 3)', 3],
    ["return require('JSON').stringify({a: [1, null, undefined]})", '{"a":[1,null,null]}'],
    ['var a = 1; { var a = 2 } return a', 2],
    ['const f = (x) => ({v: x}); return f(2).v', 2],
    ['const f = x => y => x + y; return f(1)(2)', 3],
    ['return typeof undefined', 'undefined'],
    ['const a = 1\nlet b = a\nb += 1\na + b\nreturn b', 2],
    ["const o = {s: ''}\no.s += 'x'\no['s'] += 'y'\nreturn o.s", 'xy'],
    ["return 'a' + 1 + (2 + 3) + 'b'", 'a15b'],
    ['function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } return fib(15)', 610],
    ['if (true) for (let i = 0; i < 2; i++); else return 1\nreturn 2', 2],
    ["'use strict'; return 1", 1],
    ["const text = '${'; const marker = '___INFO___'; return text.length + marker.length", 12],
    ['// a comment with => in it\nreturn [3, 1, 2].sort((a, b) => /* => */ a - b).join()', '1,2,3'],
  ])('%s', (text, result) => {
    expect(run(text, {x: 1})).toEqual(result)
  })

  test('code that ends in a comment', () => {
    expect(run('return 1 // the end')).toBe(1)
  })
})

describe('refused before running', () => {
  test.each([
    ['new Date()', '`new`'],
    ['return this', '`this`'],
    ['const s = `x`', 'template literal'],
    ['const {a} = data', 'Destructuring'],
    ['const [a] = []', 'Destructuring'],
    ['const a = [...data]', 'Spread'],
    ['const f = (...a) => a', 'rest parameter'],
    ['const f = (a = 1) => a', 'default value'],
    ['const a = 1; return {a}', 'shorthand'],
    ["return {['a']: 1}", 'computed'],
    ['return {get a() { return 1 }}', 'getter'],
    ['return {a() {}}', 'method'],
    ['return data?.a', 'Optional chaining'],
    ['return data ?? 1', '\\?\\?'],
    ['return 2 ** 3', '\\*\\*'],
    ["return 'a' in data", '`in`'],
    ['return data instanceof data', '`instanceof`'],
    ['delete data.a', '`delete`'],
    ['void 0', '`void`'],
    ['try { data() } catch (e) {}', '`try`'],
    ["throw 'x'", '`throw`'],
    ['a: for (;;) break a', 'label'],
    ['class A {}', '`class`'],
    ['return /a/', 'regular expression'],
    ['const f = async () => 1', 'async'],
    ['function* f() {}', 'generator'],
    ['return 1n', 'BigInt'],
    ['debugger', '`debugger`'],
    ["import('fs')", 'import'],
    ['return {__proto__: data}', '__proto__'],
    ['let \\u0061b = 1', 'escape'],
    ['data ||= 1', '\\|\\|='],
    ['with (data) {}', 'strict mode'],
    ['return 010', 'Invalid number'],
    ['}) (function() {', 'Unexpected|closing'],
    ['})(); (function(data) {', 'closing|Unexpected'],
    ['return Math.abs(1)', 'Math.*undeclared variable.*require'],
    ['if (false) nowhere()', '`nowhere` is an undeclared variable'],
    ['process.exit()', '`process` is an undeclared variable'],
    ['globalThis', '`globalThis`'],
    ["eval('1')", '`eval`'],
    ['{ let a = 1 } return a', '`a` is an undeclared variable'],
    ["require('sendPixel')", 'sendPixel'],
    ["const x = require('fs')", '`fs`'],
    ['let a = 1; let a = 2', 'already been declared'],
    ['arguments = 1', 'strict mode'],
  ])('%s', (text, said) => {
    expect(refusal(text)).toMatch(new RegExp(said))
  })

  test('the message has the place in the file and a caret under it', () => {
    const compiled = compile('const a = 1;\n  const b = new a();')
    expect(compiled.ok ? [] : compiled.refusals).toEqual([
      {
        message: "`new` is not part of sandboxed JavaScript. Token 'new' at 2,12.",
        at: {file: 'sample.tpl', line: 11, column: 13},
        excerpt: '11 |   const b = new a();\n   |             ^',
      },
    ])
  })

  test('the token is counted as in the editor, which does not show the blank lines before the code', () => {
    const compiled = compile('\n\nconst x = Math.floor(1.5);')
    expect(compiled.ok ? [] : compiled.refusals.map(({message, at}) => [message, at.line, at.column])).toEqual([
      [
        "`Math` is an undeclared variable in a function template. Write `const Math = require('Math');` first. Token 'Math' at 1,10.",
        12,
        11,
      ],
    ])
  })

  test('all undeclared names are told at once', () => {
    const compiled = compile('one(); two();')
    expect(compiled.ok ? [] : compiled.refusals.map(({at}) => at.column)).toEqual([1, 8])
  })
})

test('a method outside the documented library is pointed out but not refused', () => {
  const compiled = compile("return data.text.startsWith('a')")
  expect(compiled.ok && compiled.program.warnings.map(({message}) => message)).toEqual([
    '`startsWith` is not in the documented standard library of sandboxed JavaScript.',
  ])
})

test('what a widely used template calls works although it is pointed out', () => {
  expect(run("return 'abc'.startsWith('ab')")).toBe(true)
})

test('a name of the test API may be required, which is pointed out, and fails when it is called', () => {
  const text = "const assertThat = require('assertThat'); return data.call ? assertThat(1) : 2"
  const compiled = compile(text)
  expect(compiled.ok && compiled.program.warnings.map(({message}) => message)).toEqual([
    '`assertThat` is for tests: in a template it fails when it is called.',
  ])
  const resolve = createResolve({} as never)
  expect(resolve('assertThat')).toThrow('assertThat was called outside of a test.')
})

test('an object of the template may have a method of any name', () => {
  const compiled = compile("const api = {find: () => 1}; api.find(); return require('Object').keys(api)")
  expect(compiled.ok && compiled.program.warnings).toEqual([])
})

test('an error while running is located in the file as it was before instrumenting', () => {
  let at: unknown
  try {
    run('let u;\nconst b = 1 + 2; const c = b + u.x;')
  } catch (error) {
    at = (error as {at: unknown}).at
  }
  expect(at).toEqual({file: 'sample.tpl', line: 11, column: 34})
})
