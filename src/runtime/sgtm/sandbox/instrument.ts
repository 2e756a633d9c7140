import type {AnyNode} from 'acorn'
import type {ParsedProgram} from './parse-program.ts'
import type {Insertion, Source} from './program.ts'
import {childrenOf} from './scopes.ts'
import {weighFunction} from './weigh-function.ts'

/** The names by which woven-in text reaches the meter: unlike anything the template itself is called by. */
type MeterNames = {
  readonly meter: string
  readonly value: string
  /** A function that is told the number of each statement that runs; undefined where nobody counts. */
  readonly probe?: string | undefined
}

/** What to weave in, and the offset in the source of each statement that has a number. */
type InsertionPlan = {readonly insertions: readonly Insertion[]; readonly statements: readonly number[]}

/** Nested calls beyond this end in an error, well before V8's own stack would (about 4,900 frames were measured). */
export const maxDepth = 1000
/** Longer results of `+` are charged for, so that doubling a string cannot fill the memory. */
const freeLength = 4096

/**
 * Plans what to weave into the code: each turn of a loop and each call takes a step from the meter, each call counts
 * its depth, long results of `+` are weighed and for-in is charged by the number of keys. Lines stay as they are.
 * Depth goes down again where a function returns and not in a `finally`: a block around the body would turn its
 * function declarations into those of a block, which may not be repeated, and nothing in the language catches errors.
 * Trusted code that does restores the depth itself. Measured: 20 % on a tight loop, 60 % on a function that does
 * nothing but call itself; a vm time-out would cost a watchdog thread for every callback instead.
 */
export function planInsertions({root, statements, arrows, shift}: ParsedProgram, names: MeterNames): InsertionPlan {
  const insertions: Insertion[] = []
  const numbered: number[] = []
  const insert = (offset: number, text: string): void => void insertions.push({offset: offset - shift, text})
  const {meter, value} = names
  const step = `if(--${meter}.f<0)${meter}.stop();`
  const enter = (weight: number): string => `${step}if((${meter}.d+=${weight})>${maxDepth})${meter}.deep();`
  const leave = (weight: number): string => `${meter}.d-=${weight}`
  /** The comma keeps an anonymous function from being named after the variable. */
  const keep = `(${value}=(0,`
  const give = (weight: number): string => `),${leave(weight)},${value})`

  /** The text that counts a statement, which then needs a block of its own where it stands alone after `if`. */
  const count = (node: AnyNode, parent: AnyNode | undefined): string | undefined => {
    const counts = names.probe !== undefined && isCounted(node) && isStatementOf(node, parent)
    return counts ? `${names.probe}(${numbered.push(node.start - shift) - 1});` : undefined
  }

  const open = (node: AnyNode, parent: AnyNode | undefined, counted: string | undefined, weight: number): void => {
    // Woven text may begin with a parenthesis, which would otherwise continue an unterminated line above it.
    if (counted !== undefined) insert(node.start, `${isInList(parent) ? ';' : '{'}${counted}`)
    else if (node.type === 'ExpressionStatement' && isInList(parent)) insert(node.start, ';')
    if (isSum(node, parent)) insert(node.start, `(${value}=(`)
    if (node.type === 'ReturnStatement' && !node.argument) insert(node.start, `{${leave(weight)};`)
    if (isFunction(node) && node.body.type === 'BlockStatement') {
      insert(node.body.start + 1, enter(weight))
    } else if (node.type === 'ArrowFunctionExpression') {
      const arrow = arrows.findLast((at) => at < node.body.start && at >= node.start) ?? node.body.start - 2
      insert(arrow + 2, `{${enter(weight)}return ${keep}`)
    }
  }
  const close = (node: AnyNode, parent: AnyNode | undefined, counted: string | undefined, weight: number): void => {
    if (isFunction(node) && node.body.type === 'BlockStatement') insert(node.body.end - 1, `;${leave(weight)}`)
    else if (node.type === 'ArrowFunctionExpression') insert(node.end, `${give(weight)}}`)
    if (node.type === 'ReturnStatement' && !node.argument) insert(node.end, '}')
    if (isSum(node, parent)) {
      insert(node.end, `),typeof ${value}==='string'&&${value}.length>${freeLength}?${meter}.weigh(${value}):${value})`)
    }
    if (counted !== undefined && !isInList(parent)) insert(node.end, '}')
  }
  const visit = (node: AnyNode, parent: AnyNode | undefined, outer: number): void => {
    const counted = count(node, parent)
    const weight = isFunction(node) ? weighFunction(node) : outer
    open(node, parent, counted, weight)
    for (const child of childrenOf(node)) {
      const [before, after] = around(node, child, weight)
      if (before) insert(child.start, before)
      visit(child, node, weight)
      if (after) insert(child.end, after)
    }
    close(node, parent, counted, weight)
  }
  /** What goes around a child for what it is to its parent. */
  const around = (node: AnyNode, child: AnyNode, weight: number): readonly [string, string] => {
    if (isLoop(node) && child === node.body) return [`{${step}`, '}']
    if (node.type === 'ForInStatement' && child === node.right) return [`${meter}.keys((0,`, '))']
    if (node.type === 'ReturnStatement') return [keep, give(weight)]
    return ['', '']
  }

  const whole = weighFunction(root)
  insert(shift, enter(whole))
  for (const child of statements) visit(child, undefined, whole)
  // On a line of its own: the code may end in a comment.
  insert(root.body.end - 1, `\n;${leave(whole)}`)
  return {insertions, statements: numbered}
}

/** Function declarations do nothing where they stand, and a block is what it holds. */
function isCounted({type}: AnyNode): boolean {
  return (
    (type.endsWith('Statement') || type === 'VariableDeclaration') &&
    type !== 'BlockStatement' &&
    type !== 'EmptyStatement'
  )
}

/** True for a statement of a list or one that stands alone after `if`, `else` or a loop's head. */
function isStatementOf(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (!parent || isInList(parent)) return true
  if (parent.type === 'IfStatement') return true
  return isLoop(parent) && node === parent.body
}

/** Of a chain of sums only the outermost is weighed. */
function isSum(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === 'BinaryExpression' && parent.operator === '+') return false
  return (
    (node.type === 'BinaryExpression' && node.operator === '+') ||
    (node.type === 'AssignmentExpression' && node.operator === '+=')
  )
}

/** True where statements follow each other, as they do in the code's own body. */
function isInList(parent: AnyNode | undefined): boolean {
  return !parent || parent.type === 'BlockStatement' || parent.type === 'SwitchCase'
}

function isFunction(node: AnyNode): node is Extract<AnyNode, {body: AnyNode; params: unknown}> {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  )
}

function isLoop(
  node: AnyNode,
): node is Extract<
  AnyNode,
  {type: 'DoWhileStatement' | 'ForStatement' | 'ForInStatement' | 'ForOfStatement' | 'WhileStatement'}
> {
  return (
    node.type === 'DoWhileStatement' ||
    node.type === 'ForStatement' ||
    node.type === 'ForInStatement' ||
    node.type === 'ForOfStatement' ||
    node.type === 'WhileStatement'
  )
}

/** The source with the insertions, which must be ordered by offset; equal offsets keep their order. */
export function weave({text}: Source, insertions: readonly Insertion[]): string {
  let woven = ''
  let at = 0
  for (const {offset, text: added} of insertions) {
    woven += text.slice(at, offset) + added
    at = offset
  }
  return woven + text.slice(at)
}
