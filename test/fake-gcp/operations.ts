import {rpcError} from './errors.ts'
import {
  fail,
  FakeError,
  type FakeCall,
  type FakeClock,
  type Json,
  type Operations,
  type OperationSpec,
} from './service.ts'

type Running = {
  readonly spec: OperationSpec
  readonly startedAt: number
  readonly failStage: string | undefined
  polls: number
  outcome: {readonly response: Json} | {readonly error: Json} | undefined
}

/** An operation whose poller was killed ends by itself after this time of the cloud. */
const LONGEST_MS = 120_000

/**
 * Long-running operations: each is done after a number of polls, or when the time has passed in which a real one would
 * be. `tick` ends those whose time has come.
 */
export function createOperations(clock: FakeClock, defaultPolls: number): Operations & {readonly tick: () => void} {
  const all = new Map<string, Running>()
  const running = new Set<Running>()

  const finish = (one: Running): void => {
    if (one.outcome !== undefined) return
    running.delete(one)
    try {
      if (one.failStage === undefined) one.outcome = {response: one.spec.finish() ?? {}}
      else {
        one.spec.abandon?.(one.failStage)
        throw new FakeError(400, 'FAILED_PRECONDITION', `The operation failed at stage ${one.failStage}.`)
      }
    } catch (error) {
      if (!(error instanceof FakeError)) throw error
      one.outcome = {error: rpcError(error)}
    }
  }

  const show = (one: Running): Json => {
    const done = one.outcome !== undefined
    const failed = done && one.failStage !== undefined ? {failStage: one.failStage} : {}
    return structuredClone({
      name: one.spec.name,
      metadata: one.spec.metadata?.({polls: one.polls, done, ...failed}) ?? {},
      ...(done ? {done: true, ...one.outcome} : {}),
    })
  }

  return {
    start: (call: FakeCall, spec: OperationSpec) => {
      const one: Running = {
        spec,
        startedAt: clock.now(),
        failStage: call.failStage,
        polls: 0,
        outcome: undefined,
      }
      all.set(spec.name, one)
      running.add(one)
      if ((spec.polls ?? defaultPolls) === 0) finish(one)
      return show(one)
    },
    poll: (name) => {
      const one = all.get(name) ?? fail(404, 'NOT_FOUND', `Operation ${name} was not found.`)
      one.polls += 1
      if (one.polls >= (one.spec.polls ?? defaultPolls)) finish(one)
      return show(one)
    },
    list: (prefix) => [...all].filter(([name]) => name.startsWith(prefix)).map(([, one]) => show(one)),
    settle: () => {
      for (const one of running) finish(one)
    },
    tick: () => {
      for (const one of running) if (clock.now() - one.startedAt >= LONGEST_MS) finish(one)
    },
  }
}
