import {fail} from '../../service.ts'

/** Seconds of a JSON duration (`600s`, `0.5s`). Throws 400 for anything else, and outside the given bounds. */
export function readDuration(text: unknown, what: string, {least, most}: {least: number; most: number}): number {
  const match = typeof text === 'string' ? /^(\d+(?:\.\d{1,9})?)s$/.exec(text) : null
  if (!match)
    return fail(400, 'INVALID_ARGUMENT', `Invalid value at '${what}' (type.googleapis.com/google.protobuf.Duration).`)
  const seconds = Number(match[1])
  if (seconds < least || seconds > most) {
    fail(400, 'INVALID_ARGUMENT', `Invalid ${what}: ${seconds}s. It must be at least ${least}s and at most ${most}s.`)
  }
  return seconds
}

/** As Google writes it back: `600s`, `0.500s`. */
export function writeDuration(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}s` : `${seconds.toFixed(3)}s`
}
