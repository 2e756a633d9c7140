import type {Child} from './child.ts'
import {firstOf} from './first-of.ts'

/** The place of the child that answers for a function, and the gate before it. */
export type Slot = {
  /** The child that requests go to, also while the gate is shut. */
  readonly current: () => Child | undefined
  /** Shuts the gate: requests wait from now on. */
  readonly hold: () => void
  /** Opens it towards `child`. */
  readonly open: (child: Child) => void
  /** Nobody will come any more: whoever waits, or comes later, is turned away. */
  readonly abandon: () => void
  /** Waits for an open gate, for `waitMs` at most, and lends its child to `work`; undefined when there is none. */
  readonly lend: <T>(waitMs: number, work: (child: Child) => Promise<T>) => Promise<T | undefined>
  /** Resolves when nobody has `child` any more, or after `withinMs`. */
  readonly idle: (child: Child, withinMs: number) => Promise<void>
}

/** An empty slot with its gate shut. */
export function createSlot(): Slot {
  let current: Child | undefined
  let gate = Promise.withResolvers<Child | undefined>()
  let shut = true
  let abandoned = false
  const borrowed = new Map<Child, {count: number; free: PromiseWithResolvers<void>}>()

  const settle = (child: Child | undefined): void => {
    gate.resolve(child)
    shut = false
  }

  return {
    current: () => current,
    hold: () => {
      if (shut || abandoned) return
      gate = Promise.withResolvers()
      shut = true
    },
    open: (child) => {
      current = child
      if (!shut) gate = Promise.withResolvers()
      settle(abandoned ? undefined : child)
    },
    abandon: () => {
      if (!shut) gate = Promise.withResolvers()
      settle(undefined)
      abandoned = true
    },
    lend: async (waitMs, work) => {
      const child = shut ? await firstOf(gate.promise, waitMs) : await gate.promise
      if (!child) return undefined
      const loan = borrowed.get(child) ?? {count: 0, free: Promise.withResolvers<void>()}
      borrowed.set(child, loan)
      loan.count++
      try {
        return await work(child)
      } finally {
        if (--loan.count === 0) {
          borrowed.delete(child)
          loan.free.resolve()
        }
      }
    },
    idle: async (child, withinMs) => {
      const loan = borrowed.get(child)
      if (loan) await firstOf(loan.free.promise, withinMs)
    },
  }
}
