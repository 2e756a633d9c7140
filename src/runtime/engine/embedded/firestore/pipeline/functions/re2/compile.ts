import {InvalidPattern} from './syntax.ts'
import type {Assertion, CharacterTest, Node} from './syntax.ts'

/** One step of a program. Places are indexes into it; of two, the first is preferred. */
export type Instruction =
  | {readonly kind: 'character'; readonly test: CharacterTest}
  | {readonly kind: 'assertion'; readonly assertion: Assertion}
  | {readonly kind: 'split'; first: number; second: number}
  | {readonly kind: 'jump'; to: number}
  | {readonly kind: 'save'; readonly slot: number}
  | {readonly kind: 'match'}

export type Program = readonly Instruction[]

/** About what RE2 has room for in the eight megabytes that a pattern may take by default. */
const MAX_SIZE = 100_000

/** Writes a node as a program, counts as repetition. Throws InvalidPattern where that becomes too large. */
export function compile(node: Node): Program {
  const program: Instruction[] = []
  write(program, {kind: 'group', node, index: 0})
  program.push({kind: 'match'})
  return program
}

function write(program: Instruction[], node: Node): void {
  if (program.length > MAX_SIZE) throw new InvalidPattern('pattern too large - compile failed')
  switch (node.kind) {
    case 'character':
    case 'assertion':
      program.push(node)
      return
    case 'sequence':
      for (const inner of node.nodes) write(program, inner)
      return
    case 'choice':
      writeChoice(program, node.nodes)
      return
    case 'group':
      program.push({kind: 'save', slot: node.index * 2})
      write(program, node.node)
      program.push({kind: 'save', slot: node.index * 2 + 1})
      return
    case 'repeat':
      writeRepeat(program, node)
      return
    default:
      node satisfies never
  }
}

function writeChoice(program: Instruction[], nodes: readonly Node[]): void {
  const jumps: {to: number}[] = []
  for (const [at, node] of nodes.entries()) {
    const isLast = at === nodes.length - 1
    const split = {kind: 'split' as const, first: program.length + 1, second: 0}
    if (!isLast) program.push(split)
    write(program, node)
    if (isLast) continue
    const jump = {kind: 'jump' as const, to: 0}
    program.push(jump)
    jumps.push(jump)
    split.second = program.length
  }
  for (const jump of jumps) jump.to = program.length
}

function writeRepeat(program: Instruction[], {node, min, max, greedy}: Node & {readonly kind: 'repeat'}): void {
  const required = max === undefined ? Math.max(0, min - 1) : min
  for (let count = 0; count < required; count++) write(program, node)
  if (max !== undefined) writeOptions(program, node, max - min, greedy)
  else if (min > 0) writeOnceOrMore(program, node, greedy)
  else if (canBeEmpty(node)) {
    // As `(a+)?`, which goes through what can be empty at least once; so does RE2.
    const close = openSplit(program, greedy)
    writeOnceOrMore(program, node, greedy)
    close()
  } else {
    const start = program.length
    const close = openSplit(program, greedy)
    write(program, node)
    program.push({kind: 'jump', to: start})
    close()
  }
}

function writeOnceOrMore(program: Instruction[], node: Node, greedy: boolean): void {
  const start = program.length
  write(program, node)
  const end = program.length + 1
  program.push({kind: 'split', first: greedy ? start : end, second: greedy ? end : start})
}

function canBeEmpty(node: Node): boolean {
  switch (node.kind) {
    case 'character':
      return false
    case 'assertion':
      return true
    case 'sequence':
      return node.nodes.every(canBeEmpty)
    case 'choice':
      return node.nodes.some(canBeEmpty)
    case 'group':
      return canBeEmpty(node.node)
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.node)
    default:
      return node satisfies never
  }
}

/** `a{0,3}` is `(a(a(a)?)?)?`: whoever leaves goes to the end of all. */
function writeOptions(program: Instruction[], node: Node, count: number, greedy: boolean): void {
  const closes: (() => void)[] = []
  for (let done = 0; done < count; done++) {
    closes.push(openSplit(program, greedy))
    write(program, node)
  }
  for (const close of closes) close()
}

/** A choice between going on and going to where the result is called. */
function openSplit(program: Instruction[], greedy: boolean): () => void {
  const split = {kind: 'split' as const, first: program.length + 1, second: program.length + 1}
  program.push(split)
  return () => {
    split[greedy ? 'second' : 'first'] = program.length
  }
}
