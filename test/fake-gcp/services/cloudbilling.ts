import {fail, type Route} from '../service.ts'

/** Whether somebody pays for a project. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    host: 'cloudbilling.googleapis.com',
    path: '/v1/projects/:project/billingInfo',
    permission: 'resourcemanager.projects.get',
    handle: (call, cloud) => {
      const {id, billing} =
        cloud.findProject(call.params['project'] ?? '') ??
        fail(403, 'PERMISSION_DENIED', 'The caller does not have permission')
      return {
        name: `projects/${id}/billingInfo`,
        projectId: id,
        billingAccountName: billing ? 'billingAccounts/000000-AAAAAA-000000' : '',
        billingEnabled: billing,
      }
    },
  },
]
