import type {Writable, WritableFields} from './ports.ts'
import {emptyRecord, formatTimestamp, type Fields, type Value} from './value.ts'

type Maybe<T> = T | null | undefined
type Seconds = {readonly seconds?: Maybe<number | string | {toString: () => string}>; readonly nanos?: Maybe<number>}

/**
 * `google.firestore.v1.Value` as the client decodes and encodes it: exactly one field is set
 * (https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#value).
 */
export type ProtoValue = {
  readonly nullValue?: Maybe<'NULL_VALUE' | number>
  readonly booleanValue?: Maybe<boolean>
  readonly integerValue?: Maybe<number | string | {toString: () => string}>
  readonly doubleValue?: Maybe<number>
  readonly timestampValue?: Maybe<Seconds>
  readonly stringValue?: Maybe<string>
  readonly bytesValue?: Maybe<Uint8Array | string>
  readonly referenceValue?: Maybe<string>
  readonly geoPointValue?: Maybe<{readonly latitude?: Maybe<number>; readonly longitude?: Maybe<number>}>
  readonly arrayValue?: Maybe<{readonly values?: Maybe<readonly ProtoValue[]>}>
  readonly mapValue?: Maybe<{readonly fields?: Maybe<ProtoFields>}>
}
export type ProtoFields = {readonly [name: string]: ProtoValue}

/** Fields of a document as gRPC brings them: int64 as text, times in seconds and nanoseconds. */
export function readFields(source: ProtoFields | null | undefined): Fields {
  const fields = emptyRecord<Value>()
  for (const [name, value] of Object.entries(source ?? {})) fields[name] = readValue(value)
  return fields
}

function readValue(value: ProtoValue): Value {
  if (isSet(value.stringValue)) return {stringValue: value.stringValue}
  if (isSet(value.booleanValue)) return {booleanValue: value.booleanValue}
  if (isSet(value.integerValue)) return {integerValue: value.integerValue.toString()}
  if (isSet(value.doubleValue)) return {doubleValue: readDouble(value.doubleValue)}
  if (isSet(value.timestampValue)) {
    return {timestampValue: formatTimestamp(Number(value.timestampValue.seconds ?? 0), value.timestampValue.nanos ?? 0)}
  }
  if (isSet(value.bytesValue)) return {bytesValue: Buffer.from(value.bytesValue as Uint8Array).toString('base64')}
  if (isSet(value.referenceValue)) return {referenceValue: value.referenceValue}
  if (isSet(value.geoPointValue)) {
    return {geoPointValue: {latitude: value.geoPointValue.latitude ?? 0, longitude: value.geoPointValue.longitude ?? 0}}
  }
  if (isSet(value.arrayValue)) return {arrayValue: {values: (value.arrayValue.values ?? []).map(readValue)}}
  if (isSet(value.mapValue)) return {mapValue: {fields: readFields(value.mapValue.fields)}}
  return {nullValue: null}
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}

/** JSON has no words for these numbers. */
function readDouble(value: number): Extract<Value, {doubleValue: unknown}>['doubleValue'] {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  return Object.is(value, -0) ? '-0' : value
}

/** Fields as gRPC takes them; whole numbers become int64, as in the other clients. */
export function writeFields(source: WritableFields): ProtoFields {
  const fields = emptyRecord<ProtoValue>()
  for (const [name, value] of Object.entries(source)) fields[name] = writeValue(value)
  return fields
}

function writeValue(value: Writable): ProtoValue {
  if (value === null) return {nullValue: 'NULL_VALUE'}
  if (typeof value === 'string') return {stringValue: value}
  if (typeof value === 'boolean') return {booleanValue: value}
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? {integerValue: String(value)} : {doubleValue: value}
  }
  if (value instanceof Date) return {timestampValue: writeTime(value)}
  if (isList(value)) return {arrayValue: {values: value.map(writeValue)}}
  return {mapValue: {fields: writeFields(value)}}
}

function isList(value: readonly Writable[] | WritableFields): value is readonly Writable[] {
  return Array.isArray(value)
}

function writeTime(date: Date): {seconds: string; nanos: number} {
  const seconds = Math.floor(date.getTime() / 1000)
  return {seconds: String(seconds), nanos: (date.getTime() - seconds * 1000) * 1_000_000}
}
