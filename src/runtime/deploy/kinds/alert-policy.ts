import {isOwned} from '../names.ts'
import type {AlertPolicySpec, Labels} from '../specs.ts'
import type {Kind, ReadContext} from '../types.ts'
import {changed, differingFields, seconds, verdictOf, type Settings} from './differences.ts'
import {hasLabels, judgeLabels} from './ownership.ts'

type Threshold = {
  readonly filter?: string
  readonly comparison?: string
  readonly thresholdValue?: number
  readonly duration?: string
  readonly aggregations?: readonly {readonly alignmentPeriod?: string; readonly perSeriesAligner?: string}[]
}

type LivePolicy = {
  /** `projects/P/alertPolicies/N`; the number is the API's choice. */
  readonly name: string
  readonly displayName?: string
  readonly userLabels?: Labels
  readonly enabled?: boolean
  readonly combiner?: string
  readonly documentation?: {readonly content?: string; readonly mimeType?: string}
  readonly notificationChannels?: readonly string[]
  readonly conditions?: readonly {readonly displayName?: string; readonly conditionThreshold?: Threshold}[]
}

/** The policies of this stage that have the name: more than one where an answer was lost. */
type LivePolicies = {readonly first: LivePolicy; readonly others: readonly LivePolicy[]}

/** An alert on anything above nothing for five minutes. */
const CONDITION = {thresholdValue: 0, duration: '300s', alignmentPeriod: '60s'}

/**
 * An alert policy. Names of policies need not be unique, so one that somebody else has made does not stand in the way:
 * only what bears this stage's labels counts.
 */
export const alertPolicyKind: Kind<AlertPolicySpec, LivePolicies> = {
  type: 'alert-policy',
  read: async (spec, {api, target}) => {
    const path = `/v3/projects/${target.project}/alertPolicies`
    const all = await api.list<LivePolicy>({api: 'monitoring', method: 'GET', path}, 'alertPolicies')
    const [first, ...others] = all
      .filter(({displayName, userLabels}) => displayName === spec.displayName && isOwned(userLabels, target.stage))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return first && {first, others}
  },
  compare: (spec, live, context) => {
    if (!live) return {verdict: 'create'}
    const standing = judgeLabels(spec, live.first.userLabels, context)
    if (standing.foreign) return standing.foreign
    const [wanted, found] = [describe(policyBody(spec)), describe(live.first)]
    return verdictOf([
      ...standing.reasons,
      ...differingFields(wanted, found).map((field) => changed(field, found[field], wanted[field])),
      ...(live.others.length > 0 ? [`is there ${live.others.length + 1} times`] : []),
    ])
  },
  apply: async (spec, live, context) => {
    const {api, target} = context
    const body = policyBody(spec)
    if (!live) {
      const path = `/v3/projects/${target.project}/alertPolicies`
      await api.call({api: 'monitoring', method: 'POST', path, body})
      return
    }
    await deleteAll(live.others, context)
    const {name, userLabels} = live.first
    const fields = differingFields(describe(body), describe(live.first))
    const masked = hasLabels(userLabels, spec.labels) ? fields : [...fields, 'userLabels']
    if (masked.length === 0) return
    const settings = {...body, userLabels: {...userLabels, ...spec.labels}}
    await api.call({
      api: 'monitoring',
      method: 'PATCH',
      path: `/v3/${name}`,
      query: {updateMask: masked.join(',')},
      body: {name, ...Object.fromEntries(Object.entries(settings).filter(([field]) => masked.includes(field)))},
      repeatable: true,
    })
  },
  remove: async (_spec, {first, others}, context) => await deleteAll([first, ...others], context),
}

async function deleteAll(policies: readonly LivePolicy[], {api}: ReadContext): Promise<void> {
  for (const {name} of policies) await api.find({api: 'monitoring', method: 'DELETE', path: `/v3/${name}`})
}

function policyBody({displayName, labels, filter, documentation, channels}: AlertPolicySpec): Omit<LivePolicy, 'name'> {
  return {
    displayName,
    userLabels: labels,
    enabled: true,
    combiner: 'OR',
    documentation: {content: documentation, mimeType: 'text/markdown'},
    notificationChannels: channels,
    conditions: [
      {
        displayName,
        conditionThreshold: {
          filter,
          comparison: 'COMPARISON_GT',
          thresholdValue: CONDITION.thresholdValue,
          duration: CONDITION.duration,
          aggregations: [{alignmentPeriod: CONDITION.alignmentPeriod, perSeriesAligner: 'ALIGN_MAX'}],
        },
      },
    ],
  }
}

/** Each setting as a text, by its field in an update mask. */
function describe(policy: Omit<LivePolicy, 'name'>): Settings {
  const {enabled = true, combiner, documentation, notificationChannels = [], conditions = []} = policy
  return {
    enabled: String(enabled),
    combiner: combiner ?? '',
    documentation: documentation?.content ?? '',
    notificationChannels: notificationChannels.toSorted().join(' '),
    conditions: conditions.map(({conditionThreshold}) => describeThreshold(conditionThreshold)).join(' and '),
  }
}

function describeThreshold(threshold: Threshold | undefined): string {
  if (!threshold) return 'another kind of condition'
  const {filter, comparison, thresholdValue = 0, duration, aggregations = []} = threshold
  const aligned = aggregations.map((one) => `${one.perSeriesAligner} of ${seconds(one.alignmentPeriod)}s`).join(', ')
  return `${comparison} ${thresholdValue} for ${seconds(duration)}s of ${filter} by ${aligned}`
}
