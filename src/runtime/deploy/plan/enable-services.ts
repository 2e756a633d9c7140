import type {ServiceSpec} from '../specs.ts'
import type {ApplyContext, Operation} from '../types.ts'

/** As many as one call takes (cloud.google.com/service-usage/docs/reference/rest/v1/services/batchEnable). */
const MOST = 20

/** Enables several APIs with one call, which takes no longer than one alone; enabling again does no harm. */
export async function enableServices(specs: readonly ServiceSpec[], context: ApplyContext): Promise<void> {
  const {api, projectNumber} = context
  for (let start = 0; start < specs.length; start += MOST) {
    const operation = await api.call<Operation>({
      api: 'serviceusage',
      method: 'POST',
      path: `/v1/projects/${projectNumber}/services:batchEnable`,
      body: {serviceIds: specs.slice(start, start + MOST).map(({service}) => service)},
      repeatable: true,
    })
    await api.wait('serviceusage', 'v1', operation)
  }
}
