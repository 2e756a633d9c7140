import {floorDivide} from './timestamps.ts'

/** How far the clocks of a place are ahead of UTC at a time; both in microseconds. */
export type TimeZone = (micros: bigint) => bigint

export const UTC: TimeZone = () => 0n

const zones = new Map<string, TimeZone | undefined>()
/** Zones may come out of documents: the oldest gives way. */
const MOST_ZONES = 100

const FIXED = /^(?:GMT|UTC|UT)?([+-])([01]?\d|2[0-3])(?::?([0-5]\d)(?::?([0-5]\d))?)?$/

/** A zone of the tz database, or a fixed offset such as `GMT+06:32:43`, east of Greenwich. Undefined for another name. */
export function findTimeZone(name: string): TimeZone | undefined {
  if (zones.has(name)) return zones.get(name)
  const zone = fixedZone(name) ?? namedZone(name)
  zones.set(name, zone)
  if (zones.size > MOST_ZONES) zones.delete(zones.keys().next().value!)
  return zone
}

function fixedZone(name: string): TimeZone | undefined {
  if (name === 'Z') return UTC
  const match = FIXED.exec(name)
  if (!match) return undefined
  const offset = toMicros(match)
  return () => offset
}

/** The match of a sign, hours, minutes and seconds. */
function toMicros([, sign, hours, minutes = '0', seconds = '0']: RegExpExecArray): bigint {
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return BigInt(sign === '-' ? -total : total) * 1_000_000n
}

function namedZone(name: string): TimeZone | undefined {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {timeZone: name, timeZoneName: 'longOffset'})
  } catch {
    return undefined
  }
  return (micros) => {
    const parts = format.formatToParts(Number(floorDivide(micros, 1000n)))
    const offset = FIXED.exec(parts.find(({type}) => type === 'timeZoneName')?.value ?? '')
    return offset ? toMicros(offset) : 0n
  }
}

/**
 * The time at which clocks of the zone show `local`. Of two such times, when clocks are put back, it is the one with the
 * offset `preferred`; what clocks skip is shifted by as much, as java.time does it.
 */
export function toInstant(local: bigint, zone: TimeZone, preferred: bigint): bigint {
  const other = zone(local - preferred)
  if (other === preferred) return local - preferred
  if (zone(local - other) === other) return local - other
  return local - (other < preferred ? other : preferred)
}
