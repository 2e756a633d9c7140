import type {Route} from '../service.ts'

/** The account that builds run as; in new projects it is the default compute account, without a role for it. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    host: 'cloudbuild.googleapis.com',
    path: '/v1/projects/:project/locations/:location/defaultServiceAccount',
    permission: 'cloudbuild.builds.get',
    handle: (call, {project}) => ({
      name: `projects/${project.number}/locations/${call.params['location']}/defaultServiceAccount`,
      serviceAccountEmail: `projects/${project.id}/serviceAccounts/${project.number}-compute@developer.gserviceaccount.com`,
    }),
  },
]
