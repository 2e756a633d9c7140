import type {Kinds} from '#runtime/deploy/plan/types.ts'
import type {Spec, TopicSpec} from '#runtime/deploy/specs.ts'
import type {Outputs, Target} from '#runtime/deploy/types.ts'
import {ApiError} from '#runtime/deploy/gcp/api-error.ts'

export const target: Target = {project: 'my-project', region: 'us-central1', stage: undefined}

export const outputs: Outputs = {
  project: 'my-project',
  projectNumber: '123',
  region: 'us-central1',
  functionUrls: {},
  secretVersions: {},
  source: {sha256: 'ab'.repeat(32), zip: new Uint8Array()},
}

/** A topic as the smallest of specs. */
export function topic(topicId: string): TopicSpec {
  return {type: 'topic', id: `topic/${topicId}`, topicId, labels: {}, why: `${topicId} is wanted`}
}

/** An answer of an API that means trouble. */
export function apiError(
  status: number,
  more: {reason?: string; isUnclear?: boolean; message?: string} = {},
): ApiError {
  return new ApiError(more.message ?? `status ${status}`, {
    status,
    reason: more.reason ?? 'SOME',
    isUnclear: more.isUnclear ?? false,
    request: {api: 'pubsub', method: 'PUT', path: '/v1/projects/my-project/topics/t'},
  })
}

/** Resources that are values by spec id: wanted is `here`, all else differs. `fail` throws instead of, or after, a change. */
export function memoryKinds(
  cloud: Map<string, string>,
  fail: (spec: Spec, count: number) => {readonly error: unknown; readonly made: boolean} | undefined = () => undefined,
): Kinds & {readonly calls: string[]} {
  const calls: string[] = []
  const counts = new Map<string, number>()
  const change = (spec: Spec, make: () => void): void => {
    const count = (counts.get(spec.id) ?? 0) + 1
    counts.set(spec.id, count)
    const failure = fail(spec, count)
    if (!failure || failure.made) make()
    if (failure) throw failure.error
  }
  return {
    calls,
    readSpec: async (spec) => {
      calls.push(`read ${spec.id}`)
      return cloud.get(spec.id)
    },
    compareSpec: (_spec, live) => {
      if (live === undefined) return {verdict: 'create', notes: [{kind: 'cost', text: 'a little'}]}
      if (live === 'foreign') return {verdict: 'foreign', reason: 'somebody else made it', adopt: true}
      if (live === 'stuck')
        return {verdict: 'impossible', code: 'STITCH_LOCATION', reason: 'it is elsewhere', hints: ['move it']}
      return live === 'here' ? {verdict: 'same'} : {verdict: 'update', reasons: [`value ${live as string} -> here`]}
    },
    applySpec: async (spec, _live, {tell}) => {
      calls.push(`apply ${spec.id}`)
      tell({text: 'working'})
      change(spec, () => cloud.set(spec.id, 'here'))
    },
    removeSpec: async (spec) => {
      calls.push(`remove ${spec.id}`)
      change(spec, () => cloud.delete(spec.id))
    },
  }
}
