import type {LogMetricSpec} from '../specs.ts'
import type {ApiRequest, Kind, ReadContext} from '../types.ts'
import {changed, verdictOf} from './differences.ts'
import {isAdoptedText, judgeText, partByText, releasedText, textToWrite} from './ownership.ts'

type LiveMetric = {
  readonly description?: string
  readonly filter?: string
  readonly disabled?: boolean
  readonly valueExtractor?: string
}

/** A metric that counts entries of the log. */
export const logMetricKind: Kind<LogMetricSpec, LiveMetric> = {
  type: 'log-metric',
  read: async (spec, context) => await context.api.find(requestOf(spec, context)),
  compare: (spec, live, context) => {
    if (!live) return {verdict: 'create'}
    const {description, filter, disabled, valueExtractor} = live
    const standing = judgeText(spec.id, description, context)
    if (standing.foreign) return standing.foreign
    const kept = standing.reasons.length > 0 || isAdoptedText(description)
    return verdictOf([
      ...standing.reasons,
      ...(kept || description === spec.description ? [] : [changed('description', description, spec.description)]),
      ...(filter === spec.filter ? [] : [changed('filter', filter, spec.filter)]),
      ...(disabled ? ['is disabled'] : []),
      ...(valueExtractor ? ['takes a value out of entries instead of counting them'] : []),
    ])
  },
  apply: async (spec, live, context) => {
    const description = textToWrite(
      spec.description,
      live?.description ?? (live ? '' : undefined),
      context.target.stage,
    )
    const body = {name: spec.metricId, description, filter: spec.filter}
    if (live) await context.api.call({...requestOf(spec, context), method: 'PUT', body})
    else {
      const path = `/v2/projects/${context.target.project}/metrics`
      await context.api.call({api: 'logging', method: 'POST', path, body})
    }
  },
  remove: async (spec, live, context) => {
    const {stage} = context.target
    const {description = '', filter = ''} = live
    const farewell = partByText(description, stage)
    if (farewell === 'delete') await context.api.find({...requestOf(spec, context), method: 'DELETE'})
    if (farewell === 'release') {
      const body = {name: spec.metricId, description: releasedText(description, stage), filter}
      await context.api.call({...requestOf(spec, context), method: 'PUT', body})
    }
  },
}

function requestOf({metricId}: LogMetricSpec, {target}: ReadContext): ApiRequest {
  const path = `/v2/projects/${target.project}/metrics/${encodeURIComponent(metricId)}`
  return {api: 'logging', method: 'GET', path}
}
