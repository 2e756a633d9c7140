import type {Route} from '../service.ts'
import {databaseName, databaseRoutes} from './firestore/databases.ts'
import {fieldRoutes} from './firestore/fields.ts'

const host = 'firestore.googleapis.com'
const operations = '/v1/projects/:project/databases/:database/operations'

/** Firestore's control plane: databases, and settings of single fields. Documents go through an engine. */
export const routes: readonly Route[] = [
  ...databaseRoutes,
  ...fieldRoutes,
  {
    method: 'GET',
    host,
    path: `${operations}/:operation`,
    permission: 'datastore.operations.get',
    on: databaseName,
    handle: (call, cloud) => cloud.operations.poll(`${databaseName(call)}/operations/${call.params['operation']}`),
  },
  {
    method: 'GET',
    host,
    path: operations,
    permission: 'datastore.operations.list',
    on: databaseName,
    handle: (call, cloud) => {
      const found = cloud.operations.list(`${databaseName(call)}/operations/`)
      return found.length > 0 ? {operations: found} : {}
    },
  },
]
