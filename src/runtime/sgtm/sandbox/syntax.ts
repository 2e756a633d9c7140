import type {AnyNode} from 'acorn'

/**
 * Decides whether a piece of syntax is in the language: undefined if so, else what to say about it. Accepted is what
 * published server templates use and the official description names (ECMAScript 5.1 with let, const, arrows and
 * for-of); the rest is refused here because Tag Manager would refuse it when the template is saved.
 * https://developers.google.com/tag-platform/tag-manager/templates/sandboxed-javascript
 */
export function judgeSyntax(node: AnyNode): string | undefined {
  const refusal = refused[node.type]
  if (refusal) return `${refusal} is not part of sandboxed JavaScript.`
  const judge = judges[node.type] as ((node: AnyNode) => string | undefined) | undefined
  const found = judge ? judge(node) : plain.has(node.type) ? undefined : `\`${node.type}\``
  return found && `${found} is not part of sandboxed JavaScript.`
}

const plain: ReadonlySet<string> = new Set([
  'ArrayExpression',
  'BlockStatement',
  'ConditionalExpression',
  'DoWhileStatement',
  'EmptyStatement',
  'ExpressionStatement',
  'ForInStatement',
  'ForStatement',
  'IfStatement',
  'ObjectExpression',
  'Program',
  'ReturnStatement',
  'SequenceExpression',
  'SwitchCase',
  'SwitchStatement',
  'UpdateExpression',
  'VariableDeclaration',
  'WhileStatement',
])

const refused: Readonly<Record<string, string>> = {
  ArrayPattern: 'Destructuring',
  AssignmentPattern: 'A default value of a parameter',
  AwaitExpression: '`await`',
  ChainExpression: 'Optional chaining',
  ClassDeclaration: '`class`',
  ClassExpression: '`class`',
  DebuggerStatement: '`debugger`',
  ImportExpression: '`import()`',
  LabeledStatement: 'A label',
  MetaProperty: '`new.target`',
  NewExpression: '`new`',
  ObjectPattern: 'Destructuring',
  RestElement: 'A rest parameter',
  SpreadElement: 'Spread syntax',
  Super: '`super`',
  TaggedTemplateExpression: 'A template literal',
  TemplateLiteral: 'A template literal',
  ThisExpression: '`this`',
  ThrowStatement: '`throw`',
  TryStatement: '`try`',
  WithStatement: '`with`',
  YieldExpression: '`yield`',
}

const binaryOperators = '== != === !== < > <= >= + - * / % & | ^ << >> >>>'.split(' ')
const assignmentOperators = '= += -= *= /= %= &= |= ^= <<= >>= >>>='.split(' ')
const unaryOperators = ['!', '-', '+', '~', 'typeof']

type Judges = {readonly [Type in AnyNode['type']]?: (node: Extract<AnyNode, {type: Type}>) => string | undefined}

const judges: Judges = {
  ArrowFunctionExpression: (node) => (node.async ? 'An async function' : undefined),
  AssignmentExpression: (node) => (assignmentOperators.includes(node.operator) ? undefined : `\`${node.operator}\``),
  BinaryExpression: (node) =>
    binaryOperators.includes(node.operator) ? undefined : `The operator \`${node.operator}\``,
  BreakStatement: (node) => (node.label ? 'A label' : undefined),
  CallExpression: (node) => (node.optional ? 'Optional chaining' : undefined),
  ContinueStatement: (node) => (node.label ? 'A label' : undefined),
  ForOfStatement: (node) => (node.await ? '`for await`' : undefined),
  FunctionDeclaration: judgeFunction,
  FunctionExpression: judgeFunction,
  Identifier: () => undefined,
  Literal: (node) => {
    if (node.regex) return 'A regular expression literal'
    return node.bigint === undefined || node.bigint === null ? undefined : 'A BigInt'
  },
  LogicalExpression: (node) => (node.operator === '??' ? 'The operator `??`' : undefined),
  MemberExpression: (node) => {
    if (node.optional) return 'Optional chaining'
    return node.property.type === 'PrivateIdentifier' ? 'A private name' : undefined
  },
  Property: (node) => {
    if (node.kind !== 'init') return 'A getter or setter'
    if (node.method) return 'A method in an object literal (write `name: function() {…}`)'
    if (node.shorthand) return 'A shorthand property (write `name: name`)'
    if (node.computed) return 'A computed property name'
    const name = node.key.type === 'Identifier' ? node.key.name : node.key.type === 'Literal' ? node.key.value : ''
    return name === '__proto__' ? 'The key `__proto__` in an object literal' : undefined
  },
  UnaryExpression: (node) => (unaryOperators.includes(node.operator) ? undefined : `The operator \`${node.operator}\``),
  VariableDeclarator: (node) => (node.id.type === 'Identifier' ? undefined : 'Destructuring'),
}

function judgeFunction(node: {async: boolean; generator: boolean}): string | undefined {
  if (node.async) return 'An async function'
  return node.generator ? 'A generator' : undefined
}
