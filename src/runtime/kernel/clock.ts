/** Milliseconds since the Unix epoch, with fractions; the one clock of a run, so that tests can freeze it. */
export type Clock = {readonly now: () => number}

/** The machine's clock with sub-millisecond steps that never run backwards within this process. */
export const systemClock: Clock = {now: () => performance.timeOrigin + performance.now()}
