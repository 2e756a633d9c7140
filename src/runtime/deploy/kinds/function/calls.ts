import {StitchError} from '#runtime/kernel/errors.ts'
import {ApiError} from '../../gcp/api-error.ts'
import type {FunctionSpec} from '../../specs.ts'
import type {ApiRequest, ApplyContext, Operation, ReadContext} from '../../types.ts'
import type {LiveFunction} from './live.ts'

/** `projects.locations.functions.get` of a function. */
export function functionRequest({functionId}: FunctionSpec, {target}: ReadContext): ApiRequest {
  const path = `/v2/projects/${target.project}/locations/${target.region}/functions/${functionId}`
  return {api: 'cloudfunctions', method: 'GET', path}
}

const POLL_MS = 5000
/** Longer than any build may take by default: ten minutes, and then some. */
const POLLS = 240

/**
 * Waits while another deployment or removal of the function is under way: the API refuses a second one. Resolves to what
 * is there then, undefined where nothing is. Throws STITCH_FUNCTION_BUSY after twenty minutes.
 */
export async function settle(
  spec: FunctionSpec,
  live: LiveFunction | undefined,
  context: ApplyContext,
): Promise<LiveFunction | undefined> {
  const {api, clock, tell} = context
  let current = live
  for (let polls = 0; current?.state === 'DEPLOYING' || current?.state === 'DELETING'; polls++) {
    if (polls === 0) tell({text: `waiting for another change of it to end`})
    if (polls === POLLS) throw busy(spec)
    await clock.sleep(POLL_MS)
    current = await api.find<LiveFunction>(functionRequest(spec, context))
  }
  return current
}

function busy({functionId}: FunctionSpec): StitchError {
  return new StitchError(
    `Another deployment of ${functionId} has been under way for twenty minutes, so this one did not begin.`,
    {code: 'STITCH_FUNCTION_BUSY', exit: 'deploy', hints: [`gcloud functions describe ${functionId} --v2`]},
  )
}

type Stage = {
  readonly name?: string
  readonly state?: string
  readonly resourceUri?: string
  readonly stateMessages?: readonly {readonly severity?: string}[]
}

const STAGES: Readonly<Record<string, string>> = {
  ARTIFACT_REGISTRY: 'preparing the repository of images',
  BUILD: 'building',
  SERVICE: 'starting the new revision',
  TRIGGER: 'connecting the trigger',
  SERVICE_ROLLBACK: 'going back to the revision before',
  TRIGGER_ROLLBACK: 'going back to the trigger before',
}

/**
 * Waits for an operation and tells each stage as it begins. Throws STITCH_BUILD_FAILED or STITCH_REVISION_FAILED with
 * the link to the log where one of these stages failed for good; other errors as they come.
 */
export async function follow(spec: FunctionSpec, operation: Operation, context: ApplyContext): Promise<void> {
  let told: Stage | undefined
  let stages: readonly Stage[] = []
  try {
    await context.api.wait('cloudfunctions', 'v2', operation, ({metadata}) => {
      stages = (metadata?.['stages'] ?? []) as readonly Stage[]
      const running = stages.findLast(({state}) => state === 'IN_PROGRESS')
      if (!running || (running.name === told?.name && running.resourceUri === told?.resourceUri)) return
      told = running
      const text = STAGES[running.name ?? ''] ?? 'deploying'
      context.tell({text, ...(running.resourceUri ? {link: running.resourceUri} : {})})
    })
  } catch (error) {
    const failed = stages.find(({stateMessages}) => stateMessages?.some(({severity}) => severity === 'ERROR'))
    throw explainStage(spec, failed ?? told, error, context)
  }
}

/** Codes of errors that lie in what was sent, and not in the moment. */
const LASTING = /^(INVALID_ARGUMENT|FAILED_PRECONDITION|UNKNOWN|CANCELLED|OUT_OF_RANGE|)$/

function explainStage(
  {functionId}: FunctionSpec,
  stage: Stage | undefined,
  error: unknown,
  {target}: ReadContext,
): unknown {
  if (!(error instanceof ApiError) || error.isUnclear || !LASTING.test(error.reason)) return error
  // A new account that is not known yet is no fault of the stage; whoever called waits and tries again.
  if (/service account.*(does not exist|not found)/is.test(error.message)) return error
  const failed = {BUILD: 'The build', SERVICE: 'The new revision'}[stage?.name ?? '']
  if (failed === undefined) return error
  const said = error.message.trim().replace(/\.$/, '')
  const builder = /permission on the build service account (\S+@\S+\w)/.exec(error.message)?.[1]
  return new StitchError(`${failed} of ${functionId} failed (${said}), so the function was not deployed.`, {
    code: stage?.name === 'BUILD' ? 'STITCH_BUILD_FAILED' : 'STITCH_REVISION_FAILED',
    exit: 'deploy',
    hints: [
      ...(builder ? builderHints(target.project, builder) : []),
      ...(stage?.resourceUri ? [`log: ${stage.resourceUri}`] : []),
    ],
    cause: error,
  })
}

function builderHints(project: string, builder: string): readonly string[] {
  const [member, role] = [`serviceAccount:${builder}`, 'roles/cloudbuild.builds.builder']
  return [
    `gcloud projects add-iam-policy-binding ${project} --member=${member} --role=${role} --condition=None`,
    'a role that was given just now is in force after some minutes: then deploy again',
  ]
}
