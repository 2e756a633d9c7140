import {fail, type Cloud, type FakeCall, type Json, type Route} from '../service.ts'

const host = 'firebase.googleapis.com'
const PROJECTS = 'firebase.projects'

/** Makes the project a Firebase project, which a plain one is not. */
export function seedFirebase(cloud: Cloud): void {
  cloud.table(PROJECTS).set(cloud.project.id, {
    name: `projects/${cloud.project.id}`,
    projectId: cloud.project.id,
    projectNumber: cloud.project.number,
    displayName: cloud.project.id,
    state: 'ACTIVE',
  })
}

/** What a project that never saw Firebase answers: no more than this. */
function firebaseProject({params}: FakeCall, cloud: Cloud): Json {
  return cloud.table(PROJECTS).get(params['project'] ?? '') ?? fail(404, 'NOT_FOUND', 'Requested entity was not found.')
}

/** Firebase's management API, as far as firebase-tools asks it whether the project is one of Firebase. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    host,
    path: '/v1beta1/projects/:project',
    permission: 'firebase.projects.get',
    handle: (call, cloud) => ({...firebaseProject(call, cloud), etag: cloud.etag()}),
  },
  {
    method: 'GET',
    host,
    path: '/v1beta1/projects/:project/adminSdkConfig',
    permission: 'firebase.projects.get',
    handle: (call, cloud) => {
      const {projectId} = firebaseProject(call, cloud)
      return {projectId, storageBucket: `${projectId}.firebasestorage.app`}
    },
  },
]
