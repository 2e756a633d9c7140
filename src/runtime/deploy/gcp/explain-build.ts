import type {ApiError} from './api-error.ts'
import {saidBy, type Attempted, type Meaning} from './meaning.ts'
import {redact} from './redact.ts'

/** GoogleCloudFunctionsV2Stage, as far as it is read. */
type Stage = {
  readonly name?: string
  readonly state?: string
  readonly message?: string
  readonly resourceUri?: string
  readonly stateMessages?: readonly {readonly severity?: string; readonly message?: string}[]
}

/** What failed, by stage; BUILD's link is its log. */
const STAGES: Readonly<Record<string, string>> = {
  ARTIFACT_REGISTRY: 'The place for the built image could not be made',
  BUILD: 'The build of the function failed',
  SERVICE: 'The function was built and did not start',
  TRIGGER: 'The trigger of the function could not be made',
}

/** An operation of Cloud Functions that ended in an error at one of its stages. */
export function explainBuild(error: ApiError, {target}: Attempted): Meaning | undefined {
  const stages = error.operation?.metadata?.['stages']
  if (!Array.isArray(stages)) return undefined
  const failed = failedStage(stages as readonly Stage[])
  const what = failed === undefined ? undefined : STAGES[failed.name ?? '']
  if (failed === undefined || what === undefined) return undefined
  const told = failed.stateMessages?.find(({severity}) => severity === 'ERROR')?.message ?? error.message
  const links = new Set([failed.resourceUri, firstLink(error.message)].filter((link) => link !== undefined))
  return {
    code: failed.name === 'SERVICE' || failed.name === 'TRIGGER' ? 'STITCH_FUNCTION_FAILED' : 'STITCH_BUILD_FAILED',
    is: `${what} (${saidBy({message: told})})`,
    hints: [...[...links].map((link) => redact(link)), ...builderHint(`${told} ${error.message}`, target.project)],
  }
}

/** The stage with an error, else the one that was being worked on when the operation ended. */
function failedStage(stages: readonly Stage[]): Stage | undefined {
  const isForward = ({name = ''}: Stage): boolean => !name.endsWith('_ROLLBACK')
  const hasError = (stage: Stage): boolean => stage.stateMessages?.some(({severity}) => severity === 'ERROR') ?? false
  const forward = stages.filter(isForward)
  return forward.find(hasError) ?? forward.find(({state}) => state === 'IN_PROGRESS')
}

/** Since 2024 builds run as the default compute account, which has no role in many projects. */
function builderHint(text: string, project: string): readonly string[] {
  if (!/build service account|storage\.objects\.(?:get|list)|artifactregistry\.\w+\.\w+.*denied/i.test(text)) return []
  return [
    `gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:BUILD_ACCOUNT --role=roles/cloudbuild.builds.builder --condition=None`,
    `gcloud builds get-default-service-account --project=${project}   (shows BUILD_ACCOUNT)`,
  ]
}

function firstLink(text: string): string | undefined {
  return /https:\/\/console\.cloud\.google\.com\/[^\s"')]+/.exec(text)?.[0].replace(/[.,]$/, '')
}
