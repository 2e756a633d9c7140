import type {Route} from '../service.ts'

/** There are no runtime configurations; firebase-tools asks for them before a deployment. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    host: 'runtimeconfig.googleapis.com',
    path: '/v1beta1/projects/:project/configs',
    permission: 'runtimeconfig.configs.list',
    handle: () => ({}),
  },
]
