import {fail, type Cloud, type FakeCall, type Json, type Route} from '../service.ts'
import {listLogEntries} from './logging/entries.ts'
import {parseFilter} from './filter.ts'
import {below, pageOf} from './pages.ts'

const host = 'logging.googleapis.com'
const METRICS = 'logging.metrics'
const path = '/v2/projects/:project/metrics/:metric'

function metricOf({params}: FakeCall, cloud: Cloud): Json {
  const name = `projects/${params['project']}/metrics/${params['metric']}`
  return cloud.table(METRICS).get(name) ?? fail(404, 'NOT_FOUND', `Metric ${params['metric']} does not exist.`)
}

/** A metric as it is stored; 400 where its name or filter is not one. */
function completeMetric(call: FakeCall, cloud: Cloud, old?: Json): Json {
  const {name, filter} = call.body
  if (!/^[A-Za-z0-9_\-.,+!*',()%/]{1,100}$/.test(name ?? '')) {
    fail(400, 'INVALID_ARGUMENT', `The metric name ${name} is not valid.`)
  }
  if (!filter) fail(400, 'INVALID_ARGUMENT', 'The filter of a metric must not be empty.')
  parseFilter(filter)
  return {
    ...call.body,
    resourceName: `projects/${call.params['project']}/metrics/${name}`,
    metricDescriptor: {
      name: `projects/${call.params['project']}/metricDescriptors/logging.googleapis.com/user/${name}`,
      type: `logging.googleapis.com/user/${name}`,
      metricKind: 'DELTA',
      valueType: 'INT64',
      unit: '1',
      ...call.body.metricDescriptor,
    },
    createTime: old?.createTime ?? cloud.time(),
    updateTime: cloud.time(),
  }
}

/** Log-based metrics, and reading the log. */
export const routes: readonly Route[] = [
  {
    method: 'POST',
    host,
    path: '/v2/entries:list',
    permission: 'logging.logEntries.list',
    handle: listLogEntries,
  },
  {
    method: 'POST',
    host,
    path: '/v2/projects/:project/metrics',
    permission: 'logging.logMetrics.create',
    handle: (call, cloud) => {
      const metric = completeMetric(call, cloud)
      const name = `projects/${call.params['project']}/metrics/${metric.name}`
      if (cloud.table(METRICS).has(name)) fail(409, 'ALREADY_EXISTS', `Metric ${metric.name} already exists.`)
      return cloud.create(METRICS, name, metric)
    },
  },
  {method: 'GET', host, path, permission: 'logging.logMetrics.get', handle: metricOf},
  {
    method: 'GET',
    host,
    path: '/v2/projects/:project/metrics',
    permission: 'logging.logMetrics.list',
    handle: (call, cloud) =>
      pageOf(call, 'metrics', below(cloud.table(METRICS), `projects/${call.params['project']}/metrics/`)),
  },
  {
    method: 'PUT',
    host,
    path,
    // It makes the metric where there is none.
    permission: ['logging.logMetrics.create', 'logging.logMetrics.update'],
    handle: (call, cloud) => {
      const name = `projects/${call.params['project']}/metrics/${call.params['metric']}`
      if (call.body.name !== call.params['metric']) {
        fail(400, 'INVALID_ARGUMENT', 'The name of the metric is not the one of the path.')
      }
      const metric = completeMetric(call, cloud, cloud.table(METRICS).get(name))
      cloud.table(METRICS).set(name, metric)
      return metric
    },
  },
  {
    method: 'DELETE',
    host,
    path,
    permission: 'logging.logMetrics.delete',
    handle: (call, cloud) => {
      metricOf(call, cloud)
      cloud.table(METRICS).delete(`projects/${call.params['project']}/metrics/${call.params['metric']}`)
      return {}
    },
  },
]
