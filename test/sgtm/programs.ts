import fc from 'fast-check'

/** Programs of the accepted language, as text that leaves its variables in a list. */
type Generated = {readonly statements: readonly string[]; readonly text: string}

const variable = fc.constantFrom('a', 'b', 'c')
const literal = fc.oneof(
  fc.integer({min: -9, max: 9}).map((value) => `(${value})`),
  fc.constantFrom(
    "'x'",
    "''",
    "'a,b'",
    'true',
    'false',
    'null',
    'undefined',
    'NaN',
    '-0',
    '1.5',
    '[1, 2]',
    "({k: 'v', l: [1]})",
  ),
)
const binary = fc.constantFrom(...'+ - * / % < > <= >= == != === !== && || & | ^ << >> >>>'.split(' '))
const unary = fc.constantFrom('!', '-', '+', '~', 'typeof ')
/** Calls of the documented library that work on whatever they are given. */
const method = fc.constantFrom(
  "('' + _).split('')",
  "('' + _).replace('x', (m) => m + m)",
  "('' + _).slice(1)",
  "('' + _).indexOf('x')",
  "('' + _).toUpperCase()",
  "('' + _).trim().charAt(0)",
  "('' + _).match('[a-z]+')",
  '[_, 2, 3].map((x) => x + 1)',
  '[3, _, 1].sort()',
  '[_, 1].concat([_]).reverse()',
  '[1, _].filter((x) => x)',
  '[1, _].reduce((sum, x) => sum + x, 0)',
  '[_].some((x) => !x)',
  '[_, 2].slice(-1).join()',
  "({k: _}).hasOwnProperty('k')",
  'J.stringify([_])',
  'J.parse(J.stringify({k: _}))',
  'O.keys({k: _, l: 1})',
  'M.max(_, 1)',
  'S(_)',
  'N(_)',
)

const {expression} = fc.letrec<{expression: string}>((tie) => ({
  expression: fc.oneof(
    {maxDepth: 4, withCrossShrink: true},
    fc.oneof(variable, literal),
    fc.tuple(tie('expression'), binary, tie('expression')).map(([left, op, right]) => `(${left} ${op} ${right})`),
    fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => `(${left} + ${right} + 1)`),
    fc.tuple(unary, tie('expression')).map(([op, value]) => `(${op}(${value}))`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
    fc.tuple(tie('expression'), tie('expression')).map(([first, last]) => `(${first}, ${last})`),
    tie('expression').map((body) => `((x) => ${body} + x)(2)`),
    tie('expression').map((body) => `((x) => ({v: ${body}}))(1).v`),
    tie('expression').map((body) => `(function f(n) { if (n < 1) return ${body}; return f(n - 1) })(2)`),
    tie('expression').map((body) => `[1, 2].map((x) => ${body}).join('-')`),
    fc
      .tuple(method, tie('expression'))
      .map(([call, value]) => `(${call.replaceAll('_', value.replaceAll('$', '$$$$'))})`),
  ),
}))

const {statement} = fc.letrec<{statement: string}>((tie) => ({
  statement: fc.oneof(
    {maxDepth: 3, withCrossShrink: true},
    fc.tuple(variable, fc.constantFrom('=', '+=', '-='), expression).map(([to, op, value]) => `${to} ${op} ${value}`),
    expression.map((value) => `a = ${value}\nb += a`),
    expression.map((value) => `if (${value}) return [b, a]`),
    expression.map((value) => `if (${value}) return; else c = 1`),
    fc.constantFrom('a++', '--b', 'c = a--', "c = {k: a}\nc.k += 1\nc['l'] = c.k"),
    fc
      .tuple(expression, tie('statement'), tie('statement'))
      .map(([test, yes, no]) => `if (${test}) { ${yes}\n} else { ${no}\n}`),
    fc.tuple(expression, tie('statement')).map(([test, yes]) => `if (${test}) { let a = 1; ${yes}\n}`),
    tie('statement').map((body) => `for (let i = 0; i < 2; i++) { ${body}\n }`),
    tie('statement').map((body) => `for (const k in {p: 1, q: 2}) { ${body}\n }`),
    tie('statement').map((body) => `for (const v of [c, 'w']) { c = v\n ${body}\n if (c) continue\n c = 0 }`),
    tie('statement').map((body) => `{ let w = 0; while (w++ < 2) { ${body}\n if (a) break } }`),
    tie('statement').map((body) => `{ let w = 0; do { ${body}\n } while (++w < 2) }`),
    fc
      .tuple(expression, tie('statement'), tie('statement'))
      .map(
        ([value, one, other]) =>
          `switch (${value}) { case 1: ${one}\n case 'x': ${other}\n break\n default:\n ${one}\n }`,
      ),
    tie('statement').map((body) => `c = (function() { ${body}\n return arguments.length })(1, 2)`),
    tie('statement').map((body) => `c = ((y) => { ${body}\n return y })(a)`),
    tie('statement').map(
      (body) =>
        `c = (function() { var g = 1; function g() {}\n function h() {}\n function h(z) { ${body}\n return z }\n return h(g) })()`,
    ),
    tie('statement').map((body) => `{ function g(z) { ${body}\n return z }\n a = g(b) }`),
  ),
}))

