/** What one run of a template has left, kept by the realm. */
export type RunState = {
  left: number
  /** Set when nothing of the run may be called any more. */
  ended: boolean
  heapAtStart: number
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
  readonly charge: (steps: number) => void
  /** Runs `body` at the expense of `run`, which may be inside another run. */
  readonly enter: <T>(run: RunState, body: () => T) => T
  readonly current: () => RunState | undefined
}

/**
 * Makes the realm's meter. This function is sent into the realm as text: it may use nothing from around it.
 * A run ends in an error of its own when its steps are used up or it has grown the heap by more than it may.
 */
export function createMeter(host: {readonly heapUsed: () => number; readonly maxGrowth: number}): Meter {
  const {RangeError, Math} = globalThis
  const chunk = 65_536
  const maxLength = 16_777_216
  let granted = 0
  let current: RunState | undefined

  const meter: Meter = {
    f: 0,
    d: 0,
    stop() {
      const run = current
      if (!run) {
        meter.f = 0
        throw new RangeError('Code of a template was called outside its run.')
      }
      run.left -= granted - meter.f
      granted = meter.f = 0
      if (run.left <= 0) throw new RangeError('The template took more steps than one run may: an endless loop?')
      const heap = host.heapUsed()
      if (run.heapAtStart === 0) run.heapAtStart = heap
      if (heap - run.heapAtStart > host.maxGrowth) {
        run.left = 0
        throw new RangeError('The template took more memory than one run may.')
      }
      granted = meter.f = Math.min(chunk, run.left)
    },
    deep() {
      throw new RangeError('The template calls itself too deeply.')
    },
    weigh(text) {
      if (text.length > maxLength) throw new RangeError('A string grew longer than a template may make one.')
      meter.charge(text.length >>> 9)
      return text
    },
    charge(steps) {
      meter.f -= steps
      if (meter.f < 0) meter.stop()
    },
    enter(run, body) {
      if (run === current) return body()
      if (run.ended) throw new RangeError('The run of the template is over.')
      const outer = {current, granted, f: meter.f, d: meter.d}
      current = run
      granted = meter.f = Math.min(chunk, Math.max(run.left, 0))
      try {
        return body()
      } finally {
        run.left -= granted - meter.f
        current = outer.current
        granted = outer.granted
        meter.f = outer.f
        meter.d = outer.d
      }
    },
    current: () => current,
  }
  return meter
}
