import type {AnyNode, Identifier} from 'acorn'
import {childrenOf} from '../sandbox/scopes.ts'
import {isName} from './code-facts.ts'

/** A piece of code that never runs, or a name that nothing uses. */
export type DeadPiece = {
  readonly node: AnyNode
  readonly what: 'unreachable' | 'function' | 'variable'
  readonly name: string
}

/** Finds what follows a jump in its block, and functions and variables that nothing refers to. */
export function findDeadCode(statements: readonly AnyNode[]): readonly DeadPiece[] {
  const found: DeadPiece[] = []
  const declared: {id: Identifier; owner: AnyNode; what: 'function' | 'variable'}[] = []
  const uses: {name: string; at: number}[] = []

  const visit = (node: AnyNode, parent: AnyNode | undefined): void => {
    if (node.type === 'BlockStatement') found.push(...unreachable(node.body))
    if (node.type === 'SwitchCase') found.push(...unreachable(node.consequent))
    if (node.type === 'FunctionDeclaration' && node.id) declared.push({id: node.id, owner: node, what: 'function'})
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && parent?.type === 'VariableDeclaration')
      declared.push({id: node.id, owner: node, what: 'variable'})
    if (node.type === 'Identifier' && !isName(node, parent) && !isWrite(node, parent))
      uses.push({name: node.name, at: node.start})
    for (const child of childrenOf(node)) visit(child, node)
  }
  found.push(...unreachable(statements))
  for (const statement of statements) visit(statement, undefined)

  const loops = loopVariables(statements)
  for (const {id, owner, what} of declared) {
    // A function that only calls itself is not used.
    const isUsed = uses.some(({name, at}) => name === id.name && (at < owner.start || at >= owner.end))
    if (!isUsed && !loops.has(id)) found.push({node: id, what, name: id.name})
  }
  return found.sort((a, b) => a.node.start - b.node.start)
}

function unreachable(list: readonly AnyNode[]): readonly DeadPiece[] {
  const end = list.findIndex(endsAlways)
  const rest = end < 0 ? [] : list.slice(end + 1)
  const dead = rest.find((node) => node.type !== 'FunctionDeclaration' && node.type !== 'EmptyStatement')
  // `break` after `return` is how many write a case.
  if (!dead || (dead.type === 'BreakStatement' && rest.length === 1)) return []
  return [{node: dead, what: 'unreachable', name: ''}]
}

/** Whether nothing that follows a statement in its list is ever reached. */
function endsAlways(node: AnyNode): boolean {
  switch (node.type) {
    case 'ReturnStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return true
    case 'BlockStatement':
      return node.body.some(endsAlways)
    case 'IfStatement':
      return endsAlways(node.consequent) && !!node.alternate && endsAlways(node.alternate)
    default:
      return false
  }
}

/** `x = 1` alone reads nothing. */
function isWrite(node: AnyNode, parent: AnyNode | undefined): boolean {
  return parent?.type === 'AssignmentExpression' && parent.left === node && parent.operator === '='
}

/** `for (const key in map)` may count without looking at the key. */
function loopVariables(statements: readonly AnyNode[]): ReadonlySet<AnyNode> {
  const found = new Set<AnyNode>()
  const visit = (node: AnyNode): void => {
    if ((node.type === 'ForInStatement' || node.type === 'ForOfStatement') && node.left.type === 'VariableDeclaration')
      for (const {id} of node.left.declarations) found.add(id)
    for (const child of childrenOf(node)) visit(child)
  }
  for (const statement of statements) visit(statement)
  return found
}
