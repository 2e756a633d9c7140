import type {AnyNode, Identifier} from 'acorn'

type Scope = {readonly names: Set<string>; readonly isFunction: boolean; readonly parent: Scope | undefined}

/**
 * Finds the identifiers that nothing declares, on dead branches too, in the order of the text. `known` are the names
 * that need no declaration. Understands exactly the accepted syntax.
 */
export function findUndeclared(root: AnyNode, known: ReadonlySet<string>): readonly Identifier[] {
  const uses: {node: Identifier; scope: Scope}[] = []
  visit(root, {names: new Set(), isFunction: true, parent: undefined}, uses)
  return uses.filter(({node, scope}) => !known.has(node.name) && !isDeclared(scope, node.name)).map(({node}) => node)
}

function isDeclared(scope: Scope | undefined, name: string): boolean {
  for (let at = scope; at; at = at.parent) if (at.names.has(name)) return true
  return false
}

function visit(node: AnyNode, scope: Scope, uses: {node: Identifier; scope: Scope}[]): void {
  const inner = (isFunction: boolean): Scope => ({names: new Set(), isFunction, parent: scope})
  switch (node.type) {
    case 'Identifier':
      uses.push({node, scope})
      return
    case 'MemberExpression':
      visit(node.object, scope, uses)
      if (node.computed) visit(node.property, scope, uses)
      return
    case 'Property':
      visit(node.value, scope, uses)
      return
    case 'VariableDeclarator':
      if (node.id.type === 'Identifier') scope.names.add(node.id.name)
      if (node.init) visit(node.init, scope, uses)
      return
    case 'VariableDeclaration': {
      const target = node.kind === 'var' ? functionScope(scope) : scope
      for (const {id} of node.declarations) if (id.type === 'Identifier') target.names.add(id.name)
      for (const {init} of node.declarations) if (init) visit(init, scope, uses)
      return
    }
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      if (node.type === 'FunctionDeclaration' && node.id) scope.names.add(node.id.name)
      const own = inner(true)
      if (node.type === 'FunctionExpression' && node.id) own.names.add(node.id.name)
      for (const parameter of node.params) if (parameter.type === 'Identifier') own.names.add(parameter.name)
      visit(node.body, own, uses)
      return
    }
    case 'BlockStatement':
    case 'SwitchStatement':
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement': {
      const own = inner(false)
      for (const child of childrenOf(node)) visit(child, own, uses)
      return
    }
    default:
      for (const child of childrenOf(node)) visit(child, scope, uses)
  }
}

function functionScope(scope: Scope): Scope {
  let at = scope
  while (!at.isFunction && at.parent) at = at.parent
  return at
}

/** The nodes directly below a node, in the order of the text. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  const children: AnyNode[] = []
  for (const value of Object.values(node) as unknown[]) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) if (isNode(item)) children.push(item)
  }
  return children.sort((a, b) => a.start - b.start)
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
