import {StitchError} from '#runtime/kernel/errors.ts'
import type {Labels, SubscriptionSpec} from '../specs.ts'
import type {ApiRequest, ApplyContext, Kind, Note, ReadContext} from '../types.ts'
import {changed, differingFields, verdictOf} from './differences.ts'
import {hasLabels, judgeLabels, labelsToWrite, partByLabels, releasedLabels} from './ownership.ts'
import {
  describeLive,
  describeWanted,
  reasonToReplace,
  subscriptionBody,
  type LiveSubscription,
} from './subscription-settings.ts'

const LOST: Note = {kind: 'irreversible', text: 'messages that wait in it are lost'}

/** A subscription, push or pull. What its API cannot change (the topic, a filter) is changed by making it again. */
export const subscriptionKind: Kind<SubscriptionSpec, LiveSubscription> = {
  type: 'subscription',
  read: async (spec, context) => await context.api.find(requestOf(spec, context)),
  compare: (spec, live, context) => {
    const {outputs} = context
    const unknown = spec.push !== undefined && outputs.functionUrls[spec.push.functionId] === undefined
    const later = `its address is known once ${spec.push?.functionId} is there`
    if (!live) return unknown ? {verdict: 'create', notes: [{kind: 'wait', text: later}]} : {verdict: 'create'}
    const standing = judgeLabels(spec, live.labels, context)
    if (standing.foreign) return standing.foreign
    const replaced = reasonToReplace(spec, live, outputs.project)
    if (replaced !== undefined) return verdictOf([...standing.reasons, `${replaced}, so it is made again`], [LOST])
    const [wanted, found] = [describeWanted(spec, outputs), describeLive(live)]
    return verdictOf([
      ...standing.reasons,
      ...differingFields(wanted, found).map((field) =>
        unknown && field === 'pushConfig' ? later : changed(field, found[field], wanted[field]),
      ),
    ])
  },
  apply: async (spec, live, context) => {
    const {api, target, outputs} = context
    const labels = labelsToWrite(spec.labels, live?.labels, target.stage)
    const body = {name: nameOf(spec, context), ...subscriptionBody(spec, outputs), labels}
    refuseUnknownAddress(spec, context)
    if (live && reasonToReplace(spec, live, target.project) === undefined) {
      const fields = [
        ...differingFields(describeWanted(spec, outputs), describeLive(live)),
        ...(hasLabels(live.labels, labels) ? [] : ['labels']),
      ]
      if (fields.length > 0) await patch(spec, body, fields, context)
      return
    }
    if (live) await api.find({...requestOf(spec, context), method: 'DELETE'})
    await api.call({...requestOf(spec, context), method: 'PUT', body})
  },
  remove: async (spec, live, context) => {
    const farewell = partByLabels(live.labels, context.target.stage)
    if (farewell === 'delete') await context.api.find({...requestOf(spec, context), method: 'DELETE'})
    if (farewell === 'release') {
      const labels: Labels = releasedLabels(live.labels)
      await patch(spec, {name: nameOf(spec, context), labels}, ['labels'], context)
    }
  },
}

/** Sends what the mask names; a field that is named and absent is cleared. */
async function patch(
  spec: SubscriptionSpec,
  settings: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  context: ReadContext,
): Promise<void> {
  const named = Object.entries(settings).filter(([field]) => field === 'name' || fields.includes(field))
  const body = {subscription: Object.fromEntries(named), updateMask: fields.join(',')}
  await context.api.call({...requestOf(spec, context), method: 'PATCH', body, repeatable: true})
}

/** Throws STITCH_ADDRESS_UNKNOWN: a push without an address would be a pull subscription that nobody reads. */
function refuseUnknownAddress({push, subscriptionId}: SubscriptionSpec, {outputs}: ApplyContext): void {
  if (!push || outputs.functionUrls[push.functionId] !== undefined) return
  throw new StitchError(
    `The function ${push.functionId} has no address yet, so the subscription ${subscriptionId} was not made.`,
    {
      code: 'STITCH_ADDRESS_UNKNOWN',
      exit: 'deploy',
      hints: [
        `gcloud functions describe ${push.functionId} --v2 --region=${outputs.region} --project=${outputs.project}`,
      ],
    },
  )
}

function nameOf({subscriptionId}: SubscriptionSpec, {target}: ReadContext): string {
  return `projects/${target.project}/subscriptions/${subscriptionId}`
}

function requestOf({subscriptionId}: SubscriptionSpec, {target}: ReadContext): ApiRequest {
  const path = `/v1/projects/${target.project}/subscriptions/${encodeURIComponent(subscriptionId)}`
  return {api: 'pubsub', method: 'GET', path}
}
