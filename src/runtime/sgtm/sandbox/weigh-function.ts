import type {AnyNode} from 'acorn'
import {childrenOf} from './scopes.ts'

/** Registers of V8's that a level of depth pays for, 8 bytes each. */
const registersPerLevel = 16

/**
 * How many levels of depth a call of a function is, by the room that it may take on the stack: one for most, more for one
 * with many variables or long expressions. Without that 1,000 calls could end V8's stack in the middle of the host's code.
 */
export function weighFunction(node: AnyNode): number {
  let variables = 0
  let longest = 0
  /** Gives the parts of the statement at hand; those of statements in it are their own. */
  const count = (part: AnyNode): number => {
    if (part.type === 'VariableDeclarator') variables += 1
    if (part !== node && part.type.includes('Function')) return 1
    let parts = 1
    for (const child of childrenOf(part)) parts += count(child)
    if (!part.type.endsWith('Statement') && part.type !== 'VariableDeclaration') return parts
    longest = Math.max(longest, parts)
    return 0
  }
  longest = Math.max(longest, count(node))
  return 1 + Math.floor((variables + longest) / registersPerLevel / 2)
}
