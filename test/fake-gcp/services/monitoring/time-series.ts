import {fail, type Cloud, type FakeCall, type Json} from '../../service.ts'
import {parseFilter} from '../filter.ts'

/** Not part of a snapshot: figures are no resources. */
const SERIES = '.monitoring.timeSeries'

export type Series = {
  /** As `pubsub.googleapis.com/subscription/num_undelivered_messages`. */
  readonly metric: string
  readonly resource: {readonly type: string; readonly labels: Readonly<Record<string, string>>}
  readonly value: number
}

/** Puts a figure there, as of now. */
export function writeSeries(cloud: Cloud, {metric, resource, value}: Series): void {
  cloud.table(SERIES).set(cloud.id(), {
    metric: {type: metric},
    resource,
    metricKind: 'GAUGE',
    valueType: 'INT64',
    points: [{interval: {startTime: cloud.time(), endTime: cloud.time()}, value: {int64Value: String(value)}}],
  })
}

/** The series that match and have a point within the interval. */
export function listSeries({query}: FakeCall, cloud: Cloud): Json {
  const filter = query.get('filter') ?? ''
  const [start, end] = [query.get('interval.startTime'), query.get('interval.endTime')]
  if (end === null) return fail(400, 'INVALID_ARGUMENT', 'Field interval.end_time must be present.')
  if (!/metric\.type\s*=/.test(filter)) fail(400, 'INVALID_ARGUMENT', 'The filter must name one metric.type.')
  const found = [...cloud.table(SERIES).values()].filter(parseFilter(filter)).filter(({points}: Json) => {
    const at = Date.parse(points[0].interval.endTime)
    return at <= Date.parse(end) && at > Date.parse(start ?? end)
  })
  return found.length > 0 ? {timeSeries: found} : {}
}
