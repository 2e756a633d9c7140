import type {Labels, TopicSpec} from '../specs.ts'
import type {ApiRequest, Kind, ReadContext} from '../types.ts'
import {verdictOf} from './differences.ts'
import {judgeLabels, labelsToWrite, partByLabels, releasedLabels} from './ownership.ts'

type LiveTopic = {readonly labels?: Labels}

/** A topic with default settings; what else was set on an adopted one stays. */
export const topicKind: Kind<TopicSpec, LiveTopic> = {
  type: 'topic',
  read: async (spec, context) => await context.api.find(requestOf(spec, context)),
  compare: (spec, live, context) => {
    if (!live) return {verdict: 'create'}
    const standing = judgeLabels(spec, live.labels, context)
    return standing.foreign ?? verdictOf(standing.reasons)
  },
  apply: async (spec, live, context) => {
    const labels = labelsToWrite(spec.labels, live?.labels, context.target.stage)
    if (live) await patchLabels(spec, labels, context)
    else {
      const body = {name: nameOf(spec, context), labels}
      await context.api.call({...requestOf(spec, context), method: 'PUT', body})
    }
  },
  remove: async (spec, live, context) => {
    const farewell = partByLabels(live.labels, context.target.stage)
    if (farewell === 'delete') await context.api.find({...requestOf(spec, context), method: 'DELETE'})
    if (farewell === 'release') await patchLabels(spec, releasedLabels(live.labels), context)
  },
}

async function patchLabels(spec: TopicSpec, labels: Labels, context: ReadContext): Promise<void> {
  const body = {topic: {name: nameOf(spec, context), labels}, updateMask: 'labels'}
  await context.api.call({...requestOf(spec, context), method: 'PATCH', body, repeatable: true})
}

function nameOf({topicId}: TopicSpec, {target}: ReadContext): string {
  return `projects/${target.project}/topics/${topicId}`
}

function requestOf({topicId}: TopicSpec, {target}: ReadContext): ApiRequest {
  return {api: 'pubsub', method: 'GET', path: `/v1/projects/${target.project}/topics/${encodeURIComponent(topicId)}`}
}
