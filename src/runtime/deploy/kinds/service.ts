import type {ServiceSpec} from '../specs.ts'
import type {Kind, Operation, ReadContext} from '../types.ts'

type LiveService = {readonly state?: 'STATE_UNSPECIFIED' | 'DISABLED' | 'ENABLED'}

/** An enabled API. Enabling is repeatable; nothing is ever disabled. */
export const serviceKind: Kind<ServiceSpec, LiveService> = {
  type: 'service',
  read: async (spec, context) =>
    await context.api.find({api: 'serviceusage', method: 'GET', path: pathOf(spec, context)}),
  compare: (_spec, live) => ({verdict: live?.state === 'ENABLED' ? 'same' : 'create'}),
  apply: async (spec, _live, context) => {
    const operation = await context.api.call<Operation>({
      api: 'serviceusage',
      method: 'POST',
      path: `${pathOf(spec, context)}:enable`,
      body: {},
      repeatable: true,
    })
    await context.api.wait('serviceusage', 'v1', operation)
  },
}

function pathOf({service}: ServiceSpec, {projectNumber}: ReadContext): string {
  return `/v1/projects/${projectNumber}/services/${service}`
}
