import {inParallel} from '#runtime/traffic/in-parallel.ts'
import {isOwned, ownershipText} from '../names.ts'
import type {Labels, Spec} from '../specs.ts'
import type {ApiRequest, ReadContext} from '../types.ts'
import {READS_AT_ONCE} from './read-live.ts'
import type {Kinds, Surplus} from './types.ts'

/** What lists give, as far as it is read. */
type Listed = {
  /** Full resource name; the last segment is the id. */
  readonly name: string
  readonly labels?: Labels
  readonly userLabels?: Labels
  readonly description?: string
  readonly displayName?: string
  readonly email?: string
}

type Source = {
  readonly request: (project: string) => ApiRequest
  readonly field: string
  /** A spec of no more than reading and removing take. */
  readonly spec: (item: Listed, id: string) => Partial<Spec>
}

/** In the order in which a deploy makes them. */
const SOURCES: readonly Source[] = [
  {
    request: (project) => ({api: 'iam', method: 'GET', path: `/v1/projects/${project}/serviceAccounts`}),
    field: 'accounts',
    spec: ({email = ''}) => ({type: 'service-account', accountId: email.split('@')[0]!, email}),
  },
  {
    request: (project) => ({api: 'secretmanager', method: 'GET', path: `/v1/projects/${project}/secrets`}),
    field: 'secrets',
    spec: ({labels = {}}, secretId) => ({type: 'secret', secretId, labels}),
  },
  {
    request: (project) => ({api: 'pubsub', method: 'GET', path: `/v1/projects/${project}/topics`}),
    field: 'topics',
    spec: ({labels = {}}, topicId) => ({type: 'topic', topicId, labels}),
  },
  {
    // All regions: a stage that has moved leaves its functions in the old one.
    request: (project) => ({
      api: 'cloudfunctions',
      method: 'GET',
      path: `/v2/projects/${project}/locations/-/functions`,
    }),
    field: 'functions',
    spec: ({labels = {}}, functionId) => ({type: 'function', functionId, labels}),
  },
  {
    request: (project) => ({api: 'pubsub', method: 'GET', path: `/v1/projects/${project}/subscriptions`}),
    field: 'subscriptions',
    spec: ({labels = {}}, subscriptionId) => ({type: 'subscription', subscriptionId, labels}),
  },
  {
    request: (project) => ({api: 'logging', method: 'GET', path: `/v2/projects/${project}/metrics`}),
    field: 'metrics',
    spec: ({description = ''}, metricId) => ({type: 'log-metric', metricId, description}),
  },
  {
    request: (project) => ({api: 'monitoring', method: 'GET', path: `/v3/projects/${project}/alertPolicies`}),
    field: 'alertPolicies',
    spec: ({displayName = '', userLabels = {}}) => ({type: 'alert-policy', displayName, labels: userLabels}),
  },
]

/**
 * Resources that bear this stage's mark and are not among `desired`, each with what is there: what an earlier
 * configuration, another region or an interrupted run has left. In the order in which they were made.
 */
export async function readSurplus(
  desired: readonly Spec[],
  context: ReadContext,
  readSpec: Kinds['readSpec'],
): Promise<readonly Surplus[]> {
  const {api, target} = context
  const lists = await inParallel(SOURCES, READS_AT_ONCE, async (source) => {
    const items = await api.list<Listed>(source.request(target.project), source.field)
    return items.filter((item) => isMarked(item, target.stage)).map((item) => describe(source, item, target.region))
  })
  const wanted = new Set(desired.map(({id}) => id))
  const surplus = lists.flat().filter(({spec}) => !wanted.has(spec.id))
  const read = await inParallel(surplus, READS_AT_ONCE, async ({spec, region}) => ({
    spec,
    region,
    live: await readSpec(spec, {...context, target: {...target, region}}),
  }))
  return read.filter(({live}) => live !== undefined)
}

function describe(source: Source, item: Listed, region: string): {readonly spec: Spec; readonly region: string} {
  // Names of metrics are their ids; all others end with it.
  const last = item.name.slice(item.name.lastIndexOf('/') + 1)
  const partial = source.spec(item, last)
  const where = /\/locations\/([^/]+)\/functions\//.exec(item.name)?.[1] ?? region
  const name =
    partial.type === 'service-account' ? partial.accountId : partial.type === 'alert-policy' ? item.displayName : last
  const id = `${partial.type}/${name}${where === region ? '' : `@${where}`}`
  return {spec: {...partial, id, why: 'no longer part of this stage'} as Spec, region: where}
}

function isMarked({labels, userLabels, description}: Listed, stage: string | undefined): boolean {
  return isOwned(labels, stage) || isOwned(userLabels, stage) || (description?.includes(ownershipText(stage)) ?? false)
}
