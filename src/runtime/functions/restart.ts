/** A second death within this time of the first is no accident. */
const SECONDS_APART_MS = 10_000

/** Whether a function that ended by itself at `now` (epoch ms) is started again, given when it last did. */
export function decideRestart(previousDeath: number | undefined, now: number): 'restart' | 'give-up' {
  return previousDeath !== undefined && now - previousDeath < SECONDS_APART_MS ? 'give-up' : 'restart'
}
