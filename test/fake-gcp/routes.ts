import type {Route} from './service.ts'
import {routes as artifactregistry} from './services/artifactregistry.ts'
import {routes as cloudbilling} from './services/cloudbilling.ts'
import {routes as cloudbuild} from './services/cloudbuild.ts'
import {routes as cloudresourcemanager} from './services/cloudresourcemanager.ts'
import {routes as iam} from './services/iam.ts'
import {routes as iamcredentials} from './services/iamcredentials.ts'
import {routes as oauth2} from './services/oauth2.ts'
import {routes as secretmanager} from './services/secretmanager.ts'
import {routes as serviceusage} from './services/serviceusage.ts'
import {routes as others} from './data-plane-routes.ts'

/** Everything that the fake answers. */
export const routes: readonly Route[] = [
  ...artifactregistry,
  ...cloudbilling,
  ...cloudbuild,
  ...cloudresourcemanager,
  ...iam,
  ...iamcredentials,
  ...oauth2,
  ...secretmanager,
  ...serviceusage,
  ...others,
]
