import {StitchError} from '#runtime/kernel/errors.ts'

const UNITS: Readonly<Record<string, number>> = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000}

/**
 * A moment in the past, epoch milliseconds: a duration before `now` (`90s`, `30m`, `1h`, `2d`) or a time in ISO 8601.
 * Throws STITCH_USAGE.
 */
export function parseSince(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined) return now - Number(count) * UNITS[unit]!
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new StitchError(`--since is ${text}, which is neither a duration nor a time, so no log was read.`, {
    code: 'STITCH_USAGE',
    exit: 'usage',
    hints: ['stitch logs --since 30m', 'stitch logs --since 2026-11-24T10:00:00Z'],
  })
}
