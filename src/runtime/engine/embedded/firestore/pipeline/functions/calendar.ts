import {fail} from '../outcome.ts'
import type {FunctionCompiler, Outcome} from '../outcome.ts'
import {optional, required, STRING, TIMESTAMP} from './parameters.ts'
import {integer} from './results.ts'
import {strict} from './strict.ts'
import {findTimeZone, toInstant, UTC} from './time-zones.ts'
import {floorDivide, timestamp, UNITS} from './timestamps.ts'

const DAY = 86_400_000_000n
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONDAY = 1
const THURSDAY = 4

/** A day as clocks of a zone have it: days since 1970, its calendar, and its weekday from 0 for Sunday. */
type Day = {readonly number: number; readonly year: number; readonly month: number; readonly weekday: number}

function dayOf(number: number): Day {
  const date = new Date(number * 86_400_000)
  return {number, year: date.getUTCFullYear(), month: date.getUTCMonth(), weekday: date.getUTCDay()}
}

/** Days since 1970 of the first of a month from 0. */
function firstOf(year: number, month: number): number {
  // Date.UTC takes years below 100 for the twentieth century's.
  return new Date(0).setUTCFullYear(year, month, 1) / 86_400_000
}

function startOfWeek({number, weekday}: Day, first: number): number {
  return number - ((weekday - first + 7) % 7)
}

/** The year that the Thursday of the day's week is in (ISO 8601). */
function isoYear(day: Day): number {
  return dayOf(startOfWeek(day, MONDAY) + THURSDAY - MONDAY).year
}

/** The Monday of the week with the year's first Thursday, which is the one with the fourth of January. */
function startOfIsoYear(year: number): number {
  return startOfWeek(dayOf(firstOf(year, 0) + 3), MONDAY)
}

/** `week` begins on Sunday, `week(friday)` on Friday. Undefined for what is no week. */
function readWeek(unit: string): number | undefined {
  if (unit === 'week') return 0
  const weekday = /^week\((\w+)\)$/.exec(unit)?.[1]?.toLowerCase()
  const first = weekday === undefined ? -1 : WEEKDAYS.indexOf(weekday)
  return first < 0 ? undefined : first
}

/** The first day of the week, month or year that the day is in. Undefined for another unit. */
function startOf(day: Day, unit: string): number | undefined {
  const week = readWeek(unit)
  if (week !== undefined) return startOfWeek(day, week)
  switch (unit) {
    case 'isoweek':
      return startOfWeek(day, MONDAY)
    case 'month':
      return firstOf(day.year, day.month)
    case 'quarter':
      return firstOf(day.year, day.month - (day.month % 3))
    case 'year':
      return firstOf(day.year, 0)
    case 'isoyear':
      return startOfIsoYear(isoYear(day))
    default:
      return undefined
  }
}

/** A part that only the day decides. Weeks count from the first that begins in the year; what is before is week 0. */
function partOfDay(day: Day, part: string): number | undefined {
  const dayOfYear = day.number - firstOf(day.year, 0)
  const week = readWeek(part)
  if (week !== undefined) return Math.floor((dayOfYear + 7 - ((day.weekday - week + 7) % 7)) / 7)
  switch (part) {
    case 'day':
      return day.number - firstOf(day.year, day.month) + 1
    case 'dayofweek':
      return day.weekday + 1
    case 'dayofyear':
      return dayOfYear + 1
    case 'month':
      return day.month + 1
    case 'quarter':
      return Math.floor(day.month / 3) + 1
    case 'year':
      return day.year
    case 'isoweek':
      return (startOfWeek(day, MONDAY) - startOfIsoYear(isoYear(day))) / 7 + 1
    case 'isoyear':
      return isoYear(day)
    default:
      return undefined
  }
}

/** Parts of a day: the unit, and the one that it is counted in. Fractions of a second are all counted in a second. */
const PARTS_OF_TIME: ReadonlyMap<string, readonly [unit: bigint, within: bigint]> = new Map([
  ['microsecond', [1n, 1_000_000n]],
  ['millisecond', [1000n, 1_000_000n]],
  ['second', [1_000_000n, 60_000_000n]],
  ['minute', [60_000_000n, 3_600_000_000n]],
  ['hour', [3_600_000_000n, DAY]],
])

function extract(time: bigint, part: string, zoneName: string | undefined): Outcome {
  const zone = zoneName === undefined ? UTC : findTimeZone(zoneName)
  if (!zone) return unknownZone('timestamp_extract', zoneName)
  const local = time + zone(time)
  const days = floorDivide(local, DAY)
  const units = PARTS_OF_TIME.get(part)
  if (units) return integer(((local - days * DAY) % units[1]) / units[0])
  const value = partOfDay(dayOf(Number(days)), part)
  return value === undefined ? fail(`timestamp_extract(...) does not know the part \`${part}\``) : integer(value)
}

/** Truncates by the clocks and the calendar of the zone. */
function truncate(time: bigint, granularity: string, zoneName: string | undefined): Outcome {
  const zone = zoneName === undefined ? UTC : findTimeZone(zoneName)
  if (!zone) return unknownZone('timestamp_trunc', zoneName)
  const offset = zone(time)
  const local = time + offset
  const unit = UNITS.get(granularity)
  if (unit !== undefined) return timestamp(toInstant(floorDivide(local, unit) * unit, zone, offset))
  const start = startOf(dayOf(Number(floorDivide(local, DAY))), granularity)
  if (start === undefined) return fail(`timestamp_trunc(...) does not know the granularity \`${granularity}\``)
  return timestamp(toInstant(BigInt(start) * DAY, zone, offset))
}

function unknownZone(name: string, zone: string | undefined): Outcome {
  return fail(`${name}(...) does not know the time zone \`${zone}\``)
}

/** https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/timestamp_functions */
export const CALENDAR: Readonly<Record<string, FunctionCompiler>> = {
  timestamp_extract: strict('timestamp_extract', [TIMESTAMP, required(STRING), optional(STRING)], extract),
  timestamp_trunc: strict('timestamp_trunc', [TIMESTAMP, required(STRING), optional(STRING)], truncate),
}
