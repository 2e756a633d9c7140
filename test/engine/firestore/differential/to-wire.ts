import type {Nearest} from '#runtime/engine/embedded/firestore/query/nearest.ts'
import type {Filter, Query} from '#runtime/engine/embedded/firestore/query/query.ts'
import type {Value} from '#runtime/engine/embedded/firestore/values/value.ts'
import {vectorOf} from '../arbitrary-query.ts'

/** A message as its definition turns it into bytes. */
export type Wired = Record<string, unknown>

const MICROS = 1_000_000n

export function wireValue(value: Value): Wired {
  switch (value.kind) {
    case 'null':
      return {nullValue: 'NULL_VALUE'}
    case 'boolean':
      return {booleanValue: value.value}
    case 'integer':
      return {integerValue: String(value.value)}
    case 'double':
      return {doubleValue: value.value}
    case 'timestamp': {
      const seconds = (value.value - (((value.value % MICROS) + MICROS) % MICROS)) / MICROS
      return {timestampValue: {seconds: String(seconds), nanos: Number(value.value - seconds * MICROS) * 1000}}
    }
    case 'string':
      return {stringValue: value.value}
    case 'bytes':
      return {bytesValue: Buffer.from(value.value).toString('base64')}
    case 'reference':
      return {referenceValue: value.value}
    case 'geopoint':
      return {geoPointValue: {latitude: value.latitude, longitude: value.longitude}}
    case 'array':
      return {arrayValue: {values: value.values.map(wireValue)}}
    case 'map':
      return {mapValue: {fields: wireFields(Object.fromEntries(value.fields))}}
    default:
      return value satisfies never
  }
}

export function wireFields(fields: Readonly<Record<string, Value>>): Wired {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, wireValue(value)]))
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/
export const wirePath = (path: readonly string[]): string =>
  path.map((segment) => (PLAIN.test(segment) ? segment : `\`${segment}\``)).join('.')

export function wireQuery(query: Query): Wired {
  const cursor = (given: Query['startAt']): Wired | undefined =>
    given && {values: given.values.map(wireValue), before: given.before}
  return {
    from: [{...(query.collectionId && {collectionId: query.collectionId}), allDescendants: query.allDescendants}],
    ...(query.where && {where: wireFilter(query.where)}),
    orderBy: query.orderBy.map(({path, descending}) => ({
      field: {fieldPath: wirePath(path)},
      direction: descending ? 'DESCENDING' : 'ASCENDING',
    })),
    ...(query.startAt && {startAt: cursor(query.startAt)}),
    ...(query.endAt && {endAt: cursor(query.endAt)}),
    offset: query.offset,
    ...(query.limit !== undefined && {limit: {value: query.limit}}),
    ...(query.nearest && {findNearest: wireNearest(query.nearest)}),
    ...(query.select && {select: {fields: query.select.map((path) => ({fieldPath: wirePath(path)}))}}),
  }
}

function wireNearest({path, vector, measure, limit, resultField, threshold}: Nearest): Wired {
  return {
    vectorField: {fieldPath: wirePath(path)},
    queryVector: wireValue(vectorOf(...vector)),
    distanceMeasure: measure,
    limit: {value: limit},
    ...(resultField !== undefined && {distanceResultField: resultField}),
    ...(threshold !== undefined && {distanceThreshold: {value: threshold}}),
  }
}

function wireFilter(filter: Filter): Wired {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return {compositeFilter: {op: filter.kind.toUpperCase(), filters: filter.filters.map(wireFilter)}}
    case 'compare': {
      const {path, operator, value} = filter
      return {fieldFilter: {field: {fieldPath: wirePath(path)}, op: operator, value: wireValue(value)}}
    }
    case 'unary':
      return {unaryFilter: {field: {fieldPath: wirePath(filter.path)}, op: filter.operator}}
    default:
      return filter satisfies never
  }
}