/** Both sides give their variables, so that NaN, -0 and undefined count. */
export const program: fc.Arbitrary<Generated> = fc
  .array(statement, {minLength: 1, maxLength: 5})
  .map((statements) => ({statements, text: wrap(statements)}))

function wrap(statements: readonly string[]): string {
  const apis =
    "const J = require('JSON'), M = require('Math'), O = require('Object'), S = require('makeString'), N = require('makeNumber')"
  return `${apis}\nlet a = 1, b = 'b', c\n${statements.join('\n;')}\nreturn [a, b, c]`
}

const expressionOutside = fc.oneof(
  fc.constantFrom(
    'new a()',
    'this',
    '`x`',
    '`${a}`',
    'a`x`',
    '/x/',
    '/x/g',
    '[...[1]]',
    '({...a})',
    '({a})',
    '({[a]: 1})',
    '({a() {}})',
    '({get a() { return 1 }})',
    '({set a(x) {}})',
    '({async a() {}})',
    '({*a() {}})',
    '({__proto__: a})',
    "({'__proto__': a})",
    'async () => 1',
    'async function() {}',
    'function*() {}',
    'class {}',
    'class A extends a {}',
    'a?.b',
    'a?.[0]',
    'a?.()',
    'a ?? b',
    'a ** 2',
    "'k' in a",
    'a instanceof b',
    'delete a.b',
    "delete a['b']",
    'void 0',
    '1n',
    '(x = 1) => x',
    '(...x) => x',
    '({x}) => x',
    '([x]) => x',
    '(a **= 2)',
    '(a ||= 1)',
    '(a &&= 1)',
    '(a ??= 1)',
    "import('fs')",
    '[a] = [1]',
    '({k: a} = {k: 1})',
    '\\u0061',
    'new.target',
    '010',
    "'\\01'",
    'arguments = 1',
    'eval = 1',
  ),
  fc
    .constantFrom(
      'window',
      'globalThis',
      'process',
      'console',
      'document',
      'Math',
      'JSON',
      'Object',
      'Array',
      'String',
      'Promise',
      'Error',
      'Date',
      'RegExp',
      'Symbol',
      'Proxy',
      'Reflect',
      'Function',
      'parseInt',
      'isNaN',
      'setTimeout',
      'fetch',
      'eval',
      'module',
      'exports',
      'Buffer',
      'global',
      'self',
      'WebAssembly',
      'assertThat',
      '$m',
      '$v',
    )
    .chain((name) => fc.constantFrom(name, `${name}.x`, `${name}()`, `typeof ${name}`, `(() => ${name})`)),
  fc.stringMatching(/^[d-z][A-Z]{4}\d$/),
  fc.stringMatching(/^[a-z]{3}Unknown$/).map((name) => `require('${name}')`),
)

const statementsOutside: readonly string[] = [
  'try { a = 1 } catch (e) {}',
  'try { a = 1 } catch {}',
  'try { a = 1 } finally {}',
  "throw 'x'",
  'q: for (;;) break q',
  'class A {}',
  'debugger',
  'const {k} = c',
  'const [k] = [1]',
  'let {k: l} = c',
  'async function h() {}',
  'function* h() {}',
  'function h(x = 1) {}',
  'function h(...x) {}',
  'function h({x}) {}',
  'for (const [k] of [[1]]) a = k',
  'for (const {k} of [c]) a = k',
  'undeclared = 1',
  'let a2 = 1; let a2 = 2',
  'const k2 = 1; var k2',
  'for (const k of [1]) {} a = k',
  '{ let inner = 1 } a = inner',
  'if (a) { function only() {} } only()',
  'with (c) {}',
  'import "fs"',
  'export default 1',
  'let \\u0062x = 1',
  'break',
  'continue',
  'return function() { yield 1 }',
  '})(); (function() {',
  'const',
  'let let = 1',
  'var x = ',
  "'",
  '/*',
  '(',
]

/** Programs that are outside of the language in one place, anywhere in a program that is otherwise inside. */
export const programOutside: fc.Arbitrary<string> = fc
  .tuple(
    program,
    fc.nat(),
    fc.oneof({weight: 2, arbitrary: expressionOutside}, fc.constantFrom(...statementsOutside)),
    fc.boolean(),
  )
  .chain(([{statements, text}, at, outside, inside]) => {
    const isStatement = statementsOutside.includes(outside)
    const holes = [...text.matchAll(/\(-?\d\)/g)]
    const hole = holes[at % Math.max(1, holes.length)]
    if (!isStatement && hole)
      return fc.constant(`${text.slice(0, hole.index)}(${outside})${text.slice(hole.index + hole[0].length)}`)
    const added = isStatement ? outside : `a = (${outside})`
    const placed = inside ? `if (a) { ${added}\n}` : added
    return fc.constant(wrap(statements.toSpliced(at % (statements.length + 1), 0, placed)))
  })
