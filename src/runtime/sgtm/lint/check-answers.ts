import type {AnyNode} from 'acorn'
import {childrenOf} from '../sandbox/scopes.ts'
import type {CodeFacts} from './code-facts.ts'

/** A place where a claimed request is left without an answer. */
export type Unanswered = {
  readonly node: AnyNode
  readonly why: 'never' | 'path' | 'rejection'
}

/** What has happened on a path so far. */
type State = {readonly claimed: AnyNode | undefined; readonly answered: boolean}
type Out = {readonly next: readonly State[]; readonly found: readonly Unanswered[]}

const promising = new Set(['sendHttpRequest', 'sendHttpGet', 'Firestore', 'BigQuery', 'getGoogleScript'])

/**
 * Follows the paths of a client's own code: after `claimRequest` each must call `returnResponse`, or hand a function
 * that may do so to somebody. What happens in such functions is not followed, since they often count others' completion;
 * but a request whose answer is waited for and whose failure is not is found.
 */
export function findUnanswered(statements: readonly AnyNode[], facts: CodeFacts): readonly Unanswered[] {
  const functions = new Map<string, AnyNode>()
  const collect = (node: AnyNode): void => {
    if (node.type === 'FunctionDeclaration' && node.id) functions.set(node.id.name, node)
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init && isFunction(node.init))
      functions.set(node.id.name, node.init)
    for (const child of childrenOf(node)) collect(child)
  }
  for (const statement of statements) collect(statement)

  /** Whether a piece of code, or a function that it names, may call the API. */
  const mayCall = (node: AnyNode, api: string, seen = new Set<AnyNode>()): boolean => {
    if (seen.has(node) || (node.type === 'VariableDeclarator' && isRequire(node.init))) return false
    seen.add(node)
    if (facts.apiOf(node)?.api === api && node.type === 'Identifier') return true
    if (node.type === 'CallExpression' && facts.apiOf(node.callee)?.api === api) return true
    const named = node.type === 'Identifier' ? functions.get(node.name) : undefined
    if (named && mayCall(named, api, seen)) return true
    return childrenOf(node).some((child) => mayCall(child, api, seen))
  }
  const wholeBody = {type: 'Program', body: statements, start: 0, end: 0} as unknown as AnyNode
  const claim = facts.calls.find(({api}) => api === 'claimRequest')
  if (!claim) return []
  if (!mayCall(wholeBody, 'returnResponse')) return [{node: claim.node, why: 'never'}]

  const evaluate = (node: AnyNode, state: State): State => {
    if (node.type === 'VariableDeclaration') return node.declarations.reduce((so, each) => evaluate(each, so), state)
    // A function that is merely made does nothing yet.
    const isMade = node.type === 'VariableDeclarator' && node.init && isFunction(node.init)
    if (node.type === 'FunctionDeclaration' || isMade) return state
    const claimed = state.claimed ?? (mayCall(node, 'claimRequest') ? node : undefined)
    return {claimed, answered: state.answered || mayCall(node, 'returnResponse')}
  }
  const end = (node: AnyNode, state: State): readonly Unanswered[] =>
    state.claimed && !state.answered ? [{node, why: 'path'}] : []

  const runList = (list: readonly AnyNode[], from: readonly State[]): Out => {
    let [next, found]: [readonly State[], readonly Unanswered[]] = [from, []]
    for (const statement of list) {
      const outs = next.map((state) => run(statement, state))
      next = unique(outs.flatMap((out) => out.next))
      found = [...found, ...outs.flatMap((out) => out.found)]
    }
    return {next, found}
  }
  const run = (node: AnyNode, state: State): Out => {
    switch (node.type) {
      case 'ReturnStatement':
        return {next: [], found: end(node, node.argument ? evaluate(node.argument, state) : state)}
      case 'BlockStatement':
        return runList(node.body, [state])
      case 'IfStatement': {
        const tested = evaluate(node.test, state)
        const yes = run(node.consequent, tested)
        const no = node.alternate ? run(node.alternate, tested) : {next: [tested], found: []}
        return {next: unique([...yes.next, ...no.next]), found: [...yes.found, ...no.found]}
      }
      case 'SwitchStatement': {
        const tested = evaluate(node.discriminant, state)
        // Each case goes on into those below it unless it ends; a `break` is taken for going on behind.
        const outs = node.cases.map((_, at) =>
          runList(
            node.cases.slice(at).flatMap((one) => one.consequent),
            [tested],
          ),
        )
        const hasDefault = node.cases.some(({test}) => !test)
        const next = [...outs.flatMap((out) => out.next), ...(hasDefault ? [] : [tested])]
        return {next: unique(next), found: outs.flatMap((out) => out.found)}
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement': {
        // It may have no turn at all.
        const heads = childrenOf(node).filter((child) => child !== node.body)
        const before = heads.reduce((so, child) => evaluate(child, so), state)
        const body = run(node.body, before)
        return {next: unique([before, ...body.next]), found: body.found}
      }
      default:
        return {next: [evaluate(node, state)], found: []}
    }
  }
  const {next, found} = runList(statements, [{claimed: undefined, answered: false}])
  const atEnd = next.some((state) => state.claimed && !state.answered) ? [{node: claim.node, why: 'path'} as const] : []
  const all = [...found, ...atEnd, ...findUnhandled(statements, facts, mayCall)]
  return all.filter((one, index) => all.findIndex((other) => other.node === one.node) === index)
}

/** Chains of an API's promise that answer where it is fulfilled, and do nothing where it is rejected. */
function findUnhandled(
  statements: readonly AnyNode[],
  facts: CodeFacts,
  mayCall: (node: AnyNode, api: string) => boolean,
): readonly Unanswered[] {
  const found: Unanswered[] = []
  const visit = (node: AnyNode): void => {
    const links = node.type === 'ExpressionStatement' ? chainOf(node.expression) : []
    const [root] = links
    const api = root ? facts.apiOf(root.callee)?.api : undefined
    if (root && api !== undefined && promising.has(api)) {
      const thens = links.slice(1)
      const answers = thens.some(({args}) => args.some((arg) => mayCall(arg, 'returnResponse')))
      const handles = thens.some(({name, args}) => name === 'catch' || name === 'finally' || args.length > 1)
      if (answers && !handles) found.push({node: root.callee, why: 'rejection'})
    }
    for (const child of childrenOf(node)) visit(child)
  }
  for (const statement of statements) visit(statement)
  return found
}

type Link = {readonly callee: AnyNode; readonly name: string; readonly args: readonly AnyNode[]}

/** `a().then(b).catch(c)` as its calls, the innermost first. */
function chainOf(node: AnyNode): readonly Link[] {
  if (node.type !== 'CallExpression') return []
  const {callee, arguments: args} = node
  const isLink =
    callee.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    ['then', 'catch', 'finally'].includes(callee.property.name)
  if (!isLink) return [{callee, name: '', args}]
  return [...chainOf(callee.object), {callee, name: (callee.property as {name: string}).name, args}]
}

function unique(states: readonly State[]): readonly State[] {
  return states.filter(
    (state, index) =>
      states.findIndex((one) => one.answered === state.answered && !one.claimed === !state.claimed) === index,
  )
}

function isFunction({type}: AnyNode): boolean {
  return type === 'FunctionExpression' || type === 'ArrowFunctionExpression'
}

function isRequire(node: AnyNode | null | undefined): boolean {
  return node?.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require'
}
