import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {absent, call, error, evaluate, micros, ROW, time, toPlain} from '../evaluate.ts'
import type {Plain} from '../evaluate.ts'

type Case = readonly [name: string, args: readonly Plain[], result: Plain]
const MAX = 2n ** 63n - 1n
const EARLIEST = -62_135_596_800_000_000n
const LATEST = 253_402_300_799_999_999n

describe('timestamps', () => {
  test.each<Case>([
    ['unix_micros_to_timestamp', [1_741_380_235_123_456n], time('2025-03-07T20:43:55.123456Z')],
    ['unix_micros_to_timestamp', [-1n], time('1969-12-31T23:59:59.999999Z')],
    ['unix_micros_to_timestamp', [LATEST + 1n], error],
    ['unix_micros_to_timestamp', [EARLIEST - 1n], error],
    ['unix_millis_to_timestamp', [4_000_123n], time('1970-01-01T01:06:40.123Z')],
    ['unix_millis_to_timestamp', [MAX], error],
    ['unix_seconds_to_timestamp', [-300n], time('1969-12-31T23:55:00Z')],
    ['unix_seconds_to_timestamp', [1.5], error],
    ['unix_seconds_to_timestamp', [absent], null],
    ['timestamp_to_unix_micros', [time('1970-01-01T00:06:40.123456Z')], 400_123_456n],
    ['timestamp_to_unix_millis', [micros(1_234_567n)], 1234n],
    ['timestamp_to_unix_millis', [micros(-1n)], -1n],
    ['timestamp_to_unix_seconds', [micros(-1n)], -1n],
    ['timestamp_to_unix_seconds', [micros(LATEST)], 253_402_300_799n],
    ['timestamp_to_unix_seconds', ['x'], error],
    ['timestamp_add', [time('2025-02-20T00:00:00Z'), 'hour', -4n], time('2025-02-19T20:00:00Z')],
    ['timestamp_add', [micros(0n), 'microsecond', 10n], micros(10n)],
    ['timestamp_add', [micros(0n), 'millisecond', 10n], micros(10_000n)],
    ['timestamp_add', [micros(0n), 'minute', 1n], micros(60_000_000n)],
    ['timestamp_add', [micros(LATEST), 'microsecond', 1n], error],
    ['timestamp_add', [micros(0n), 'day', MAX], error],
    ['timestamp_add', [micros(0n), 'month', 1n], error],
    ['timestamp_extract', [micros(0n), 'hour', '+23:59'], 23n],
    ['timestamp_extract', [micros(0n), 'hour', '+24:00'], error],
    ['timestamp_trunc', [micros(0n), 'hour', '+12:60'], error],
    ['timestamp_add', [micros(0n), null, 1n], error],
    ['timestamp_add', [micros(0n), 'day', null], null],
    ['timestamp_add', [absent, 'day', 1n], null],
    ['timestamp_subtract', [time('2026-07-04T00:00:00Z'), 'minute', 40n], time('2026-07-03T23:20:00Z')],
    ['timestamp_sub', [time('2026-07-04T00:00:00Z'), 'day', 3n], time('2026-07-01T00:00:00Z')],
    ['timestamp_diff', [time('2025-03-08T12:34:56.123456Z'), time('2025-03-08T10:00:00Z'), 'hour'], 2n],
    ['timestamp_diff', [time('2025-03-08T10:00:00Z'), time('2025-03-08T12:34:56.123456Z'), 'hour'], -2n],
    ['timestamp_diff', [time('2026-07-04T00:00:59Z'), time('2026-07-04T00:00:00Z'), 'minute'], 0n],
    ['timestamp_diff', [micros(0n), micros(0n), 'week'], error],
    ['timestamp_diff', [micros(0n), null, 'day'], null],
  ])('%s(%o) is %o', (name, args, result) => {
    expect(call(name, ...args)).toEqual(result)
  })

  test('the current time is that of the request', () => {
    expect(toPlain(evaluate('current_timestamp', []))).toEqual(micros(BigInt(ROW.now)))
  })

  test('adding and taking away are inverse, and the difference is what was added', () => {
    const units = fc.constantFrom('microsecond', 'millisecond', 'second', 'minute', 'hour', 'day')
    const amounts = fc.bigInt({min: -(10n ** 5n), max: 10n ** 5n})
    const times = fc.bigInt({min: -(10n ** 15n), max: 10n ** 15n})
    fc.assert(
      fc.property(times, units, amounts, (start, unit, amount) => {
        const later = call('timestamp_add', micros(start), unit, amount)
        expect(call('timestamp_subtract', later, unit, amount)).toEqual(micros(start))
        expect(call('timestamp_diff', later, micros(start), unit)).toBe(amount)
      }),
    )
  })
})

