import {SOURCE_LABEL} from '../../desired/function-specs.ts'
import type {FunctionSpec} from '../../specs.ts'
import type {CompareContext, Comparison, Kind, Note, Operation} from '../../types.ts'
import {verdictOf} from '../differences.ts'
import {judgeLabels, partByLabels, releasedLabels} from '../ownership.ts'
import {follow, functionRequest, settle} from './calls.ts'
import {createFunction, patchFunction, updateFunction} from './deploy.ts'
import type {LiveFunction} from './live.ts'
import {findDifferences} from './settings.ts'

/** A function of the second generation, called over HTTP. */
export const functionKind: Kind<FunctionSpec, LiveFunction> = {
  type: 'function',
  read: async (spec, context) => {
    const {api, target} = context
    const found = await api.find<LiveFunction>(functionRequest(spec, context))
    if (found) return found
    // A create would fail with 409 for a service of the same name, after the upload.
    const path = `/v2/projects/${target.project}/locations/${target.region}/services/${spec.functionId}`
    const service = await api.find<object>({api: 'run', method: 'GET', path})
    return service ? {runServiceOnly: true} : undefined
  },
  compare: (spec, live, context) => {
    const notes = lastingNotes(spec)
    if (!live) return {verdict: 'create', notes: [...notes, ...BUILD_NOTES]}
    if (live.state === 'DELETING')
      return verdictOf(['is being deleted, so it is made again'], [...notes, ...BUILD_NOTES])
    const foreign = judgeForm(live)
    if (foreign) return foreign
    return compareSettings(spec, live, context, notes)
  },
  apply: async (spec, live, context) => {
    const current = await settle(spec, live, context)
    if (current) await updateFunction(spec, current, context)
    else await createFunction(spec, context)
  },
  remove: async (spec, live, context) => {
    const current = await settle(spec, live, context)
    const farewell = partByLabels(current?.labels, context.target.stage)
    if (farewell === 'delete') {
      const operation = await context.api.find<Operation>({...functionRequest(spec, context), method: 'DELETE'})
      if (operation) await follow(spec, operation, context)
    }
    if (farewell === 'release') {
      await patchFunction(spec, {labels: releasedLabels(current?.labels, SOURCE_LABEL)}, ['labels'], context)
    }
  },
}

const BUILD_NOTES: readonly Note[] = [
  {kind: 'wait', text: 'building it takes one to three minutes'},
  {kind: 'cost', text: 'builds and kept images are charged beyond their free tier'},
]

function lastingNotes({minInstances, functionId}: FunctionSpec): readonly Note[] {
  if (minInstances === 0) return []
  const what = minInstances === 1 ? 'one instance' : `${minInstances} instances`
  return [{kind: 'cost', text: `${what} of ${functionId} always run and are charged also while idle`}]
}

/** What has the name and cannot be turned into an HTTP function. */
function judgeForm({runServiceOnly, environment, eventTrigger}: LiveFunction): Comparison | undefined {
  const reason = runServiceOnly
    ? 'a Cloud Run service of this name is there already'
    : environment === 'GEN_1'
      ? 'it is a function of the first generation'
      : eventTrigger
        ? 'it is started by events, not by HTTP'
        : undefined
  return reason === undefined ? undefined : {verdict: 'foreign', reason, adopt: false}
}

function compareSettings(
  spec: FunctionSpec,
  live: LiveFunction,
  context: CompareContext,
  notes: readonly Note[],
): Comparison {
  // The bundle's label is told among the settings.
  const {[SOURCE_LABEL]: _source, ...labels} = spec.labels
  const standing = judgeLabels({id: spec.id, labels}, live.labels, context)
  if (standing.foreign) return standing.foreign
  const differences = findDifferences(spec, live, context.outputs)
  const builds = differences.some(({field}) => field.startsWith('buildConfig.'))
  return verdictOf(
    [
      ...(live.state === 'DEPLOYING' ? ['another deployment of it is under way'] : []),
      ...standing.reasons,
      ...differences.flatMap(({reasons}) => reasons),
    ],
    [...notes, ...(builds ? BUILD_NOTES : [])],
  )
}
