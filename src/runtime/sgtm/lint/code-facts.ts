import type {AnyNode, CallExpression, Expression, MemberExpression} from 'acorn'
import {childrenOf} from '../sandbox/scopes.ts'

/** A call of an API: `BigQuery.insert` has the name `BigQuery` and the member `insert`. */
export type ApiCall = {
  readonly api: string
  readonly member: string | undefined
  readonly args: readonly AnyNode[]
  readonly node: CallExpression
}

/** What can be known of a template's code without running it. */
export type CodeFacts = {
  /** Each `require` of a known name, in the order of the text. */
  readonly required: readonly {readonly api: string; readonly node: AnyNode}[]
  readonly calls: readonly ApiCall[]
  /** Parameters that are read by name, `data.x` and `data['x']`. */
  readonly reads: readonly {readonly name: string; readonly node: AnyNode}[]
  /** `data` is passed on, walked or read by computed names, so that any parameter may be read. */
  readonly readsAll: boolean
  /** The text that an expression has, or begins with; undefined where nothing is known. */
  readonly textOf: (node: AnyNode | undefined) => KnownText | undefined
  readonly apiOf: (node: AnyNode) => {readonly api: string; readonly member: string | undefined} | undefined
}

/** `isWhole` is false where only the beginning is known. */
export type KnownText = {readonly text: string; readonly isWhole: boolean}

/** Gathers facts in one walk. Names are taken as if each were declared once: templates rarely shadow their APIs. */
export function gatherFacts(root: AnyNode): CodeFacts {
  const apis = new Map<string, string>()
  const constants = new Map<string, Expression | undefined>()
  const required: {api: string; node: AnyNode}[] = []
  const reads: {name: string; node: AnyNode}[] = []
  const candidates: CallExpression[] = []
  let readsAll = false

  /** @param own false where a function's parameter takes the name `data` */
  const visit = (node: AnyNode, parent: AnyNode | undefined, own: boolean): void => {
    const api = requiredBy(node)
    if (api !== undefined) required.push({api, node})
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier') {
      const init = node.init ? requiredBy(node.init) : undefined
      if (init !== undefined) apis.set(node.id.name, init)
      // A second declaration of the name makes its value unknown.
      else constants.set(node.id.name, constants.has(node.id.name) ? undefined : (node.init ?? undefined))
    }
    if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier')
      constants.set(node.left.name, undefined)
    if (node.type === 'CallExpression') candidates.push(node)
    if (own && node.type === 'Identifier' && node.name === 'data' && !isName(node, parent)) {
      const name = parent?.type === 'MemberExpression' && parent.object === node ? nameOf(parent) : undefined
      if (name === undefined || name === 'hasOwnProperty') readsAll = true
      else reads.push({name, node: parent!})
    }
    const inside = own && !(node !== root && takesData(node))
    for (const child of childrenOf(node)) visit(child, node, inside)
  }
  visit(root, undefined, true)

  const apiOf: CodeFacts['apiOf'] = (node) => {
    const direct = requiredBy(node) ?? (node.type === 'Identifier' ? apis.get(node.name) : undefined)
    if (direct !== undefined) return {api: direct, member: undefined}
    if (node.type !== 'MemberExpression') return undefined
    const owner = apiOf(node.object)
    return owner && owner.member === undefined ? {api: owner.api, member: nameOf(node)} : undefined
  }
  const textOf = (node: AnyNode | undefined, depth = 0): KnownText | undefined => {
    if (!node || depth > 10) return undefined
    if (node.type === 'Literal') return {text: String(node.value), isWhole: true}
    if (node.type === 'Identifier') return textOf(constants.get(node.name), depth + 1)
    if (node.type !== 'BinaryExpression' || node.operator !== '+') return undefined
    const left = textOf(node.left, depth + 1)
    if (!left?.isWhole) return left
    const right = textOf(node.right, depth + 1)
    return {text: left.text + (right?.text ?? ''), isWhole: right?.isWhole ?? false}
  }
  const calls = candidates.flatMap((node): readonly ApiCall[] => {
    const found = apiOf(node.callee)
    return found && node.callee.type !== 'Super' ? [{...found, args: node.arguments, node}] : []
  })
  return {required, calls, reads, readsAll, textOf: (node) => textOf(node), apiOf}
}

function takesData(node: AnyNode): boolean {
  return (
    'params' in node && node.params.some((parameter) => parameter.type === 'Identifier' && parameter.name === 'data')
  )
}

/** The name in `require('name')`. */
function requiredBy(node: AnyNode): string | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'require')
    return undefined
  const [first] = node.arguments
  return first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined
}

/** The property's name, as far as it is written there. */
export function nameOf({property, computed}: MemberExpression): string | undefined {
  if (!computed) return property.type === 'Identifier' ? property.name : undefined
  return property.type === 'Literal' ? String(property.value) : undefined
}

/** True for identifiers that name a property or a parameter instead of reading a variable. */
export function isName(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (!parent) return false
  if (parent.type === 'MemberExpression') return parent.property === node && !parent.computed
  if (parent.type === 'Property') return parent.key === node && !parent.computed && parent.value !== node
  if (parent.type === 'VariableDeclarator') return parent.id === node
  if (parent.type === 'FunctionDeclaration' || parent.type === 'FunctionExpression')
    return parent.id === node || parent.params.includes(node as never)
  return parent.type === 'ArrowFunctionExpression' && parent.params.includes(node as never)
}
