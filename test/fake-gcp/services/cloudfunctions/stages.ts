import type {Cloud, Json} from '../../service.ts'

/** What a deployment goes through, in order. */
export const STAGES = ['ARTIFACT_REGISTRY', 'BUILD', 'SERVICE'] as const
export type Stage = (typeof STAGES)[number]

/** GETs until a deployment is done: each stage is seen under way once. */
export const POLLS = 4

const MESSAGES: Readonly<Record<Stage, {readonly during: string; readonly after: string}>> = {
  ARTIFACT_REGISTRY: {during: 'Initializing Artifact Registry', after: 'Artifact Registry ready'},
  BUILD: {during: 'Build in progress', after: 'Build finished'},
  SERVICE: {during: 'Updating Cloud Run service', after: 'Cloud Run service ready'},
}

export type Progress = {
  readonly polls: number
  readonly done: boolean
  /** The stage in which it ended, and why. */
  readonly failed: {readonly stage: Stage; readonly message: string} | undefined
}

/** `metadata.stages` of an operation; pure. */
export function showStages(name: string, build: string, {polls, done, failed}: Progress, cloud: Cloud): Json[] {
  const [, project, , region, , id] = name.split('/')
  const {number} = cloud.project
  const buildId = build.split('/').at(-1)
  const links: Readonly<Record<Stage, {readonly resource: string; readonly resourceUri: string}>> = {
    ARTIFACT_REGISTRY: {
      resource: `projects/${project}/locations/${region}/repositories/gcf-artifacts`,
      resourceUri: `https://console.cloud.google.com/artifacts/docker/${project}/${region}/gcf-artifacts?project=${project}`,
    },
    BUILD: {
      resource: build,
      resourceUri: `https://console.cloud.google.com/cloud-build/builds;region=${region}/${buildId}?project=${number}`,
    },
    SERVICE: {
      resource: `projects/${project}/locations/${region}/services/${id}`,
      resourceUri: `https://console.cloud.google.com/run/detail/${region}/${id}?project=${project}`,
    },
  }
  const at = failed ? STAGES.indexOf(failed.stage) : done ? STAGES.length : Math.max(0, polls - 1)
  return STAGES.map((stage, index) => {
    const state = index < at || (failed && index === at) ? 'COMPLETE' : index === at ? 'IN_PROGRESS' : 'NOT_STARTED'
    if (state === 'NOT_STARTED') return {name: stage, state}
    const {during, after} = MESSAGES[stage]
    return {
      name: stage,
      message: state === 'COMPLETE' ? after : during,
      state,
      ...links[stage],
      ...(failed && index === at
        ? {
            stateMessages: [
              {
                severity: 'ERROR',
                type: `${stage === 'BUILD' ? 'CloudBuild' : 'CloudRunService'}Failed`,
                message: failed.message,
              },
            ],
          }
        : {}),
    }
  })
}
