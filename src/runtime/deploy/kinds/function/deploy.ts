import {StitchError} from '#runtime/kernel/errors.ts'
import type {FunctionSpec} from '../../specs.ts'
import type {ApplyContext, Operation} from '../../types.ts'
import {hasLabels, labelsToWrite} from '../ownership.ts'
import {follow, functionRequest} from './calls.ts'
import type {LiveFunction, StorageSource} from './live.ts'
import {findDifferences, functionBody, SOURCE_FIELD} from './settings.ts'

/** Uploads the bundle and makes the function; resolves once it runs. */
export async function createFunction(spec: FunctionSpec, context: ApplyContext): Promise<void> {
  const {api, target, outputs} = context
  refuseUnknownVersions(spec, context)
  const storageSource = await uploadSource(context)
  const operation = await api.call<Operation>({
    api: 'cloudfunctions',
    method: 'POST',
    path: `/v2/projects/${target.project}/locations/${target.region}/functions`,
    query: {functionId: spec.functionId},
    body: functionBody(spec, undefined, outputs, {storageSource}),
  })
  await follow(spec, operation, context)
}

/** Writes what differs and nothing else. The archive is uploaded only where another bundle must be built. */
export async function updateFunction(spec: FunctionSpec, live: LiveFunction, context: ApplyContext): Promise<void> {
  const {outputs, target} = context
  const labels = labelsToWrite(spec.labels, live.labels, target.stage)
  const fields = findDifferences(spec, live, outputs).map(({field}) => field)
  if (!hasLabels(live.labels, labels)) fields.push('labels')
  if (fields.length === 0) return
  refuseUnknownVersions(spec, context)
  const source = fields.includes(SOURCE_FIELD) ? {storageSource: await uploadSource(context)} : {}
  await patchFunction(spec, functionBody(spec, live, outputs, {labels, ...source}), fields, context)
}

/** Sends the fields that the mask names, and waits until they are in force. */
export async function patchFunction(
  spec: FunctionSpec,
  settings: object,
  fields: readonly string[],
  context: ApplyContext,
): Promise<void> {
  const operation = await context.api.call<Operation>({
    ...functionRequest(spec, context),
    method: 'PATCH',
    query: {updateMask: fields.join(',')},
    body: select(settings, fields),
  })
  await follow(spec, operation, context)
}

/** The fields of an object by their dotted paths, two levels deep at most. */
function select(from: object, paths: readonly string[]): object {
  const source = from as Readonly<Record<string, Readonly<Record<string, unknown>>>>
  const selected: Record<string, unknown> = {}
  for (const path of paths) {
    const [first = '', second] = path.split('.')
    if (second === undefined) selected[first] = source[first]
    else selected[first] = {...(selected[first] as object | undefined), [second]: source[first]?.[second]}
  }
  return selected
}

async function uploadSource({api, target, outputs, tell}: ApplyContext): Promise<StorageSource> {
  tell({text: 'uploading the bundle'})
  const {uploadUrl, storageSource} = await api.call<{uploadUrl: string; storageSource: StorageSource}>({
    api: 'cloudfunctions',
    method: 'POST',
    path: `/v2/projects/${target.project}/locations/${target.region}/functions:generateUploadUrl`,
    body: {environment: 'GEN_2'},
    // Each call gives a place of its own, and one that is not used goes away by itself.
    repeatable: true,
  })
  await api.upload(uploadUrl, outputs.source.zip)
  return storageSource
}

/** Throws STITCH_SECRET_VERSION_UNKNOWN: a function cannot be made with a secret that has no value. */
function refuseUnknownVersions({secrets, functionId}: FunctionSpec, {outputs}: ApplyContext): void {
  const missing = Object.values(secrets).find((secret) => outputs.secretVersions[secret] === undefined)
  if (missing === undefined) return
  throw new StitchError(
    `The secret ${missing} has no enabled version, so the function ${functionId} was not deployed.`,
    {
      code: 'STITCH_SECRET_VERSION_UNKNOWN',
      exit: 'deploy',
      hints: [`gcloud secrets versions list ${missing} --project=${outputs.project}`],
    },
  )
}
