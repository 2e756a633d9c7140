import {fail, type Cloud, type FakeCall, type Json, type Route} from '../service.ts'
import {applyMask, readMask} from './field-mask.ts'
import {parseFilter} from './filter.ts'
import {checkLabels} from './labels.ts'
import {listSeries} from './monitoring/time-series.ts'
import {below, pageOf} from './pages.ts'

const host = 'monitoring.googleapis.com'
const POLICIES = 'monitoring.alertPolicies'
const path = '/v3/projects/:project/alertPolicies/:policy'

function nameOf({params}: FakeCall): string {
  return `projects/${params['project']}/alertPolicies/${params['policy']}`
}

function policyOf(call: FakeCall, cloud: Cloud): Json {
  return (
    cloud.table(POLICIES).get(nameOf(call)) ?? fail(404, 'NOT_FOUND', `The alert policy ${nameOf(call)} was not found.`)
  )
}

/** Throws 400 for a policy that the service does not take. */
function checkPolicy(policy: Json): void {
  checkLabels(policy.userLabels)
  const {displayName, combiner, conditions = []} = policy
  if (!displayName) fail(400, 'INVALID_ARGUMENT', 'Field alert_policy.display_name must be present.')
  if (conditions.length < 1 || conditions.length > 6) {
    fail(400, 'INVALID_ARGUMENT', 'Field alert_policy.conditions must have between one and six elements.')
  }
  if (combiner === undefined) fail(400, 'INVALID_ARGUMENT', 'Field alert_policy.combiner must be present.')
  for (const {conditionThreshold} of conditions) {
    if (conditionThreshold === undefined) continue
    const {filter, comparison, duration} = conditionThreshold
    if (!/metric\.type\s*=/.test(filter ?? '') || !/resource\.type\s*=/.test(filter ?? '')) {
      fail(400, 'INVALID_ARGUMENT', 'The filter of a condition must name a metric.type and a resource.type.')
    }
    if (comparison !== 'COMPARISON_GT' && comparison !== 'COMPARISON_LT') {
      fail(400, 'INVALID_ARGUMENT', 'The comparison of a condition must be COMPARISON_GT or COMPARISON_LT.')
    }
    if (duration !== undefined && Number.parseInt(duration) % 60 !== 0) {
      fail(400, 'INVALID_ARGUMENT', 'The duration of a condition must be a multiple of a minute.')
    }
  }
}

/** A policy with the names that the service gives to it and its conditions. */
function named(name: string, {conditions = [], ...policy}: Json, cloud: Cloud): Json {
  return {
    enabled: true,
    ...policy,
    name,
    conditions: conditions.map((condition: Json) => ({name: `${name}/conditions/${cloud.id()}`, ...condition})),
  }
}

/** Alert policies, and reading figures. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    host,
    path: '/v3/projects/:project/timeSeries',
    permission: 'monitoring.timeSeries.list',
    handle: listSeries,
  },
  {
    method: 'POST',
    host,
    path: '/v3/projects/:project/alertPolicies',
    permission: 'monitoring.alertPolicies.create',
    handle: (call, cloud) => {
      checkPolicy(call.body)
      const name = `projects/${call.params['project']}/alertPolicies/${cloud.id()}`
      const record = {mutateTime: cloud.time(), mutatedBy: call.caller.email}
      return cloud.create(POLICIES, name, {
        ...named(name, call.body, cloud),
        creationRecord: record,
        mutationRecord: record,
      })
    },
  },
  {method: 'GET', host, path, permission: 'monitoring.alertPolicies.get', handle: policyOf},
  {
    method: 'GET',
    host,
    path: '/v3/projects/:project/alertPolicies',
    permission: 'monitoring.alertPolicies.list',
    handle: (call, cloud) => {
      const all = below(cloud.table(POLICIES), `projects/${call.params['project']}/alertPolicies/`)
      const found = all.filter(parseFilter(call.query.get('filter') ?? ''))
      return {...pageOf(call, 'alertPolicies', found), totalSize: found.length}
    },
  },
  {
    method: 'PATCH',
    host,
    path,
    permission: 'monitoring.alertPolicies.update',
    handle: (call, cloud) => {
      const old = policyOf(call, cloud)
      const paths = readMask(call.query.get('updateMask'))
      const {name, creationRecord, mutationRecord: _, ...rest} = old
      const merged = paths.length > 0 ? applyMask(rest, call.body, paths) : call.body
      checkPolicy(merged)
      const changed = {
        ...named(name, merged, cloud),
        creationRecord,
        mutationRecord: {mutateTime: cloud.time(), mutatedBy: call.caller.email},
      }
      cloud.table(POLICIES).set(name, changed)
      return changed
    },
  },
  {
    method: 'DELETE',
    host,
    path,
    permission: 'monitoring.alertPolicies.delete',
    handle: (call, cloud) => {
      policyOf(call, cloud)
      cloud.table(POLICIES).delete(nameOf(call))
      return {}
    },
  },
]
