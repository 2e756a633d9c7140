import type {Route} from '../service.ts'
import {secretRoutes} from './secretmanager/secrets.ts'
import {versionRoutes} from './secretmanager/versions.ts'

/** Secret Manager. https://cloud.google.com/secret-manager/docs/reference/rest */
export const routes: readonly Route[] = [...secretRoutes, ...versionRoutes]
