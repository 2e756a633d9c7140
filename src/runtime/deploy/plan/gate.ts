import type {DeploySettings} from '#runtime/config/deploy-schema.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import type {SimulationRecord} from '#runtime/config/simulation-record.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {suggestNearest} from '#runtime/kernel/suggest.ts'
import type {Spec} from '../specs.ts'
import {showPath} from '#runtime/kernel/show-path.ts'

/** What a deployment may go on with: whether a simulation stands behind it, and which. */
export type Verified = {readonly verified: boolean; readonly simulation: SimulationRecord | undefined}

/**
 * Only what was simulated is deployed: the same bundle, the same configuration, both paths, and no failed check.
 * Throws STITCH_NOT_SIMULATED with what is the case; `force` goes on, and the release says so.
 */
export function checkSimulation(
  simulation: SimulationRecord | undefined,
  {sha256, configHash, force}: {readonly sha256: string; readonly configHash: string; readonly force: boolean},
): Verified {
  const fault = faultOf(simulation, sha256, configHash)
  if (fault === undefined) return {verified: true, simulation}
  if (force) return {verified: false, simulation}
  throw new StitchError(`${fault}, so nothing was deployed.`, {
    code: 'STITCH_NOT_SIMULATED',
    exit: 'deploy',
    hints: ['stitch simulate --async', 'stitch deploy --force-unverified   (the release record will say so)'],
  })
}

function faultOf(simulation: SimulationRecord | undefined, sha256: string, configHash: string): string | undefined {
  if (!simulation) return 'This bundle has not been simulated in this data folder'
  if (simulation.sha256 !== sha256)
    return `The last simulation ran another bundle (${simulation.sha256.slice(0, 12)} and not ${sha256.slice(0, 12)})`
  if (simulation.config !== configHash) return 'The configuration has changed since the last simulation'
  if (simulation.failed > 0) return `The last simulation had ${simulation.failed} failed checks`
  if (!simulation.async) return 'The last simulation did not take the path through Pub/Sub'
  return undefined
}

/**
 * What can be told without any network: a real project, and the address of the server container.
 * Throws STITCH_PROJECT_MISSING or STITCH_SGTM_URL_MISSING.
 */
export function checkPlace(config: ResolvedConfig, settings: Pick<DeploySettings, 'sgtmUrl'>): void {
  checkProject(config)
  if (settings.sgtmUrl !== undefined) return
  throw new StitchError(
    'The configuration does not say where the server container is (deploy.sgtmUrl), so nothing was deployed.',
    {
      code: 'STITCH_SGTM_URL_MISSING',
      exit: 'deploy',
      hints: [`"deploy": {"sgtmUrl": "https://sgtm.example.com"}   (in ${showPath(config.file)})`],
    },
  )
}

/** Throws STITCH_PROJECT_MISSING for a project of the simulation (`demo-…`), which is none of Google's. */
export function checkProject({project}: Pick<ResolvedConfig, 'project'>): void {
  if (!project.startsWith('demo-')) return
  throw new StitchError(`${project} is a project of the simulation only, so no Google Cloud project was looked at.`, {
    code: 'STITCH_PROJECT_MISSING',
    exit: 'deploy',
    hints: ['--project my-project', 'gcloud projects list'],
  })
}

/** An id that is not part of the stage is a slip. Throws STITCH_ADOPT_UNKNOWN. */
export function checkAdopted(adopt: readonly string[], desired: readonly Spec[]): void {
  const ids = desired.map(({id}): string => id)
  const unknown = adopt.find((id) => !ids.includes(id))
  if (unknown === undefined) return
  const nearest = suggestNearest(unknown, ids)
  throw new StitchError(`${unknown} is no resource of this stage, so nothing was adopted or deployed.`, {
    code: 'STITCH_ADOPT_UNKNOWN',
    exit: 'usage',
    hints: [...(nearest ? [`did you mean --adopt ${nearest}`] : []), 'stitch deploy --plan --json   (has all ids)'],
  })
}