describe('calendar', () => {
  const noon = time('2025-11-30T01:02:03.456789Z')

  test.each<readonly [granularity: string, zone: string | undefined, result: string]>([
    ['microsecond', undefined, '2025-11-30T01:02:03.456789Z'],
    ['millisecond', undefined, '2025-11-30T01:02:03.456Z'],
    ['second', undefined, '2025-11-30T01:02:03Z'],
    ['minute', undefined, '2025-11-30T01:02:00Z'],
    ['hour', undefined, '2025-11-30T01:00:00Z'],
    ['day', undefined, '2025-11-30T00:00:00Z'],
    ['day', 'MST', '2025-11-29T07:00:00Z'],
    ['week', undefined, '2025-11-30T00:00:00Z'],
    ['week(monday)', undefined, '2025-11-24T00:00:00Z'],
    ['week(friday)', 'America/Los_Angeles', '2025-11-28T08:00:00Z'],
    ['isoweek', undefined, '2025-11-24T00:00:00Z'],
    ['month', undefined, '2025-11-01T00:00:00Z'],
    ['month', 'America/Los_Angeles', '2025-11-01T07:00:00Z'],
    ['quarter', undefined, '2025-10-01T00:00:00Z'],
    ['year', undefined, '2025-01-01T00:00:00Z'],
    ['year', 'America/Los_Angeles', '2025-01-01T08:00:00Z'],
    ['isoyear', undefined, '2024-12-30T00:00:00Z'],
    ['day', 'GMT+06:32:43', '2025-11-29T17:27:17Z'],
    ['hour', '+05:30', '2025-11-30T00:30:00Z'],
    ['day', 'Z', '2025-11-30T00:00:00Z'],
  ])('truncated to %s in %s it is %s', (granularity, zone, result) => {
    const args = zone === undefined ? [] : [zone]
    expect(call('timestamp_trunc', noon, granularity, ...args)).toEqual(time(result))
  })

  test.each<readonly [part: string, zone: string | undefined, result: bigint]>([
    ['year', undefined, 2025n],
    ['month', undefined, 3n],
    ['day', undefined, 8n],
    ['hour', undefined, 12n],
    ['hour', 'America/Los_Angeles', 4n],
    ['minute', undefined, 34n],
    ['minute', 'Asia/Kolkata', 4n],
    ['second', undefined, 56n],
    ['millisecond', undefined, 123n],
    ['microsecond', undefined, 123_456n],
    ['dayofyear', undefined, 67n],
    ['dayofweek', undefined, 7n],
    ['quarter', undefined, 1n],
    ['week', undefined, 9n],
    ['week(saturday)', undefined, 10n],
    ['isoweek', undefined, 10n],
    ['isoyear', undefined, 2025n],
  ])('of 2025-03-08T12:34:56.123456Z the %s in %s is %s', (part, zone, result) => {
    const args = zone === undefined ? [] : [zone]
    expect(call('timestamp_extract', time('2025-03-08T12:34:56.123456Z'), part, ...args)).toBe(result)
  })

  test('weeks of both kinds begin and end apart from years', () => {
    const extract = (iso: string, part: string): unknown => call('timestamp_extract', time(iso), part)
    expect(extract('2027-01-01T00:00:00Z', 'isoyear')).toBe(2026n)
    expect(extract('2027-01-01T00:00:00Z', 'isoweek')).toBe(53n)
    expect(extract('2024-12-30T00:00:00Z', 'isoweek')).toBe(1n)
    expect(extract('2027-01-01T00:00:00Z', 'week')).toBe(0n)
    expect(extract('2027-01-03T00:00:00Z', 'week')).toBe(1n)
    expect(call('timestamp_extract', time('2025-12-31T23:59:59Z'), 'year', 'Asia/Tokyo')).toBe(2026n)
  })

  test('clocks that are put on and back move what is truncated', () => {
    const trunc = (iso: string, to: string, zone: string): unknown => call('timestamp_trunc', time(iso), to, zone)
    // Back at 06:00Z in New York: the hour from 01:00 comes twice.
    expect(trunc('2025-11-02T05:30:00Z', 'hour', 'America/New_York')).toEqual(time('2025-11-02T05:00:00Z'))
    expect(trunc('2025-11-02T06:30:00Z', 'hour', 'America/New_York')).toEqual(time('2025-11-02T06:00:00Z'))
    expect(trunc('2025-11-02T20:00:00Z', 'day', 'America/New_York')).toEqual(time('2025-11-02T04:00:00Z'))
    // In Beirut midnight of that day was skipped, so that the day began at one.
    expect(trunc('2024-03-31T10:00:00Z', 'day', 'Asia/Beirut')).toEqual(time('2024-03-30T22:00:00Z'))
    // Before there were zones, New York was 4:56:02 behind.
    expect(call('timestamp_extract', time('1800-01-01T05:00:00Z'), 'second', 'America/New_York')).toBe(58n)
  })

  test('unknown units and zones are errors, and nothing is null', () => {
    expect(call('timestamp_trunc', noon, 'decade')).toBe(error)
    expect(call('timestamp_trunc', noon, 'week(someday)')).toBe(error)
    expect(call('timestamp_trunc', noon, 'day', 'Mars/Olympus')).toBe(error)
    expect(call('timestamp_extract', noon, 'week()')).toBe(error)
    expect(call('timestamp_extract', noon, 'day', 'Mars/Olympus')).toBe(error)
    expect(call('timestamp_trunc', null, 'day')).toBeNull()
    expect(call('timestamp_trunc', noon, null)).toBe(error)
    expect(call('timestamp_trunc', micros(EARLIEST), 'week')).toBe(error)
  })

  test('what is truncated is not later, and truncating again changes nothing', () => {
    const units = fc.constantFrom(
      'second',
      'hour',
      'day',
      'week',
      'week(tuesday)',
      'isoweek',
      'month',
      'quarter',
      'year',
      'isoyear',
    )
    const zones = fc.constantFrom('UTC', 'Europe/Oslo', 'America/St_Johns', 'Pacific/Apia', 'GMT-03:30')
    const times = fc.bigInt({min: -(10n ** 15n) * 2n, max: 4n * 10n ** 15n})
    fc.assert(
      fc.property(times, units, zones, (at, unit, zone) => {
        const start = evaluate('timestamp_trunc', [micros(at), unit, zone])
        if (start.kind !== 'timestamp') throw new Error('no timestamp')
        expect(start.value <= at).toBe(true)
        expect(call('timestamp_trunc', micros(start.value), unit, zone)).toEqual(micros(start.value))
      }),
    )
  })
})
