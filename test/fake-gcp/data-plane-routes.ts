import type {Route} from './service.ts'
import {routes as cloudfunctions} from './services/cloudfunctions.ts'
import {routes as firebase} from './services/firebase.ts'
import {routes as firestore} from './services/firestore.ts'
import {routes as logging} from './services/logging.ts'
import {routes as monitoring} from './services/monitoring.ts'
import {routes as pubsub} from './services/pubsub.ts'
import {routes as run} from './services/run.ts'
import {routes as runtimeconfig} from './services/runtimeconfig.ts'
import {routes as storage} from './services/storage.ts'

/** What is deployed and what it uses. Whoever adds a service adds its routes here. */
export const routes: readonly Route[] = [
  ...cloudfunctions,
  ...firebase,
  ...firestore,
  ...logging,
  ...monitoring,
  ...pubsub,
  ...run,
  ...runtimeconfig,
  ...storage,
]
