import {invalidValue} from './invalid.ts'

/**
 * Messages that have a JSON form of their own (https://protobuf.dev/programming-guides/json/): between that form and
 * the one they would have as an ordinary message.
 */
export type WellKnown = {
  readonly toJson: (fields: Readonly<Record<string, unknown>>) => unknown
  readonly fromJson: (value: unknown, path: string) => Record<string, unknown>
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/i
const DURATION = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/

export const WELL_KNOWN: Readonly<Record<string, WellKnown>> = {
  'google.protobuf.Timestamp': {
    toJson: ({seconds = '0', nanos = 0}) =>
      `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${fraction(Number(nanos))}Z`,
    fromJson: parseTime,
  },
  'google.protobuf.Duration': {
    toJson: ({seconds = '0', nanos = 0}) => {
      const negative = Number(seconds) < 0 || Number(nanos) < 0
      return `${negative ? '-' : ''}${String(seconds).replace('-', '')}${fraction(Math.abs(Number(nanos)))}s`
    },
    fromJson: (value, path) => {
      const [, sign, seconds, rest = ''] = DURATION.exec(String(value)) ?? []
      if (typeof value !== 'string' || seconds === undefined)
        throw invalidValue(path, 'type.googleapis.com/google.protobuf.Duration', value)
      return {seconds: `${sign}${seconds}`, nanos: Number(`${sign}${rest.padEnd(9, '0')}`) || 0}
    },
  },
  'google.protobuf.FieldMask': {
    toJson: ({paths = []}) => (paths as string[]).map(toCamel).join(','),
    fromJson: (value, path) => {
      if (typeof value !== 'string') throw invalidValue(path, 'type.googleapis.com/google.protobuf.FieldMask', value)
      return {
        paths: value
          .split(',')
          .map((each) => each.trim())
          .filter(Boolean)
          .map(toSnake),
      }
    },
  },
  'google.protobuf.Struct': {
    toJson: ({fields = {}}) => fields,
    fromJson: (value, path) => ({fields: requireObject(value, path)}),
  },
  'google.protobuf.ListValue': {toJson: ({values = []}) => values, fromJson: (values) => ({values})},
  'google.protobuf.Value': {toJson: (fields) => Object.values(fields)[0] ?? null, fromJson: toDynamic},
  'google.protobuf.Int32Value': wrapper(0),
  'google.protobuf.Int64Value': wrapper('0'),
  'google.protobuf.DoubleValue': wrapper(0),
  'google.protobuf.StringValue': wrapper(''),
}

function wrapper(empty: unknown): WellKnown {
  return {toJson: ({value = empty}) => value, fromJson: (value) => ({value})}
}

/** Three, six or nine digits, or none. */
function fraction(nanos: number): string {
  return nanos === 0
    ? ''
    : `.${String(nanos)
        .padStart(9, '0')
        .replace(/(?:000){1,2}$/, '')}`
}

function parseTime(value: unknown, path: string): Record<string, unknown> {
  const match = typeof value === 'string' ? TIME.exec(value) : null
  const wrong = () => invalidValue(path, 'type.googleapis.com/google.protobuf.Timestamp', value)
  if (!match) throw wrong()
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60
  if (!isReal || second > 59 || year === 0) throw wrong()
  const offset = match[8] ? Number(`${match[8]}1`) * (Number(match[9]) * 3600 + Number(match[10]) * 60) : 0
  return {seconds: String(date.getTime() / 1000 - offset), nanos: Number((match[7] ?? '').padEnd(9, '0'))}
}

/** google.protobuf.Value holds any JSON. */
function toDynamic(value: unknown): Record<string, unknown> {
  if (value === null) return {nullValue: null}
  if (Array.isArray(value)) return {listValue: value}
  switch (typeof value) {
    case 'string':
      return {stringValue: value}
    case 'number':
      return {numberValue: value}
    case 'boolean':
      return {boolValue: value}
    default:
      return {structValue: value}
  }
}

export function requireObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw invalidValue(path, 'an object', value)
}

function toSnake(path: string): string {
  return path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function toCamel(path: string): string {
  return path.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
