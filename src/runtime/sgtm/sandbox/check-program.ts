import type {AnyNode, Identifier} from 'acorn'
import {objectAt} from './excerpt.ts'
import type {ParsedProgram} from './parse-program.ts'
import type {Objection, Source} from './program.ts'
import {childrenOf, findUndeclared} from './scopes.ts'
import {documentedMethods, testApiNames} from './standard-library.ts'
import {judgeSyntax} from './syntax.ts'

/** What a template may ask `require` for, so that an unknown name is refused before anything runs. */
export type KnownApis = {readonly has: (name: string) => boolean}

type Verdict = {readonly refusals: readonly Objection[]; readonly warnings: readonly Objection[]}

/**
 * Judges parsed code: syntax outside the language, undeclared names and unknown APIs refuse it; methods outside the
 * documented standard library are only pointed out, since an object of the template's own may have them.
 */
export function checkProgram(source: Source, {root, statements, shift}: ParsedProgram, apis: KnownApis): Verdict {
  const refusals: Objection[] = []
  const warnings: Objection[] = []
  const own = new Set<string>()
  const calls: {name: string; offset: number}[] = []

  const walk = (node: AnyNode): void => {
    const judgement = judgeSyntax(node)
    if (judgement) {
      refusals.push(refuse(source, node.start - shift, judgement))
      return
    }
    if (node.type === 'Identifier' && source.text.slice(node.start - shift, node.end - shift) !== node.name) {
      refusals.push(objectAt(source, node.start - shift, 'An escape in a name is not part of sandboxed JavaScript.'))
    }
    if (node.type === 'Property')
      own.add(String('name' in node.key ? node.key.name : 'value' in node.key ? node.key.value : ''))
    if (node.type === 'CallExpression') {
      const {callee, arguments: args} = node
      const [first] = args
      if (callee.type === 'Identifier' && callee.name === 'require' && first?.type === 'Literal') {
        const name = String(first.value)
        const say = (message: string): Objection => objectAt(source, first.start - shift, message)
        if (testApiNames.has(name))
          warnings.push(say(`\`${name}\` is for tests: in a template it fails when it is called.`))
        else if (!apis.has(name)) {
          refusals.push(say(`require: \`${name}\` is not a known API, so nothing stands behind it.`))
        }
      }
      if (callee.type === 'MemberExpression' && !callee.computed && callee.property.type === 'Identifier') {
        calls.push({name: callee.property.name, offset: callee.property.start - shift})
      }
    }
    for (const child of childrenOf(node)) walk(child)
  }
  for (const statement of statements) walk(statement)
  if (refusals.length > 0) return {refusals, warnings}

  const known = new Set(['undefined', 'NaN', 'Infinity', 'arguments', ...source.offered])
  for (const node of findUndeclared(root, known))
    refusals.push(refuse(source, node.start - shift, undeclared(node, apis)))
  for (const {name, offset} of calls) {
    if (undocumented.has(name) && !own.has(name) && !documentedMethods.has(name)) {
      warnings.push(
        objectAt(source, offset, `\`${name}\` is not in the documented standard library of sandboxed JavaScript.`),
      )
    }
  }
  return {refusals, warnings}
}

/**
 * An objection that also names the token as Tag Manager's editor does, by its line in the code alone and its column from
 * 0 on, for those who have that message before them.
 */
function refuse(source: Source, offset: number, message: string): Objection {
  const code = source.text.trimStart()
  const before = source.text.slice(source.text.length - code.length, offset).split('\n')
  const token = /^[\w$]+|^./.exec(source.text.slice(offset))?.[0] ?? ''
  return objectAt(source, offset, `${message} Token '${token}' at ${before.length},${before.at(-1)?.length ?? 0}.`)
}

function undeclared({name}: Identifier, apis: KnownApis): string {
  const hint = apis.has(name) ? ` Write \`const ${name} = require('${name}');\` first.` : ''
  return `\`${name}\` is an undeclared variable in a function template.${hint}`
}

/** Methods of the `Object` API, which share their names with undocumented ones of arrays. */
const ofApis: readonly string[] = ['keys', 'values', 'entries']

/** Every method that JavaScript's own arrays, strings, numbers and functions have; used only for pointing out. */
const undocumented: ReadonlySet<string> = new Set(
  [Array.prototype, String.prototype, Number.prototype, Function.prototype, Object.prototype].flatMap((prototype) =>
    Object.getOwnPropertyNames(prototype).filter((name) => !ofApis.includes(name)),
  ),
)
