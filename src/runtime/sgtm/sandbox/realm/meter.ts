/** What one run of a template has left, kept by the realm. */
export type RunState = {
  left: number
  /** Set when nothing of the run may be called any more. */
  ended: boolean
  heapAtStart: number
  /** How many steps it gets at a time: few once it holds values of which a single step may take long. */
  chunk: number
  /** Milliseconds that its code has taken. */
  spent: number
}

/** Counts steps. `f` (steps left in this chunk) and `d` (depth of calls) are written by woven-in code, hence short. */
export type Meter = {
  f: number
  d: number
  /** Called when a chunk is used up: grants the next one or throws. */
  readonly stop: () => void
  readonly deep: () => never
  /** Charges for a long result of `+` and gives it back. */
  readonly weigh: (text: string) => string
  /** Charges for what for-in will walk over, and gives it back. */
  readonly keys: (value: unknown) => unknown
  readonly charge: (steps: number) => void
  /** Runs `body`, whose frames are larger than those of a template's function, one level deeper. */
  readonly nest: <T>(body: () => T) => T
  /** Runs `body` at the expense of `run`, which may be inside another run. */
  readonly enter: <T>(run: RunState, body: () => T) => T
  readonly current: () => RunState | undefined
  readonly newRun: (steps: number) => RunState
}

type MeterHost = {
  readonly heapUsed: () => number
  readonly maxGrowth: number
  /** The same number that is woven into programs. */
  readonly maxDepth: number
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number
}

/**
 * Makes the realm's meter. This function is sent into the realm as text: it may use nothing from around it.
 * A run ends in an error of its own when its steps are used up or it has grown the heap by more than it may. Time is
 * only the last resort, for native code whose cost was not foreseen (comparing strings of megabytes): what a template
 * may do must not depend on the machine.
 */
export function createMeter(host: MeterHost): Meter {
  const {Math, Object, RangeError} = globalThis
  const {keys} = Object
  const chunk = 65_536
  const maxLength = 16_777_216
  const longLength = 262_144
  const maxMs = 5000
  const {maxDepth} = host
  let granted = 0
  let since = 0
  let current: RunState | undefined

  const settle = (run: RunState): void => {
    run.left -= granted - meter.f
    const now = host.now()
    run.spent += now - since
    since = now
  }
  const grant = (run: RunState): void => {
    granted = meter.f = Math.min(run.chunk, Math.max(run.left, 0))
  }
  const meter: Meter = {
    f: 0,
    d: 0,
    stop() {
      const run = current
      if (!run) {
        meter.f = 0
        throw new RangeError('Code of a template was called outside its run.')
      }
      settle(run)
      granted = meter.f = 0
      if (run.left <= 0) throw new RangeError('The template took more steps than one run may: an endless loop?')
      const heap = host.heapUsed()
      if (run.heapAtStart === 0) run.heapAtStart = heap
      if (heap - run.heapAtStart > host.maxGrowth) {
        run.left = 0
        throw new RangeError('The template took more memory than one run may.')
      }
      if (run.spent > maxMs) {
        run.left = 0
        throw new RangeError('The template took more time than one run may.')
      }
      grant(run)
    },
    deep() {
      throw new RangeError('The template calls itself too deeply.')
    },
    weigh(text) {
      if (text.length > maxLength) throw new RangeError('A string grew longer than a template may make one.')
      if (text.length > longLength && current && current.chunk === chunk) {
        settle(current)
        current.chunk = 256
        grant(current)
      }
      meter.charge(text.length >>> 9)
      return text
    },
    keys(value) {
      const size = typeof value === 'object' && value !== null ? keys(value).length : 0
      meter.charge(typeof value === 'string' ? value.length : size * 4)
      return value
    },
    charge(steps) {
      meter.f -= steps
      if (meter.f < 0) meter.stop()
    },
    nest(body) {
      const depth = meter.d
      meter.d += 8
      if (meter.d > maxDepth) meter.deep()
      const result = body()
      meter.d = depth
      return result
    },
    enter(run, body) {
      const depth = meter.d
      // Errors unwind without counting down, see `instrument.ts`; whoever catches one has come through here.
      if (run === current) {
        try {
          return body()
        } finally {
          meter.d = depth
        }
      }
      if (run.ended) throw new RangeError('The run of the template is over.')
      const outer = current
      const left = {granted, f: meter.f}
      if (outer) settle(outer)
      else since = host.now()
      current = run
      grant(run)
      try {
        return body()
      } finally {
        try {
          settle(run)
        } finally {
          // Even where the stack ended, the next call must not be at this run's expense.
          current = outer
          granted = left.f
          meter.f = left.f
          meter.d = depth
        }
      }
    },
    current: () => current,
    newRun: (steps) => ({left: steps, ended: false, heapAtStart: 0, chunk, spent: 0}),
  }
  return meter
}
