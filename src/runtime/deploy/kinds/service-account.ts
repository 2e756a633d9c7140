import {ApiError} from '../gcp/api-error.ts'
import type {ServiceAccountSpec} from '../specs.ts'
import type {ApiRequest, ApplyContext, Kind, ReadContext} from '../types.ts'
import {changed, verdictOf} from './differences.ts'
import {isAdoptedText, judgeText, partByText, releasedText, textToWrite} from './ownership.ts'

type LiveAccount = {readonly displayName?: string; readonly description?: string; readonly disabled?: boolean}

/** An account that a function runs as. An adopted one keeps its name and whatever roles it has. */
export const serviceAccountKind: Kind<ServiceAccountSpec, LiveAccount> = {
  type: 'service-account',
  read: async (spec, context) => await context.api.find(requestOf(spec, context)),
  compare: (spec, live, context) => {
    if (!live) return {verdict: 'create'}
    const {description, disabled, displayName} = live
    const standing = judgeText(spec.id, description, context)
    if (standing.foreign) return standing.foreign
    const takenOver = standing.reasons.length > 0
    const kept = takenOver || isAdoptedText(description)
    const reasons = [
      ...standing.reasons,
      ...(disabled ? ['is disabled'] : []),
      ...(kept || displayName === spec.displayName ? [] : [changed('displayName', displayName, spec.displayName)]),
      ...(kept || description === spec.description ? [] : [changed('description', description, spec.description)]),
    ]
    return verdictOf(reasons, takenOver ? [{kind: 'privilege', text: 'it keeps the roles that it has already'}] : [])
  },
  apply: async (spec, live, context) => {
    const {api, target} = context
    if (!live) {
      await api.call({
        api: 'iam',
        method: 'POST',
        path: `/v1/projects/${target.project}/serviceAccounts`,
        body: {
          accountId: spec.accountId,
          serviceAccount: {displayName: spec.displayName, description: spec.description},
        },
      })
      await waitUntilKnown(spec, context)
      return
    }
    if (live.disabled)
      await api.call({...requestOf(spec, context, ':enable'), method: 'POST', body: {}, repeatable: true})
    const description = textToWrite(spec.description, live.description ?? '', target.stage)
    const displayName = isAdoptedText(description) ? live.displayName : spec.displayName
    if (description !== live.description || displayName !== live.displayName) {
      await patch(spec, {...(displayName === undefined ? {} : {displayName}), description}, context)
    }
  },
  remove: async (spec, live, context) => {
    const farewell = partByText(live.description, context.target.stage)
    if (farewell === 'delete') await context.api.find({...requestOf(spec, context), method: 'DELETE'})
    if (farewell === 'release') {
      await patch(spec, {description: releasedText(live.description ?? '', context.target.stage)}, context)
    }
  },
}

function requestOf({email}: ServiceAccountSpec, {target}: ReadContext, verb = ''): ApiRequest {
  return {api: 'iam', method: 'GET', path: `/v1/projects/${target.project}/serviceAccounts/${email}${verb}`}
}

async function patch(
  spec: ServiceAccountSpec,
  serviceAccount: {readonly displayName?: string; readonly description: string},
  context: ReadContext,
): Promise<void> {
  const body = {serviceAccount, updateMask: Object.keys(serviceAccount).join(',')}
  await context.api.call({...requestOf(spec, context), method: 'PATCH', body, repeatable: true})
}

/**
 * For some seconds after it was made, an account answers with 404, or with 403 since nobody is known to may see it
 * (hashicorp/terraform-provider-google#15042). What still fails then is told by whoever reads next.
 */
async function waitUntilKnown(spec: ServiceAccountSpec, context: ApplyContext): Promise<void> {
  for (let tries = 1; tries <= 10; tries++) {
    try {
      if (await context.api.find(requestOf(spec, context))) return
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 403) throw error
    }
    if (tries === 1) context.tell({text: 'waiting until the new account is known'})
    await context.clock.sleep(Math.min(1000 * tries, 5000))
  }
}
