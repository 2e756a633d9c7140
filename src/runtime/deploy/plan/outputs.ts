import type {Spec} from '../specs.ts'
import type {Outputs, Source, Target} from '../types.ts'
import type {Live} from './types.ts'

export type OutputsInput = {
  readonly target: Target
  readonly projectNumber: string
  readonly source: Source
  readonly specs: readonly Spec[]
  readonly live: Live
  /** Versions to use instead of the newest: those of the release that is gone back to. */
  readonly pinned?: Readonly<Record<string, string>>
}

/** What resources need to know of others, out of what is there now; pure. */
export function deriveOutputs({target, projectNumber, source, specs, live, pinned = {}}: OutputsInput): Outputs {
  const functionUrls: Record<string, string> = {}
  const secretVersions: Record<string, string> = {}
  for (const spec of specs) {
    const found = live.get(spec.id)
    if (found === undefined) continue
    if (spec.type === 'function') {
      const {uri} = (found as {serviceConfig?: {uri?: string}}).serviceConfig ?? {}
      if (uri !== undefined) functionUrls[spec.functionId] = uri
    } else if (spec.type === 'secret') {
      const {version} = found as {version?: string}
      if (version !== undefined) secretVersions[spec.secretId] = version
    }
  }
  return {
    project: target.project,
    projectNumber,
    region: target.region,
    functionUrls,
    secretVersions: {...secretVersions, ...pinned},
    source,
  }
}
