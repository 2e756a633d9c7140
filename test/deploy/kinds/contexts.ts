import {expect} from 'vitest'
import type {ApplyContext, CompareContext, Comparison, Outputs, StepProgress} from '#runtime/deploy/types.ts'
import {createRecordingApi, type RecordingApi} from './recording-api.ts'

export const target = {project: 'acme-tagging', region: 'us-central1', stage: undefined}
export const ours = {'managed-by': 'stitch', 'stitch-stage': 'default'}
export const adopted = {...ours, 'stitch-adopted': 'true'}
export const otherStage = {'managed-by': 'stitch', 'stitch-stage': 'staging'}
export const workerUrl = 'https://stitch-worker-x7k2-uc.a.run.app'

export const outputs: Outputs = {
  project: target.project,
  projectNumber: '123456',
  region: target.region,
  functionUrls: {'stitch-lookup': 'https://stitch-lookup-x7k2-uc.a.run.app', 'stitch-worker': workerUrl},
  secretVersions: {'stitch-hmac-keys': '3', 'stitch-pepper': '1'},
  source: {sha256: 'ab'.repeat(32), zip: new Uint8Array(10)},
}

/** What a comparison looks at, with ids that may be taken over. */
export function comparing(adopt: readonly string[] = [], more: Partial<Outputs> = {}): CompareContext {
  return {outputs: {...outputs, ...more}, stage: undefined, adopt}
}

/** What an application works with; time stands still but for sleeping, and nothing waits. */
export function applying(
  api: RecordingApi = createRecordingApi(),
  more: Partial<Outputs> = {},
): ApplyContext & {readonly api: RecordingApi; readonly slept: number[]; readonly told: StepProgress[]} {
  const slept: number[] = []
  const told: StepProgress[] = []
  return {
    api,
    target,
    projectNumber: outputs.projectNumber,
    outputs: {...outputs, ...more},
    clock: {
      now: () => 0,
      sleep: async (ms) => {
        slept.push(ms)
        await Promise.resolve()
      },
    },
    tell: (progress) => told.push(progress),
    random: (bytes) => Buffer.alloc(bytes, 7),
    slept,
    told,
  }
}

/** What differs, or nothing where all is the same. Fails for other verdicts. */
export function reasonsOf(found: Comparison): readonly string[] {
  expect(['same', 'update']).toContain(found.verdict)
  return found.verdict === 'update' ? found.reasons : []
}

/** Every request was one that Google's documents describe. */
export function expectValid({problems}: RecordingApi): void {
  expect(problems).toEqual([])
}
